import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { quantity, zero } from '../shared/quantity.ts';
import { checkOriginal, correct, type Effect, isCorrectable, settle } from './correction.ts';
import { inspect, moveBatch, raise } from './inspecting.ts';
import { isRegular, line as lineChart } from './line.ts';
import { moveLot, releaseLot } from './lots.ts';
import { operation as operationChart } from './operation.ts';
import { order as orderChart } from './order.ts';
import { mergeLots, splitLot } from './parting.ts';
import type { Terms } from './policy.ts';
import { decideHold, placeHold } from './quality.ts';
import { type Asked, type Change, type Flag, heldBy, keyOf, type Look, move } from './tables.ts';
import { completionOf } from './tolerance.ts';
import { produce, workOn } from './working.ts';

/** What a fact does, if the line may state it. */
export type Verdict = Readonly<{
  changes: readonly Change[];
  flags: readonly Flag[];
  /** Each chart's step: "order\nreleased OperationStarted started". */
  moves: readonly string[];
  /** Earlier facts that count no more or again; this fact itself when it counts. */
  effects: readonly Effect[] | undefined;
}>;

/**
 * What `fact` does, if the line may state it; throws Fault REFUSED with the guard's reason.
 *
 * Pure: reads through `look`, changes nothing. Replaying what was stored rebuilds the tables.
 */
export function judge(look: Look, line: string, terms: Terms, fact: Content): Verdict {
  const asked: Asked = { look, line, terms, fact, changes: [], flags: [], moves: [] };
  const effects = take(asked, fact);
  const { changes, flags, moves } = asked;
  return { changes, flags: [...new Set(flags)], moves, effects };
}

function take(asked: Asked, fact: Content): Effect[] | undefined {
  switch (fact.type) {
    case 'OrderReleased':
      releaseOrder(asked, fact);
      return undefined;
    case 'EquipmentStateChanged':
    case 'ShiftStarted':
      changeLine(asked);
      return undefined;
    case 'CommandReceived':
      receive(asked, fact);
      return undefined;
    case 'HoldPlaced':
      placeHold(asked, fact);
      return undefined;
    case 'NonconformanceRaised':
    case 'NonconformanceReviewed':
    case 'NonconformanceClosed':
      raise(asked, fact);
      return undefined;
    case 'HoldReduced':
    case 'HoldReviewStarted':
    case 'DispositionProposed':
    case 'DispositionWithdrawn':
    case 'DispositionRejected':
    case 'DispositionApproved':
    case 'HoldDispositioned':
    case 'HoldReleased':
    case 'HoldCancelled':
    case 'HoldEscalated':
    case 'HoldReminded':
      decideHold(asked, fact);
      return undefined;
    default:
      return inOrder(asked, fact);
  }
}

function releaseOrder(asked: Asked, { order, body }: Content<'OrderReleased'>): void {
  const { look, fact, changes } = asked;
  const known = look('order', order!)?.state ?? orderChart.initial;
  const event = { type: fact.type, order: order!, openHolds: [], openRuns: 0, lastRun: false };
  const value = {
    state: move(asked, orderChart, known, event, `order ${order}`),
    material: body.material,
    quantity: quantity(body.quantity, 'quantity'),
    unit: body.unit,
    tolerancePercent: body.tolerancePercent ?? 0,
    routing: (body.operations ?? []).map(({ operation }) => operation),
    openRuns: 0,
  };
  changes.push({ table: 'order', key: order!, value });
  for (const { operation, name } of body.operations ?? []) {
    const ready = { state: operationChart.initial, name, openRuns: 0 };
    changes.push({ table: 'operation', key: keyOf(order!, operation), value: ready });
  }
}

/** How far the line has come with what central sends; a number that is known changes nothing. */
function receive({ look, line, changes }: Asked, { body }: Content<'CommandReceived'>): void {
  const { upTo, beyond } = look('received', line) ?? { upTo: 0, beyond: [] };
  if (body.number <= upTo || beyond.includes(body.number)) return;
  const all = [...beyond, body.number].sort((a, b) => a - b);
  let last = upTo;
  while (all[0] === last + 1) last = all.shift()!;
  changes.push({ table: 'received', key: line, value: { upTo: last, beyond: all } });
}

