import { sender } from '../shared/dispatch.ts';
import {
  choice,
  fallback,
  id,
  integer,
  invalid,
  optional,
  prose,
  someAmount,
  text,
} from '../shared/field.ts';
import { dispositions, qualityBodies } from '../shared/quality.ts';
import { linePath } from '../shared/subject.ts';
import { plainText } from '../shared/table.ts';
import { lot, material, unit } from '../shared/vocabulary.ts';
import type { Board } from './board.ts';
import { dryRun } from './deskoperations.ts';
import { type Operation, operation, rows } from './operation.ts';
import { wardsShownMax } from './quality.ts';
import { sentStates } from './sent.ts';
import type { Ward } from './wardtables.ts';

/** Longest id of a hold that central places; each line's own is longer by a number. */
const holdIdMax = 30;
const ownId = id('Identity of the hold; C-1, C-2 … if it is not given.', holdIdMax);
const hold = id('Identity of the hold.');
const line = { doc: 'enterprise/site/area/line.', read: linePath };
const order = id('Order number.');
const said = { by: sender, reason: text('Why.', 200) };
const acting = { ...said, dryRun };
const sentShownMax = 500;

const onFields = {
  lot: optional(lot),
  serial: optional(id('Serial number: a lot of one piece.')),
  order: optional(order),
};
type On = Readonly<{ lot?: string; serial?: string; order?: string }>;

/** What is to be held: one of three. Throws Fault INVALID naming all of them. */
function nameOf(given: On, label: string): [Ward['kind'], string] {
  const all = [given.lot, given.serial, given.order].filter((one) => one !== undefined);
  if (all.length !== 1) {
    throw invalid(`${label}.lot, ${label}.serial, ${label}.order`, 'exactly one must be given');
  }
  return given.order === undefined ? ['lot', all[0]!] : ['order', given.order];
}

const seeing = ({ quality, dispatch }: Board): Operation[] => [
  operation({
    ...{ name: 'holds', text: plainText },
    doc: 'Holds of central, the newest first: how many lines stand how; what waits for a second.',
    fields: { limit: fallback(rows(wardsShownMax), 100) },
    answer: ({ limit }) => quality.all(limit),
  }),
  operation({
    ...{ name: 'held', main: 'hold', text: plainText },
    doc: 'One hold: what was said of it, and how each line stands that was asked to hold.',
    fields: { hold },
    answer: ({ hold: one }) => quality.shown(one),
  }),
  operation({
    ...{ name: 'sent', main: 'line', text: plainText },
    doc: 'What central has sent down: to one line, the newest first; or of all in one state.',
    fields: {
      line: optional(line),
      state: fallback(choice('Of commands to all lines.', sentStates), 'pending'),
      below: optional({
        doc: "Only numbers below this one: where a line's page goes on.",
        read: (value, name) =>
          integer('', 1, Number.MAX_SAFE_INTEGER).read(
            typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
            name,
          ),
      }),
      limit: fallback(rows(sentShownMax), 100),
    },
    answer({ line: one, state, below = Number.MAX_SAFE_INTEGER, limit }) {
      if (one === undefined) return { commands: dispatch.inState(state, limit) };
      return { ...dispatch.standing(one), commands: dispatch.ofLine(one, below, limit) };
    },
  }),
];

const way = optional(someAmount('How much of a lot goes this way, of a hold of central.'));

/** Each of them answers how the hold stands then. */
const holding = (board: Board): Operation[] => {
  const { quality } = board;
  const does = <A extends object>(isDry: boolean, work: () => A) =>
    board.acting(isDry, () => {
      const answer = work();
      board.moved();
      return answer;
    });
  return [
    operation({
      ...{ name: 'hold', text: plainText },
      doc: 'Holds a lot with all that is made of it, or an order: here at once, and at its lines.',
      fields: { ...onFields, material: optional(material), hold: optional(ownId), ...acting },
      answer({ hold: one, material: of, dryRun: isDry, by, reason, ...on }) {
        const [kind, name] = nameOf(on, 'hold');
        if (kind === 'order' && of !== undefined) {
          throw invalid('hold.material', 'is for a lot: an order says what it makes');
        }
        const own = { hold: one, material: of };
        return does(isDry, () => quality.hold(kind, name, { by, reason }, own));
      },
    }),
    operation({
      ...{ name: 'release', text: plainText, fields: { hold, ...acting } },
      doc: 'Proposes that a hold ends; nothing is free before a second person approves.',
      answer: ({ hold: one, dryRun: isDry, ...why }) =>
        does(isDry, () => quality.release(one, why)),
    }),
    operation({
      ...{ name: 'dispose', text: plainText },
      doc: "Proposes what becomes of a line's hold, or of a lot of central's; another approves.",
      fields: {
        ...{ hold, lot: optional(lot), line: optional(line) },
        disposition: optional(choice('What becomes of it.', dispositions)),
        quantity: optional(someAmount('How much is decided.')),
        ...Object.fromEntries(dispositions.map((name) => [name, way])),
        ...({ unit: optional(unit), ...acting } as const),
      },
      answer: ({ dryRun: isDry, ...disposing }) => does(isDry, () => quality.dispose(disposing)),
    }),
    operation({
      ...{ name: 'approve-hold', text: plainText, fields: { hold, ...acting } },
      doc: 'A second person, who has not placed the hold, says yes to what was proposed.',
      answer: ({ hold: one, dryRun: isDry, ...why }) =>
        does(isDry, () => quality.approve(one, why)),
    }),
    operation({
      ...{ name: 'reject-hold', text: plainText, fields: { hold, ...acting } },
      doc: 'Somebody says no to what was proposed.',
      answer: ({ hold: one, dryRun: isDry, ...why }) => does(isDry, () => quality.reject(one, why)),
    }),
  ];
};

const { result, characteristics } = qualityBodies.InspectionRecorded;
const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

const asking = ({ quality, acting: acts }: Board): Operation[] => [
  operation({
    ...{ name: 'rework', text: plainText },
    doc: 'Authorises rework of an operation at a line.',
    fields: {
      ...{ line, order, operation: id('Operation number within the order.') },
      ...{ rework: id('Identity of the rework.'), quantity: someAmount('How much.'), unit },
      ...acting,
    },
    answer({ line: one, order: number, operation: step, rework, quantity, unit: of, ...rest }) {
      const { by, reason, dryRun: isDry } = rest;
      const about = { order: number, operation: step };
      const body = { rework, quantity, unit: of, reason };
      return acts(isDry, () => quality.rework(rework, { line: one, about, body, by, reason }));
    },
  }),
  operation({
    ...{ name: 'inspection', text: plainText },
    doc: 'Records the result of an inspection that a line has requested.',
    fields: {
      ...{ line, inspection: id('Identity of the inspection.'), result, characteristics },
      ...{ order: optional(order), operation: optional(id('Operation number.')) },
      ...{ lot: optional(lot), signature: optional(prose('Meaning of a signature.', 100)) },
      ...acting,
    },
    answer({ line: one, by, reason, dryRun: isDry, ...rest }) {
      const { inspection, result: found, characteristics: all, signature, ...on } = rest;
      const about = given(on) as Record<string, string>;
      const body = given({ inspection, result: found, characteristics: all, signature });
      const asked = { line: one, about, body, by, reason };
      return acts(isDry, () => quality.inspection(inspection, asked));
    },
  }),
];

/** What quality sees and says at central. */
export const qualityOperations = (board: Board): Operation[] => [
  ...[...seeing(board), ...holding(board), ...asking(board)],
];
