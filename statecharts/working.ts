import type { Content } from '../shared/event.ts';
import { quantity, zero } from '../shared/quantity.ts';
import type { Effect } from './correction.ts';
import { turnLot } from './lots.ts';
import { operation as operationChart } from './operation.ts';
import {
  type Asked,
  given,
  hasFlag,
  heldBy,
  keyOf,
  lookAfter,
  move,
  type Tables,
} from './tables.ts';
import { completionOf } from './tolerance.ts';

type Order = Tables['order'];
type Operation = Tables['operation'];
type Run = Tables['run'];
/** A correction may come before anything else of its operation is known here. */
const unseen: Operation = { state: operationChart.initial, name: '', openRuns: 0 };

/** What is stated of one operation: its chart must accept it; runs and lanes follow. */
export function workOn(asked: Asked, order: Order, started: number, run: Run | undefined): void {
  const { look, line, terms, fact, changes } = asked;
  const key = keyOf(fact.order!, fact.operation!);
  const before = look('operation', key);
  const name = `operation ${fact.operation} of order ${fact.order}`;
  const openRuns = before?.openRuns ?? 0;
  const phase = fact.type === 'PhaseStarted' ? fact.body : { lane: 0, rework: false };
  const named = 'run' in fact.body ? fact.body.run : '';
  const reworks = before?.reworks ?? [];
  const event = {
    type: fact.type,
    name,
    routed: order.routing.length === 0 || order.routing.includes(fact.operation!),
    holds: heldBy(
      look,
      keyOf('line', line),
      keyOf('order', fact.order!),
      keyOf('operation', fact.order!, fact.operation!),
    ),
    lotHolds: fact.lot === undefined || terms.stated ? [] : heldBy(look, keyOf('lot', fact.lot)),
    run: named,
    runOpen: run !== undefined && (started === 1 || keyOf(run.order, run.operation) === key),
    openRuns,
    ...phase,
    laneRun: look('lane', keyOf(line, phase.lane)),
    lanesMax: terms.lanesMax,
    unit: fact.type === 'QuantityReported' ? fact.body.unit : '',
    orderUnit: order.unit,
    inspected: !terms.policy.inspectOperations || (before?.passed ?? 0) > 0,
    authorised: !terms.policy.authoriseRework || reworks.length > 0,
    reworkOpen: 'rework' in fact.body && reworks.includes(`${fact.body.rework}`),
  };
  const from = before?.state ?? operationChart.initial;
  const state = move(asked, operationChart, from, event, name);
  moveRun(asked, run);
  const changed = rework(fact, reworks);
  if (state === before?.state && started === 0 && changed === undefined) return;
  const stated = fact.type === 'OperationStarted' ? fact.body.name : undefined;
  const value: Operation = {
    ...before,
    ...{ state, name: stated ?? before?.name ?? '', openRuns: openRuns + started },
    ...given({ reworks: changed ?? before?.reworks }),
  };
  changes.push({ table: 'operation', key, value });
}

/** Reworks that are authorised and not completed after this fact, if it changes them. */
function rework(fact: Content, reworks: readonly string[]): readonly string[] | undefined {
  if (fact.type === 'ReworkAuthorised') return [...reworks, fact.body.rework];
  if (fact.type !== 'ReworkCompleted') return undefined;
  return reworks.filter((known) => known !== fact.body.rework);
}

function moveRun(asked: Asked, opened: Run | undefined): void {
  const { line, fact, changes } = asked;
  if (fact.type === 'PhaseStarted') {
    const { lane, phase, run, rework } = fact.body;
    const about = { order: fact.order!, operation: fact.operation!, startedMs: fact.atMs };
    const people = fact.actor.startsWith('person:') ? [fact.actor] : [];
    const value: Run = { ...about, lane, phase, rework, people, staffedMs: fact.atMs };
    changes.push({ table: 'run', key: keyOf(line, run), value });
    changes.push({ table: 'lane', key: keyOf(line, lane), value: run });
  } else if (fact.type === 'RunStaffed') {
    workLabour(asked, opened!);
    const { run, people } = fact.body;
    const value = { ...opened!, people, staffedMs: fact.atMs };
    changes.push({ table: 'run', key: keyOf(line, run), value });
  } else if (fact.type === 'PhaseEnded') {
    workLabour(asked, opened!);
    changes.push({ table: 'run', key: keyOf(line, fact.body.run), value: undefined });
    changes.push({ table: 'lane', key: keyOf(line, opened!.lane), value: undefined });
  }
}

/**
 * Each person's time at the run since it was last staffed; never less than nothing, and where the
 * clock was set meanwhile not more than the run is known to have taken.
 */
function workLabour({ look, fact, changes }: Asked, run: Run): void {
  const { people = [], staffedMs = fact.atMs } = run;
  const elapsedMs = 'elapsedMs' in fact.body ? fact.body.elapsedMs : undefined;
  const mostMs = hasFlag(fact, 'clockStepped') ? (elapsedMs ?? 0) : Number.POSITIVE_INFINITY;
  const workedMs = Math.min(mostMs, Math.max(0, fact.atMs - staffedMs));
  for (const person of new Set(people)) {
    const key = keyOf(run.order, run.operation, person);
    const value = (look('labour', key) ?? 0) + workedMs;
    changes.push({ table: 'labour', key, value });
  }
}

/** New good that an effect adds to its operation; what came out of rework is not new. */
const goodOf = ({ fact, origin, sign }: Effect): bigint =>
  'good' in fact.body && !origin?.body.inRework
    ? quantity(fact.body.good, 'good') * BigInt(sign)
    : zero;

const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Good of the operation that is furthest, after something was taken back. */
function furthest(asked: Asked, order: string): bigint {
  const look = lookAfter(asked.look, asked.changes);
  return [...(asked.look('operations', order) ?? [])]
    .map((operation) => look('operation', keyOf(order, operation))?.good ?? zero)
    .reduce(greater, zero);
}

/** What counts now, on its operation, its order and its lot. The effect of the fact itself on its
 * lot was told by the lot's chart already. */
export function produce(asked: Asked, effects: readonly Effect[]): void {
  const { changes, flags, fact } = asked;
  for (const effect of effects) {
    const look = lookAfter(asked.look, changes);
    if ('material' in effect.fact.body) {
      if (effect.fact !== fact) turnLot(asked, effect);
      continue;
    }
    const more = goodOf(effect);
    if (more === zero) continue;
    const order = effect.fact.order!;
    const key = keyOf(order, effect.fact.operation!);
    const row = look('operation', key) ?? unseen;
    const known = look('order', order)!;
    const good = (row.good ?? zero) + more;
    changes.push({ table: 'operation', key, value: { ...row, good } });
    const made = more > zero ? greater(good, known.made ?? zero) : furthest(asked, order);
    if (made !== (known.made ?? zero)) {
      changes.push({ table: 'order', key: order, value: { ...known, made } });
    }
    const completion = completionOf(known.quantity, known.tolerancePercent, good);
    if (more > zero && completion !== 'within') flags.push(completion);
  }
}
