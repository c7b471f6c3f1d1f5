import type { About } from '../../shared/deskfact.ts';
import { sender } from '../../shared/dispatch.ts';
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
} from '../../shared/field.ts';
import { dispositions, qualityBodies } from '../../shared/quality.ts';
import { linePath } from '../../shared/subject.ts';
import { plainText } from '../../shared/table.ts';
import { lot, material, unit } from '../../shared/vocabulary.ts';
import { act } from '../desk/act.ts';
import type { Board } from '../desk/board.ts';
import { type Operation, operation, rows } from '../desk/operation.ts';
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
/** Of a line's hold a disposition of a quantity; of central's a lot as a whole, or in parts. */
const disposing = {
  ...{ lot: optional(lot), line: optional(line), unit: optional(unit) },
  disposition: optional(choice('What becomes of it.', dispositions)),
  quantity: optional(someAmount('How much is decided.')),
  ...{ useAsIs: way, rework: way, scrap: way, return: way },
} as const;

type Held = Readonly<{ hold: string; kind?: string | null; name?: string | null; line?: unknown }>;
/** A hold, what it holds, and the line that has placed it, if one has. */
const aboutHold = (_: unknown, { hold: name, kind, name: what, line: at }: Held) => [
  { kind: 'hold', name } as const,
  ...(what && (kind === 'lot' || kind === 'order') ? [{ kind, name: what } as const] : []),
  ...(typeof at === 'string' ? [{ kind: 'line', name: at } as const] : []),
];
const decides = ({ hold: name }: Readonly<{ hold: string }>) =>
  ({ about: { kind: 'hold', name }, acts: ['release', 'dispose'] }) as const;
const ending = { text: plainText, about: aboutHold };

/** Each of them answers how the hold stands then. */
const holding = (board: Board): Operation[] => {
  const { quality, moved } = board;
  const does = <A extends object>(answer: A): A => {
    moved();
    return answer;
  };
  return [
    act(board, {
      ...{ name: 'hold', ...ending, outcome: ({ hold: name }: Held) => `placed as ${name}` },
      doc: 'Holds a lot with all that is made of it, or an order: here at once, and at its lines.',
      fields: { ...onFields, material: optional(material), hold: optional(ownId), ...said },
      does({ hold: one, material: of, by, reason, lot: aLot, serial, order: anOrder }) {
        const [kind, name] = nameOf(given({ lot: aLot, serial, order: anOrder }), 'hold');
        if (kind === 'order' && of !== undefined) {
          throw invalid('hold.material', 'is for a lot: an order says what it makes');
        }
        const own = { hold: one, material: of };
        return does(quality.hold(kind, name, { by, reason }, own));
      },
    }),
    act(board, {
      ...{ name: 'release', fields: { hold, ...said }, ...ending, outcome: () => 'proposed' },
      doc: 'Proposes that a hold ends; nothing is free before a second person approves.',
      does: ({ hold: one, by, reason }) => does(quality.release(one, { by, reason })),
    }),
    act(board, {
      ...{ name: 'dispose', ...ending, outcome: () => 'proposed' },
      doc: "Proposes what becomes of a line's hold, or of a lot of central's; another approves.",
      fields: { hold, ...disposing, ...said },
      does({
        hold: one,
        by,
        reason,
        lot: aLot,
        line: at,
        disposition,
        quantity,
        unit: of,
        ...ways
      }) {
        const { useAsIs, rework, scrap, return: back } = ways;
        const parts = given({ useAsIs, rework, scrap, return: back });
        const whole = given({ lot: aLot, line: at, disposition, quantity, unit: of });
        return does(quality.dispose({ hold: one, by, reason, ...whole, ...parts }));
      },
    }),
    act(board, {
      ...{ name: 'approve-hold', fields: { hold, ...said }, ...ending, decides },
      doc: 'A second person, who has not placed the hold, says yes to what was proposed.',
      does: ({ hold: one, by, reason }) => does(quality.approve(one, { by, reason })),
      outcome: ({ state }: Readonly<{ state: string }>) => `approved: it is ${state}`,
    }),
    act(board, {
      ...{ name: 'reject-hold', fields: { hold, ...said }, ...ending, decides },
      doc: 'Somebody says no to what was proposed.',
      does: ({ hold: one, by, reason }) => does(quality.reject(one, { by, reason })),
      outcome: () => 'rejected',
    }),
  ];
};

const { result, characteristics } = qualityBodies.InspectionRecorded;
const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
const sentText = ({ commandId }: Readonly<{ commandId: string }>) => `sent as ${commandId}`;
const about = (kind: About['kind'], name: string | undefined): About | undefined =>
  name === undefined ? undefined : { kind, name };

const asking = (board: Board): Operation[] => [
  act(board, {
    ...{ name: 'rework', text: plainText, outcome: sentText },
    doc: 'Authorises rework of an operation at a line.',
    fields: {
      ...{ line, order, operation: id('Operation number within the order.') },
      ...{ rework: id('Identity of the rework.'), quantity: someAmount('How much.'), unit },
      ...said,
    },
    does({ line: one, order: number, operation: step, rework, quantity, unit: of, by, reason }) {
      const on = { order: number, operation: step };
      const body = { rework, quantity, unit: of, reason };
      return board.quality.rework(rework, { line: one, about: on, body, by, reason });
    },
    about: ({ rework, order: number, line: at }) => [
      ...[about('rework', rework), about('order', number), about('line', at)],
    ],
  }),
  act(board, {
    ...{ name: 'inspection', text: plainText, outcome: sentText },
    doc: 'Records the result of an inspection that a line has requested.',
    fields: {
      ...{ line, inspection: id('Identity of the inspection.'), result, characteristics },
      ...{ order: optional(order), operation: optional(id('Operation number.')) },
      ...{ lot: optional(lot), signature: optional(prose('Meaning of a signature.', 100)) },
      ...said,
    },
    does({ line: one, by, reason, ...rest }) {
      const { inspection, result: found, characteristics: all, signature } = rest;
      const on = given({ order: rest.order, operation: rest.operation, lot: rest.lot });
      const body = given({ inspection, result: found, characteristics: all, signature });
      const asked = { line: one, about: on as Record<string, string>, body, by, reason };
      return board.quality.inspection(inspection, asked);
    },
    about: ({ inspection, lot: aLot, order: number, line: at }) => [
      ...[about('inspection', inspection), about('lot', aLot), about('order', number)],
      about('line', at),
    ],
  }),
];

/** What quality sees and says at central. */
export const qualityOperations = (board: Board): Operation[] => [
  ...[...seeing(board), ...holding(board), ...asking(board)],
];
