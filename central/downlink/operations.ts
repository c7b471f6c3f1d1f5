import { type Field, fallback, id, integer, list, optional, some } from '../../shared/field.ts';
import { referenceVersion, setRecordsMax } from '../../shared/reference.ts';
import { plainText } from '../../shared/table.ts';
import { instantMs } from '../../shared/vocabulary.ts';
import { act } from '../desk/act.ts';
import type { Board } from '../desk/board.ts';
import { type Operation, operation, rows } from '../desk/operation.ts';
import { saying } from '../posting/amendments.ts';
import { plantSite } from './fields.ts';

/** Most versions, and most orders, that are received at once. */
const receivedMax = 500;
const anything = { doc: 'One of them.', read: (value: unknown) => value };
const received = (doc: string) => ({
  ...some(list(anything, receivedMax)),
  doc: `${doc} At most ${receivedMax}; each is taken or refused by itself.`,
});

const number = (doc: string, min: number): Field<number> => {
  const whole = integer(doc, min, 1e12);
  return {
    doc,
    read: (value, name) =>
      whole.read(
        typeof value === 'string' && /^\d{1,13}$/.test(value) ? Number(value) : value,
        name,
      ),
  };
};
const draft = number('Number of the draft.', 1);

const atSite = ({ site: name }: Readonly<{ site: string }>) => [{ kind: 'site', name } as const];
type Taken = Readonly<{ taken: number; refused: readonly unknown[] }>;
const takenText = ({ taken, refused }: Taken) => `${taken} taken, ${refused.length} refused`;

/** What an ERP, or whoever carries its data, hands over. */
const receiving = (board: Board): Operation[] => [
  act(board, {
    name: 'receive-references',
    doc: 'Takes versions of master records, specifications and reason codes with their contents.',
    fields: { site: plantSite, ...saying, references: received('What versions say.') },
    does: ({ site: at, by, references }) => board.downlink.receiveReferences(at, by, references),
    ...{ about: atSite, outcome: takenText, text: plainText },
  }),
  act(board, {
    name: 'receive-orders',
    doc: 'Takes production orders as the ERP has them; those that can go are sent to their lines.',
    fields: { site: plantSite, ...saying, orders: received('Orders.') },
    does: ({ site: at, by, orders }) => board.downlink.receiveOrders(at, by, orders),
    ...{ about: atSite, outcome: takenText, text: plainText },
  }),
];

const draftName = ({ draft: id }: Readonly<{ draft: number }>) =>
  ({ kind: 'set', name: `draft ${id}` }) as const;
const ofDraft = (asked: Readonly<{ draft: number }>) =>
  ({ about: draftName(asked), acts: ['draft-set'] }) as const;

/** What people say of reference data. */
const deciding = (board: Board): Operation[] => [
  act(board, {
    name: 'draft-set',
    doc: 'Proposes a change set; without records, all that came and no draft has named.',
    fields: {
      ...{ site: plantSite, ...saying },
      activeMs: optional(instantMs('When it becomes active, Unix ms; at its approval if absent.')),
      records: optional(some(list(referenceVersion, setRecordsMax))),
    },
    does: ({ site: at, activeMs, records, ...said }) =>
      board.downlink.propose({ site: at, activeMs, records, by: said.by, reason: said.reason }),
    about: (asked, made: Readonly<{ draft: number }>) => [draftName(made), ...atSite(asked)],
    outcome: () => 'proposed',
    text: plainText,
  }),
  act(board, {
    name: 'approve-set',
    doc: 'A person says yes to a draft: it is the next set of its site, as a whole.',
    fields: { draft, ...saying },
    does: ({ draft: id, by, reason }) => board.downlink.approve(id, { by, reason }),
    about: (asked) => [draftName(asked)],
    ...{ decides: ofDraft, outcome: () => 'approved', text: plainText },
  }),
  act(board, {
    name: 'reject-set',
    doc: 'A person says no to a draft.',
    fields: { draft, ...saying },
    does: ({ draft: id, by, reason }) => board.downlink.reject(id, { by, reason }),
    about: (asked) => [draftName(asked)],
    ...{ decides: ofDraft, outcome: () => 'rejected', text: plainText },
  }),
];

/** What goes down to the lines, and what of it waits for a person. */
export const downlinkOperations = (board: Board): Operation[] => [
  operation({
    ...{ name: 'downlink', fields: {}, text: plainText },
    doc: 'Change sets, drafts, how far lines are, orders that cannot go, what was refused.',
    answer: board.downlink.shown,
  }),
  operation({
    ...{ name: 'differences', text: plainText },
    doc: 'Facts of which the order guard says one thing at the edge and another at central.',
    fields: {
      limit: fallback(rows(1_000), 200),
      after: fallback(number('Number of the difference behind which it goes on.', 0), 0),
    },
    answer: board.downlink.differences,
  }),
  operation({
    ...{ name: 'verdicts', main: 'order', text: plainText },
    doc: 'What the order guard has said of each fact of an order, at the edge and at central.',
    fields: {
      order: id('Order number.'),
      limit: fallback(rows(1_000), 200),
      after: fallback(number('Number of the verdict behind which it goes on.', 0), 0),
    },
    answer: board.downlink.verdicts,
  }),
  ...receiving(board),
  ...deciding(board),
];
