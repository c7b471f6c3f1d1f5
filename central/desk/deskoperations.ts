import { dryRunText, listText, showText } from '../../shared/desktext.ts';
import type { EndpointName } from '../../shared/endpoints.ts';
import { fallback, optional, type Read, record, text } from '../../shared/field.ts';
import type { DeskPosting, DryRun } from '../../shared/parked.ts';
import { changeFields, type Saying, saying } from '../posting/amendments.ts';
import { act } from './act.ts';
import type { Board } from './board.ts';
import { type Desk, parkedMax } from './desk.ts';
import { type Operation, operation, rows } from './operation.ts';

const key = text('Key of the posting.', 200);
const document = text('Its number in the ERP.', 100);
const changes = record('What it shall say instead.', changeFields);
const acting = { key, ...saying };

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

/** A posting, and what it is of. */
function aboutOf({ key: one }: Readonly<{ key: string }>, { posting }: DeskPosting) {
  const { eventId, order, lot } = posting;
  return [
    { kind: 'posting', name: one } as const,
    ...(eventId ? [{ kind: 'fact', name: eventId } as const] : []),
    ...(order ? [{ kind: 'order', name: order } as const] : []),
    ...(lot ? [{ kind: 'lot', name: lot } as const] : []),
  ];
}

const proposals = ['edit', 'missing'] as const;
const decides = ({ key: name }: Readonly<{ key: string }>) => ({
  ...{ about: { kind: 'posting', name } as const, acts: proposals },
});

/** What people may ask and say of postings; each act answers how the posting stands then. */
export function deskOperations(board: Board): Operation[] {
  const { desk } = board;
  function says<F extends typeof acting>(
    name: EndpointName,
    doc: string,
    fields: F,
    does: (key: string, said: Saying, asked: Read<F>) => void,
    more: object = {},
  ): Operation {
    return act(board, {
      ...{ name, doc, fields },
      does(asked: Read<F>) {
        const { key: one, by, reason } = asked as Read<typeof acting>;
        does(one, { by, reason }, asked);
        return desk.show(one);
      },
      about: (asked: Read<F>, shown: DeskPosting) => aboutOf(asked as Read<typeof acting>, shown),
      outcome: ({ posting }: DeskPosting) => `it is ${posting.state}`,
      text: showText,
      ...more,
    });
  }
  return [
    ...[list(desk), show(desk), trial(desk)],
    says(
      'retry',
      'Once more, under its key: looked up first, and sent only if it is not there.',
      acting,
      desk.retry,
      {
        // A look-up tells more of a retry than its new state.
        trial: ({ key: one }: Read<typeof acting>) => desk.trial(one),
        text: (told: DryRun | DeskPosting) => ('found' in told ? dryRunText(told) : showText(told)),
      },
    ),
    says(
      'settle',
      'It is in the ERP under this number.',
      { ...acting, document },
      (one, said, all) => desk.settle(one, said, all.document),
    ),
    says(
      'edit',
      'It shall say something else: proposed; nothing changes before a second person approves.',
      { ...acting, changes },
      (one, said, all) => desk.edit(one, said, all.changes),
      { outcome: () => 'proposed' },
    ),
    says(
      'missing',
      'The ERP has lost what was posted: proposed, and a second person approves.',
      acting,
      desk.missing,
      { outcome: () => 'proposed' },
    ),
    says('approve', 'A second person says yes to what was proposed.', acting, desk.approve, {
      ...{ decides, outcome: ({ posting }: DeskPosting) => `approved: it is ${posting.state}` },
    }),
    says('reject', 'Somebody says no to what was proposed.', acting, desk.reject, {
      ...{ decides, outcome: () => 'rejected' },
    }),
    says('give-up', 'It shall not be posted.', acting, desk.giveUp),
  ];
}
