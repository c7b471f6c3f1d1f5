import type { Book } from '../../edge/line/book.ts';
import type { Content } from '../../shared/event.ts';
import { zero } from '../../shared/quantity.ts';
import { balanceOf } from '../../statecharts/balance.ts';
import { isOpen } from '../../statecharts/hold.ts';
import { keyOf } from '../../statecharts/tables.ts';
import { neverDecided } from './strictness.ts';
import { type Before, holdOf, is, micros, type Rule, type Said } from './witness.ts';

const openHolds = ({ holds }: Before) => [...holds.values()].filter(({ open }) => open);
const runsIn = ({ runs }: Before, { order, operation }: Said) =>
  runs.filter((run) => run.order === order && (!operation || run.operation === operation));
/** An open hold on the fact's line, order or operation. */
const isHeld = (before: Before, fact: Said): boolean =>
  openHolds(before).some(({ placed: { body, line, order, operation } }) => {
    if (body.scope === 'line') return line === fact.line;
    if (order !== fact.order || order === undefined) return false;
    return body.scope === 'order' || (body.scope === 'operation' && operation === fact.operation);
  });
/** An open hold that was placed on this very lot and has not let it go. */
const isLotHeld = (before: Before, lot: string | undefined): boolean =>
  openHolds(before).some(
    ({ placed, freed }) =>
      placed.body.scope === 'lot' && placed.lot === lot && !freed.includes(lot!),
  );
const isSigned = ({ body }: Said): boolean => 'signature' in body && body.signature !== undefined;
/** Kept, and turning nothing: its original is not known, or the order is closed. */
const isAside = ({ flags = '' }: Said): boolean => /waits|late/.test(flags);
/** Where the order stands, by the last fact that moved it. */
const orderAfter: Partial<Record<Content['type'], string>> = {
  ...{ OrderCompleted: 'completed', OrderClosed: 'closed', OrderReopened: 'started' },
  OrderCancelRequested: 'cancelled',
};
const standing = ({ said }: Before, { order }: Said): string | undefined => {
  const last = said.findLast((fact) => fact.order === order && orderAfter[fact.type]);
  return last && orderAfter[last.type];
};

