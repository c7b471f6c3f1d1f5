import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { quantity } from '../shared/quantity.ts';
import { line as lineChart } from './line.ts';
import { operation as operationChart } from './operation.ts';
import { order as orderChart } from './order.ts';
import { endHold, moveLot, placeHold } from './quality.ts';
import { type Asked, type Change, heldBy, keyOf, type Look, type Tables } from './tables.ts';

/**
 * What `fact` changes, if the line may state it; throws Fault REFUSED with the guard's reason.
 *
 * Pure: reads through `look`, changes nothing. Replaying what was stored rebuilds the tables.
 */
export function judge(look: Look, line: string, lanesMax: number, fact: Content): Change[] {
  const asked: Asked = { look, line, lanesMax, fact, changes: [] };
  switch (fact.type) {
    case 'OrderReleased':
      releaseOrder(asked, fact);
      break;
    case 'EquipmentStateChanged':
    case 'ShiftStarted':
      changeLine(asked);
      break;
    case 'HoldPlaced':
      placeHold(asked, fact);
      break;
    case 'HoldDispositioned':
    case 'HoldReleased':
      endHold(asked, fact);
      break;
    default:
      work(asked);
  }
  return asked.changes;
}

function releaseOrder({ look, fact, changes }: Asked, { body }: Content<'OrderReleased'>): void {
  const order = fact.order!;
  const known = look('order', order)?.state ?? orderChart.initial;
  const event = { type: fact.type, order, openHolds: [], openRuns: 0 };
  const value = {
    state: orderChart.step(known, event, `order ${order}`),
    material: body.material,
    quantity: quantity(body.quantity, 'quantity'),
    unit: body.unit,
    tolerancePercent: body.tolerancePercent ?? 0,
    routing: (body.operations ?? []).map(({ operation }) => operation),
    openRuns: 0,
  };
  changes.push({ table: 'order', key: order, value });
  for (const { operation, name } of body.operations ?? []) {
    const ready = { state: operationChart.initial, name, openRuns: 0 };
    changes.push({ table: 'operation', key: keyOf(order, operation), value: ready });
  }
}

function changeLine({ look, line, fact, changes }: Asked): void {
  const known = look('line', line) ?? { state: lineChart.initial, people: [], sinceMs: fact.atMs };
  if (fact.type === 'ShiftStarted') {
    const { shift } = fact;
    const value = { ...known, people: fact.body.people, ...(shift === undefined ? {} : { shift }) };
    changes.push({ table: 'line', key: line, value });
  } else if (fact.type === 'EquipmentStateChanged') {
    const state = lineChart.step(known.state, { type: fact.type, state: fact.body.state }, line);
    changes.push({ table: 'line', key: line, value: { ...known, state, sinceMs: fact.atMs } });
  }
}

/** Everything that is stated about an operation of an order, and the closing of the order. */
function work(asked: Asked): void {
  const { look, line, fact, changes } = asked;
  const order = fact.order!;
  const known = look('order', order);
  if (!known) throw new Fault('REFUSED', `order ${order} is unknown: no ${fact.type}`);
  const openHolds = heldBy(look, keyOf('in', order));
  const event = { type: fact.type, order, openHolds, openRuns: known.openRuns };
  const state = orderChart.step(known.state, event, `order ${order}`);

  const run = runOf(fact);
  const opened = run === undefined ? undefined : look('run', keyOf(line, run));
  const started = fact.type === 'PhaseStarted' ? 1 : fact.type === 'PhaseEnded' ? -1 : 0;
  if (fact.type !== 'OrderClosed') workOn(asked, known, started, run, opened);
  if (state !== known.state || started !== 0) {
    const value = { ...known, state, openRuns: known.openRuns + started };
    changes.push({ table: 'order', key: order, value });
  }
  if (run !== undefined) moveRun(asked, run, opened);
  if (fact.type === 'LotProduced' || fact.type === 'MaterialConsumed') moveLot(asked, fact);
}

function workOn(
  { look, line, lanesMax, fact, changes }: Asked,
  order: Tables['order'],
  started: number,
  run: string | undefined,
  opened: Tables['run'] | undefined,
): void {
  const key = keyOf(fact.order!, fact.operation!);
  const before = look('operation', key);
  const name = `operation ${fact.operation} of order ${fact.order}`;
  const openRuns = before?.openRuns ?? 0;
  const phase = fact.type === 'PhaseStarted' ? fact.body : { lane: 0, rework: false };
  const event = {
    type: fact.type,
    name,
    routed: before !== undefined || order.routing.length === 0,
    holds: heldBy(
      look,
      keyOf('line', line),
      keyOf('order', fact.order!),
      keyOf('operation', fact.order!, fact.operation!),
    ),
    lotHolds: fact.lot === undefined ? [] : heldBy(look, keyOf('lot', fact.lot)),
    run: run ?? '',
    runOpen:
      opened !== undefined && (started === 1 || keyOf(opened.order, opened.operation) === key),
    openRuns,
    ...phase,
    laneRun: look('lane', keyOf(line, phase.lane)),
    lanesMax,
    unit: fact.type === 'QuantityReported' ? fact.body.unit : '',
    orderUnit: order.unit,
  };
  const state = operationChart.step(before?.state ?? operationChart.initial, event, name);
  if (state === before?.state && started === 0) return;
  const stated = fact.type === 'OperationStarted' ? fact.body.name : undefined;
  const value = { state, name: stated ?? before?.name ?? '', openRuns: openRuns + started };
  changes.push({ table: 'operation', key, value });
}

const runOf = (fact: Content): string | undefined =>
  fact.type === 'PhaseStarted' || fact.type === 'PhaseEnded' || fact.type === 'QuantityReported'
    ? fact.body.run
    : undefined;

function moveRun({ line, fact, changes }: Asked, run: string, opened?: Tables['run']): void {
  const key = keyOf(line, run);
  if (fact.type === 'PhaseStarted') {
    const { lane, phase, rework } = fact.body;
    const about = { order: fact.order!, operation: fact.operation!, startedMs: fact.atMs };
    const value: Tables['run'] = { ...about, lane, phase, rework };
    changes.push({ table: 'run', key, value });
    changes.push({ table: 'lane', key: keyOf(line, lane), value: run });
  } else if (fact.type === 'PhaseEnded') {
    changes.push({ table: 'run', key, value: undefined });
    changes.push({ table: 'lane', key: keyOf(line, opened!.lane), value: undefined });
  }
}
