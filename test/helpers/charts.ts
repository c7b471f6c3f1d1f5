import { equipmentStates } from '../../shared/event.ts';
import type { Chart, ChartEvent } from '../../statecharts/engine.ts';
import { hold } from '../../statecharts/hold.ts';
import { line } from '../../statecharts/line.ts';
import { lot } from '../../statecharts/lot.ts';
import { operation } from '../../statecharts/operation.ts';
import { order } from '../../statecharts/order.ts';

export type Event = ChartEvent & Record<string, unknown>;

/** A chart, and each thing that may be asked of it when nothing stands in the way. */
export type Sheet = { chart: Chart<Event>; events: Record<string, Event> };

const sheet = (chart: object, shared: object, types: Record<string, object>): Sheet => ({
  chart: chart as Chart<Event>,
  events: Object.fromEntries(
    Object.entries(types).map(([name, own]) => [
      name,
      { type: name.split(' ')[0]!, ...shared, ...own } as Event,
    ]),
  ),
});

const orderFacts = [
  ...['OrderReleased', 'OrderClosed', 'OperationStarted', 'PhaseStarted', 'QuantityReported'],
  ...['PhaseEnded', 'OperationPaused', 'OperationResumed', 'OperationCompleted'],
  ...['MaterialConsumed', 'LotProduced'],
];

export const sheets = {
  line: sheet(
    line,
    {},
    Object.fromEntries(
      equipmentStates.map((state) => [`EquipmentStateChanged ${state}`, { state }]),
    ),
  ),
  order: sheet(
    order,
    { order: 'WO-1', openHolds: [], openRuns: 0 },
    Object.fromEntries(orderFacts.map((type) => [type, {}])),
  ),
  operation: sheet(
    operation,
    {
      ...{ name: 'operation 0010', routed: true, holds: [], lotHolds: [], run: 'R1' },
      ...{ runOpen: true, openRuns: 0, lane: 2, laneRun: undefined, lanesMax: 2, rework: false },
      ...{ unit: 'EA', orderUnit: 'EA' },
    },
    {
      OperationStarted: {},
      PhaseStarted: { runOpen: false },
      'PhaseStarted rework': { runOpen: false, rework: true },
      QuantityReported: {},
      PhaseEnded: {},
      OperationPaused: {},
      OperationResumed: {},
      OperationCompleted: {},
      MaterialConsumed: {},
      LotProduced: {},
    },
  ),
  lot: sheet(
    lot,
    { lot: 'L-1', sameMaterial: true, otherHolds: 0 },
    {
      LotProduced: {},
      MaterialConsumed: {},
      HoldPlaced: {},
      HoldReleased: {},
      'HoldReleased one of two': { otherHolds: 1 },
      HoldDispositioned: {},
      'HoldDispositioned one of two': { otherHolds: 1 },
    },
  ),
  hold: sheet(
    hold,
    { hold: 'H1', measured: true, sameUnit: true, decided: 10_000_000n, remaining: 10_000_000n },
    {
      HoldPlaced: {},
      'HoldDispositioned in part': { decided: 1n },
      HoldDispositioned: {},
      HoldReleased: {},
    },
  ),
} satisfies Record<string, Sheet>;