/** Facts that must never be stated after what was said before them: true where one was. */
export const neverStated: Readonly<Record<string, Rule>> = {
  ...neverDecided,
  'an order is closed or completed while a hold in it is open': (before, fact) =>
    is(fact, 'OrderClosed', 'OrderCompleted') &&
    openHolds(before).some(({ placed }) => placed.order === fact.order),
  'an order is closed or completed while a run in it is open': (before, fact) =>
    is(fact, 'OrderClosed', 'OrderCompleted') && runsIn(before, fact).length > 0,
  'a held lot is consumed': (before, fact) =>
    is(fact, 'MaterialConsumed') && isLotHeld(before, fact.lot),
  'a held lot is merged into another': (before, fact) =>
    is(fact, 'LotMerged') && fact.body.parents.some(({ lot }) => isLotHeld(before, lot)),
  'a lot is made of nothing': (_, fact) =>
    (is(fact, 'LotMerged') && fact.body.parents.length === 0) ||
    (is(fact, 'LotSplit') && fact.body.children.length === 0),
  'work begins where a hold forbids it': (before, fact) =>
    is(fact, 'OperationStarted', 'PhaseStarted', 'OperationResumed', 'OperationCompleted') &&
    isHeld(before, fact),
  'work begins in an order that is over': (before, fact) =>
    is(fact, 'OperationStarted', 'PhaseStarted', 'MaterialConsumed') &&
    ['completed', 'closed', 'cancelled'].includes(standing(before, fact) ?? ''),
  'an operation is completed twice': ({ said }, fact) =>
    is(fact, 'OperationCompleted') &&
    said.some(
      ({ type, order, operation }) =>
        type === fact.type && order === fact.order && operation === fact.operation,
    ),
  'an operation is completed while a run in it is open': (before, fact) =>
    is(fact, 'OperationCompleted') && runsIn(before, fact).length > 0,
  'an operation is completed without a passed inspection': ({ said, policy }, fact) =>
    is(fact, 'OperationCompleted') &&
    policy.inspectOperations &&
    !said.some((known) => is(known, 'InspectionRecorded') && known.body.result === 'passed'),
  'a run is opened twice, or in a lane that is taken or not there': ({ runs, lanes }, fact) =>
    is(fact, 'PhaseStarted') &&
    (fact.body.lane > lanes[fact.line]! ||
      runs.some(
        ({ line, body }) =>
          line === fact.line && (body.lane === fact.body.lane || body.run === fact.body.run),
      )),
  'a hold is decided by who placed it, and nobody else approved': (before, fact) => {
    const hold = holdOf(before, fact);
    if (!is(fact, 'HoldDispositioned', 'HoldReleased', 'HoldCancelled', 'HoldReduced'))
      return false;
    return before.policy.fourEyes && fact.actor === hold?.placed.actor && hold.approver === '';
  },
  'a disposition is approved by who proposed it': (before, fact) =>
    is(fact, 'DispositionApproved') && holdOf(before, fact)?.proposer === fact.actor,
  'a disposition is approved by who placed the hold': (before, fact) =>
    is(fact, 'DispositionApproved') &&
    before.policy.fourEyes &&
    holdOf(before, fact)?.placed.actor === fact.actor,
  'a disposition is carried out without approval where one is due': (before, fact) =>
    is(fact, 'HoldDispositioned') && before.policy.review && !holdOf(before, fact)?.approver,
  'a decision is not signed where it must be': ({ policy }, fact) =>
    is(fact, 'DispositionProposed', 'DispositionApproved', 'HoldCancelled') &&
    policy.signatures &&
    !isSigned(fact),
  'dispositions decide more than was held': (before, fact) =>
    is(fact, 'HoldDispositioned') &&
    holdOf(before, fact)!.decided + micros(fact.body.quantity) >
      micros(holdOf(before, fact)!.placed.body.quantity ?? '0'),
  'a hold is decided that is not open': (before, fact) =>
    is(fact, 'HoldDispositioned', 'HoldCancelled', 'HoldReduced') && !holdOf(before, fact)?.open,
  'a nonconformance is closed while a hold of its is open': (before, fact) =>
    is(fact, 'NonconformanceClosed') &&
    openHolds(before).some(({ placed }) => placed.body.nonconformance === fact.body.nonconformance),
  'a held batch starts or goes on': (before, fact) =>
    is(fact, 'BatchCommanded') &&
    ['start', 'resume', 'restart'].includes(fact.body.command) &&
    (isHeld(before, { ...fact, operation: undefined } as never) || isLotHeld(before, fact.lot)),
  'a correction counts for another operation than its original': ({ said }, fact) => {
    if (!is(fact, 'QuantityCorrected', 'FactReversed')) return false;
    if (isAside(fact)) return false;
    const { original } = fact.body;
    const known = said.find(({ eventId, order }) => eventId === original && order === fact.order);
    return known?.operation !== undefined && known.operation !== fact.operation;
  },
  'a quantity is corrected that was none': ({ said }, fact) =>
    is(fact, 'QuantityCorrected') &&
    !isAside(fact) &&
    said.some(
      (known) =>
        known.eventId === fact.body.original &&
        known.order === fact.order &&
        is(known, 'MaterialConsumed', 'MaterialReturned', 'LotProduced', 'FactReversed'),
    ),
};

type Pair = (book: Book) => readonly string[];

const places = (hold: string, book: Book): string[] => {
  const { scope, order, operation, line, nonconformance, reach } = book.look('hold', hold)!;
  const on: Record<string, string[]> = {
    order: [keyOf('order', order!)],
    operation: [keyOf('operation', order!, operation!)],
    line: [keyOf('line', line)],
  };
  return [
    ...(on[scope] ?? []),
    ...(order === undefined ? [] : [keyOf('in', order)]),
    ...(nonconformance === undefined ? [] : [keyOf('nonconformance', nonconformance)]),
    ...(reach ?? []).map((lot) => keyOf('lot', lot)),
  ];
};
const opened = (book: Book) =>
  [...book.rows('hold')].filter(([, { state }]) => isOpen(state)).map(([hold]) => hold);
const names = <V>(rows: ReadonlyMap<string, V>, bad: (row: V, key: string) => boolean): string[] =>
  [...rows].filter(([key, row]) => bad(row, key)).map(([key]) => key);