function changeLine(asked: Asked): void {
  const { look, line, fact, changes } = asked;
  const seen = look('line', line);
  const known = seen ?? { state: lineChart.initial, people: [], sinceMs: fact.atMs };
  if (fact.type === 'ShiftStarted') {
    const { shift } = fact;
    const value = { ...known, people: fact.body.people, ...(shift === undefined ? {} : { shift }) };
    changes.push({ table: 'line', key: line, value });
  } else if (fact.type === 'EquipmentStateChanged') {
    const event = { type: fact.type, state: fact.body.state };
    const state = move(asked, lineChart, known.state, event, line);
    const irregular = seen !== undefined && !isRegular(known.state, state);
    if (irregular) asked.flags.push('irregular');
    const count = (known.irregular ?? 0) + (irregular ? 1 : 0);
    const value = {
      ...known,
      state,
      sinceMs: fact.atMs,
      ...(count === 0 ? {} : { irregular: count }),
    };
    changes.push({ table: 'line', key: line, value });
  }
}

/** Everything that belongs to an order, if it names one: the order's chart must accept it too. */
function inOrder(asked: Asked, fact: Content): Effect[] | undefined {
  const { look, line } = asked;
  const { order } = fact;
  if (order === undefined) {
    outsideOrder(asked, fact);
    return undefined;
  }
  const known = look('order', order);
  if (!known) {
    const rule = 'orderUnknown';
    throw new Fault('REFUSED', `order ${order} is unknown: no ${fact.type}`, { rule });
  }
  const run = 'run' in fact.body ? look('run', keyOf(line, fact.body.run)) : undefined;
  const ends = fact.type === 'PhaseEnded' && run?.order === order;
  const openHolds = heldBy(look, keyOf('in', order));
  const { openRuns } = known;
  const event = { type: fact.type, order, openHolds, openRuns, lastRun: ends && openRuns === 1 };
  const state = move(asked, orderChart, known.state, event, `order ${order}`);
  const started = fact.type === 'PhaseStarted' ? 1 : fact.type === 'PhaseEnded' ? -1 : 0;
  if (known.state === 'closed' && state === 'closed' && isCorrectable(fact)) {
    asked.flags.push('late');
    return undefined;
  }

  const isWork = fact.operation !== undefined && workFacts.has(fact.type);
  if (isWork) workOn(asked, known, started, run);
  if (fact.type === 'OrderChanged') changeOrder(asked, fact);
  if (state !== known.state || started !== 0) {
    const value = { ...known, state, openRuns: openRuns + started };
    asked.changes.push({ table: 'order', key: order, value });
  }
  outsideOrder(asked, fact);
  if (!isCorrectable(fact)) return undefined;
  checkOriginal(asked, known.unit);
  const effects = correct(asked);
  produce(asked, effects);
  return [...effects, ...settle(asked, effects)];
}

/** Facts that one operation's chart must accept. */
const workFacts = new Set<string>([
  ...[
    'OperationStarted',
    'PhaseStarted',
    'RunStaffed',
    'QuantityReported',
    'PhaseEnded',
    'OperationPaused',
  ],
  ...['OperationResumed', 'OperationCompleted', 'MaterialConsumed', 'MaterialReturned'],
  ...['LotProduced', 'ReworkAuthorised', 'ReworkCompleted'],
]);

/** What a fact does to lots, batches and inspections, whether it names an order or not. */
function outsideOrder(asked: Asked, fact: Content): void {
  switch (fact.type) {
    case 'LotProduced':
    case 'MaterialConsumed':
    case 'MaterialReturned':
      moveLot(asked, fact);
      break;
    case 'LotReleased':
      releaseLot(asked);
      break;
    case 'LotSplit':
      splitLot(asked, fact);
      break;
    case 'LotMerged':
      mergeLots(asked, fact);
      break;
    case 'BatchCommanded':
    case 'BatchSettled':
    case 'BatchPhaseStarted':
    case 'BatchPhaseEnded':
    case 'BatchPhaseOverran':
      moveBatch(asked, fact);
      break;
    case 'InspectionRequested':
    case 'InspectionRecorded':
    case 'InspectionCancelled':
      inspect(asked, fact);
      break;
  }
}

/** A change below what is made already is kept beside the order until planning has decided. */
function changeOrder(
  { look, fact, changes, flags }: Asked,
  { body }: Content<'OrderChanged'>,
): void {
  const known = look('order', fact.order!)!;
  const { pending: _, ...rest } = known;
  const wanted = {
    quantity: body.quantity === undefined ? known.quantity : quantity(body.quantity, 'quantity'),
    tolerancePercent: body.tolerancePercent ?? known.tolerancePercent,
  };
  const made = known.made ?? zero;
  const below = completionOf(wanted.quantity, wanted.tolerancePercent, made) === 'beyondTolerance';
  if (below) flags.push('parked');
  const value = below ? { ...known, pending: wanted } : { ...rest, ...wanted };
  changes.push({ table: 'order', key: fact.order!, value });
}
