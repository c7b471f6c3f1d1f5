import { dryRunText, listText, showText } from '../shared/desktext.ts';
import type { EndpointName } from '../shared/endpoints.ts';
import { fallback, flag, optional, type Read, record, text } from '../shared/field.ts';
import type { DeskPosting, DryRun } from '../shared/parked.ts';
import { changeFields, type Saying, saying } from './amendments.ts';
import type { Board } from './board.ts';
import { type Desk, parkedMax } from './desk.ts';
import { type Operation, operation, rows } from './operation.ts';

const key = text('Key of the posting.', 200);
const document = text('Its number in the ERP.', 100);
const changes = record('What it shall say instead.', changeFields);
/** Of everything that acts. */
export const dryRun = fallback(
  flag('True: says what would come of it, and changes nothing.'),
  false,
);
const acting = { key, ...saying, dryRun };

type Asked = Saying & Readonly<{ key: string; dryRun: boolean }>;

const list = (desk: Desk): Operation =>
  operation({
    ...{ name: 'parked', main: 'after' },
    doc: 'What could not be posted and waits for a person, and what is said to be missing.',
    fields: {
      limit: fallback(rows(parkedMax), parkedMax),
      after: optional(text('Key of the posting behind which the answer begins.', 200)),
    },
    answer: desk.parked,
    text: listText,
  });

const show = (desk: Desk): Operation =>
  operation({
    ...{ name: 'show', main: 'key', fields: { key } },
    doc: 'One posting: what it posts, every try, what was said of it, and the gate now.',
    answer: (asked) => desk.show(asked.key),
    text: showText,
  });

const trial = (desk: Desk): Operation =>
  operation({
    ...{ name: 'dry-run', main: 'key', fields: { key } },
    doc: 'What a retry would do now, with a look-up of its key in the ERP; nothing changes.',
    answer: (asked) => desk.trial(asked.key),
    text: dryRunText,
  });

/** A look-up tells more of a retry than its new state: the dry run is that of `trial`. */
const retry = ({ desk, rehearse }: Board): Operation =>
  operation({
    name: 'retry',
    doc: 'Once more, under its key: looked up first, and sent only if it is not there.',
    fields: acting,
    answer({ key: one, dryRun: isDry, ...said }: Asked) {
      if (!isDry) {
        desk.retry(one, said);
        return desk.show(one);
      }
      rehearse(() => desk.retry(one, said));
      return desk.trial(one);
    },
    text: (told: DryRun | DeskPosting) => ('found' in told ? dryRunText(told) : showText(told)),
  });

/** What people may ask and say of postings; each act answers how the posting stands then. */
export function deskOperations(board: Board): Operation[] {
  const { desk } = board;
  function act<F extends typeof acting>(
    name: EndpointName,
    doc: string,
    fields: F,
    does: (key: string, said: Saying, asked: Read<F>) => void,
  ): Operation {
    return operation({
      ...{ name, doc, fields },
      answer(asked: Read<F>) {
        const { key: one, dryRun: isDry, by, reason } = asked as unknown as Asked;
        return board.acting(isDry, () => {
          does(one, { by, reason }, asked);
          return desk.show(one);
        });
      },
      text: showText,
    });
  }
  return [
    ...[list(desk), show(desk), trial(desk), retry(board)],
    act(
      'settle',
      'It is in the ERP under this number.',
      { ...acting, document },
      (one, said, all) => desk.settle(one, said, all.document),
    ),
    act(
      'edit',
      'It shall say something else: proposed; nothing changes before a second person approves.',
      { ...acting, changes },
      (one, said, all) => desk.edit(one, said, all.changes),
    ),
    act(
      'missing',
      'The ERP has lost what was posted: proposed, and a second person approves.',
      acting,
      desk.missing,
    ),
    act('approve', 'A second person says yes to what was proposed.', acting, desk.approve),
    act('reject', 'Somebody says no to what was proposed.', acting, desk.reject),
    act('give-up', 'It shall not be posted.', acting, desk.giveUp),
  ];
}