/** Pairs of states that must never be there at once: names what is in one. */
export const neverThere: Readonly<Record<string, Pair>> = {
  'a lot is restricted without an open hold, or held and not restricted': (book) =>
    names(book.rows('lot'), ({ state }, lot) => {
      const held = book.look('held', keyOf('lot', lot)) !== undefined;
      return state === 'closed' ? false : held !== (state === 'restricted');
    }),
  'a lot is unrestricted that quality must release': (book) =>
    names(
      book.rows('lot'),
      ({ state, inspect, released }) => state === 'unrestricted' && !!inspect && !released,
    ),
  'what is held lists a hold that is not open, twice, or out of its reach': (book) =>
    names(
      book.rows('held'),
      (holds, key) =>
        holds.length === 0 ||
        new Set(holds).size < holds.length ||
        holds.some((hold) => !opened(book).includes(hold) || !places(hold, book).includes(key)),
    ),
  'an open hold is not listed where it reaches': (book) =>
    opened(book).filter((hold) =>
      places(hold, book).some((key) => !book.look('held', key)?.includes(hold)),
    ),
  'a hold has decided more than it held, or is closed without saying how': (book) =>
    names(
      book.rows('hold'),
      ({ remaining, quantity: held, state, outcome }) =>
        remaining < zero || remaining > (held ?? zero) || (state === 'closed') !== !!outcome,
    ).filter((hold) => book.look('hold', hold)!.state !== 'releasedEarly'),
  'a timer runs for a hold that is closed': (book) =>
    names(
      book.rows('timer'),
      ({ about: { hold } }) => hold !== undefined && !opened(book).includes(hold),
    ),
  'a timer runs for a batch without that phase': (book) =>
    names(book.rows('timer'), ({ about: { phase, lot } }) =>
      phase === undefined ? false : book.look('batch', lot!)?.phase !== phase,
    ),
  'a run without its lane, or a lane without its run': (book) => [
    ...names(book.rows('run'), ({ lane }, key) => {
      const [line, run] = key.split('\n');
      return book.look('lane', keyOf(line!, lane)) !== run;
    }),
    ...names(book.rows('lane'), (run, key) => {
      const [line, lane] = key.split('\n');
      return book.look('run', keyOf(line!, run))?.lane !== Number(lane);
    }),
  ],
  'an order or operation counts runs that are not there': (book) => [
    ...names(book.rows('order'), ({ openRuns }, order) => {
      return openRuns !== [...book.rows('run').values()].filter((r) => r.order === order).length;
    }),
    ...names(book.rows('operation'), ({ openRuns }, key) => {
      const runs = [...book.rows('run').values()];
      return openRuns !== runs.filter((r) => keyOf(r.order, r.operation) === key).length;
    }),
  ],
  'an order is over and a run in it is open': (book) =>
    names(
      book.rows('order'),
      ({ state, openRuns }) => ['closed', 'completed', 'cancelled'].includes(state) && openRuns > 0,
    ),
  'a piece is invented, lost or in two places of an operation': (book) =>
    names(book.rows('operation'), (_, key) => {
      const [order, operation] = key.split('\n') as [string, string];
      const { before, in: came, wip, over, ...out } = balanceOf(book, order, operation);
      const { quantity: ordered, routing } = book.look('order', order)!;
      const former = routing[routing.indexOf(operation) - 1];
      const sum = out.good + out.scrap + out.rework + out.held;
      const passed = former === undefined ? ordered : balanceOf(book, order, former).good;
      return (
        came - sum - wip + over !== zero ||
        (wip !== zero && over !== zero) ||
        [came, wip, over, ...Object.values(out)].some((amount) => amount < zero) ||
        before !== former ||
        came !== passed
      );
    }),
  'a lot comes from itself': (book) =>
    [...book.rows('lot').keys()].filter((lot) => {
      const seen = new Set<string>();
      const next = [keyOf('lot', lot)];
      for (const key of next)
        for (const from of book.look('from', key) ?? [])
          if (from.startsWith('lot\n') && !seen.has(from)) next.push(from) && seen.add(from);
      return seen.has(keyOf('lot', lot));
    }),
};
