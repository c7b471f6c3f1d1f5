// Goal: every chart is known by heart. Method: each written twice, once for the machine and once
// here for the reader, with every state and every thing that may be asked; absent means refused.
import { describe, expect, test } from 'vitest';
import { type Event, type Sheet, sheets } from './helpers/charts.ts';

type Golden = Record<string, Record<string, string>>;

const report = (state: string) => ({ QuantityReported: state, PhaseEnded: state });
const seen = {
  'EquipmentStateChanged stopped': 'stopped',
  'EquipmentStateChanged idle': 'idle',
  'EquipmentStateChanged execute': 'execute',
  'EquipmentStateChanged held': 'held',
  'EquipmentStateChanged suspended': 'suspended',
  'EquipmentStateChanged complete': 'complete',
  'EquipmentStateChanged aborted': 'aborted',
};

const golden: Record<keyof typeof sheets, Golden> = {
  line: {
    ...{ stopped: seen, idle: seen, execute: seen, held: seen },
    ...{ suspended: seen, complete: seen, aborted: seen },
  },
  order: {
    unknown: { OrderReleased: 'released' },
    released: { OperationStarted: 'started', OrderClosed: 'closed' },
    started: {
      ...{ OperationStarted: 'started', PhaseStarted: 'started', OperationPaused: 'started' },
      ...{ OperationResumed: 'started', OperationCompleted: 'started' },
      ...{ MaterialConsumed: 'started', LotProduced: 'started', ...report('started') },
      OrderClosed: 'closed',
    },
    closed: {},
  },
  operation: {
    ready: { OperationStarted: 'active' },
    active: {
      ...{ PhaseStarted: 'active', 'PhaseStarted rework': 'active', ...report('active') },
      ...{ MaterialConsumed: 'active', LotProduced: 'active' },
      OperationPaused: 'paused',
      OperationCompleted: 'completed',
    },
    paused: { ...report('paused'), LotProduced: 'paused', OperationResumed: 'active' },
    completed: {
      ...{ 'PhaseStarted rework': 'completed', ...report('completed') },
      LotProduced: 'completed',
    },
  },
  lot: {
    unknown: { LotProduced: 'available', MaterialConsumed: 'available', HoldPlaced: 'restricted' },
    available: {
      ...{ LotProduced: 'available', MaterialConsumed: 'available' },
      HoldPlaced: 'restricted',
    },
    restricted: {
      ...{ LotProduced: 'restricted', HoldPlaced: 'restricted' },
      HoldReleased: 'available',
      'HoldReleased one of two': 'restricted',
      HoldDispositioned: 'available',
      'HoldDispositioned one of two': 'restricted',
    },
  },
  hold: {
    unknown: { HoldPlaced: 'open' },
    open: {
      'HoldDispositioned in part': 'open',
      HoldDispositioned: 'settled',
      HoldReleased: 'released',
    },
    settled: {},
    released: {},
  },
};

describe.each(Object.entries(golden))('%s', (name, table) => {
  const { chart, events }: Sheet = sheets[name as keyof typeof sheets];

  test('begins where it should, and has these states', () => {
    expect(chart.states).toEqual(Object.keys(table));
    expect(chart.initial).toBe(name === 'line' ? 'idle' : Object.keys(table)[0]);
  });

  const cases = Object.entries(table).flatMap(([from, row]) =>
    Object.entries(events).map(([asked, event]) => ({ from, asked, event, to: row[asked] })),
  );
  test.each(cases)('$from, then $asked: $to', ({ from, event, to }) => {
    expect(chart.can(from, event)).toBe(to !== undefined);
    if (to) expect(chart.step(from, event, 'it')).toBe(to);
    else
      expect(() => chart.step(from, event, 'it')).toThrow(
        expect.objectContaining({ code: 'REFUSED' }),
      );
  });

  test('what it has never heard of is refused with its state', () => {
    for (const state of chart.states) {
      const event = { type: 'DoorOpened' };
      expect(() => chart.step(state, event, 'it')).toThrow(`it is ${state}: no DoorOpened`);
    }
  });
});

type Guarded = [
  chart: keyof typeof sheets,
  states: string,
  asked: string,
  change: object,
  why: string,
];
const held = { holds: ['H1', 'H2'] };
const heldWhy = 'operation 0010 is held by H1, H2';
const guards: Guarded[] = [
  ['line', 'idle', 'EquipmentStateChanged idle', { state: 'asleep' }, 'asleep is no PackML state'],
  [
    'order',
    'released started',
    'OrderClosed',
    { openHolds: ['H1', 'H2'] },
    'order WO-1 has open holds: H1, H2',
  ],
  ['order', 'released started', 'OrderClosed', { openRuns: 2 }, 'order WO-1 has 2 open runs'],
  [
    'operation',
    'ready',
    'OperationStarted',
    { routed: false },
    "operation 0010 is not in the order's routing",
  ],
  ['operation', 'ready', 'OperationStarted', held, heldWhy],
  ['operation', 'active', 'PhaseStarted', held, heldWhy],
  ['operation', 'active', 'PhaseStarted', { runOpen: true }, 'run R1 is open already'],
  ['operation', 'active', 'PhaseStarted', { lane: 3 }, "lane 3 is beyond the line's capacity of 2"],
  ['operation', 'active', 'PhaseStarted', { laneRun: 'R7' }, 'lane 2 is taken by run R7'],
  [
    'operation',
    'completed',
    'PhaseStarted',
    {},
    'operation 0010 is completed: only rework may start',
  ],
  ['operation', 'completed', 'PhaseStarted rework', held, heldWhy],
  ['operation', 'completed', 'PhaseStarted rework', { runOpen: true }, 'run R1 is open already'],
  [
    'operation',
    'completed',
    'PhaseStarted rework',
    { lane: 3 },
    "lane 3 is beyond the line's capacity of 2",
  ],
  ['operation', 'completed', 'PhaseStarted rework', { laneRun: 'R7' }, 'lane 2 is taken by run R7'],
  [
    'operation',
    'active paused completed',
    'QuantityReported',
    { runOpen: false },
    'run R1 of operation 0010 is not open at this line',
  ],
  [
    'operation',
    'active paused completed',
    'QuantityReported',
    { unit: 'KG' },
    'operation 0010 is counted in EA, not KG',
  ],
  [
    'operation',
    'active paused completed',
    'PhaseEnded',
    { runOpen: false },
    'run R1 of operation 0010 is not open at this line',
  ],
  ['operation', 'paused', 'OperationResumed', held, heldWhy],
  ['operation', 'active', 'OperationCompleted', held, heldWhy],
  ['operation', 'active', 'OperationCompleted', { openRuns: 1 }, 'operation 0010 has 1 open runs'],
  ['operation', 'active', 'MaterialConsumed', { lotHolds: ['H1'] }, 'the lot is held by H1'],
  [
    'lot',
    'available',
    'MaterialConsumed',
    { sameMaterial: false },
    'lot L-1 is of another material or unit',
  ],
  [
    'lot',
    'available restricted',
    'LotProduced',
    { sameMaterial: false },
    'lot L-1 is of another material or unit',
  ],
  [
    'hold',
    'open',
    'HoldDispositioned',
    { measured: false },
    'hold H1 has no quantity: release it instead',
  ],
  ['hold', 'open', 'HoldDispositioned', { sameUnit: false }, 'hold H1 is measured in another unit'],
  ['hold', 'open', 'HoldDispositioned', { decided: 10_000_001n }, 'hold H1 has only 10 undecided'],
];
const guarded = guards.flatMap(([chart, states, asked, change, why]) =>
  states.split(' ').map((state) => ({ chart, state, asked, change, why })),
);
test.each(guarded)(
  '$chart $state, $asked with $change: $why',
  ({ chart, state, asked, ...rest }) => {
    const { chart: machine, events }: Sheet = sheets[chart];
    const event = { ...events[asked], ...rest.change } as Event;
    expect(machine.can(state, event)).toBe(false);
    expect(() => machine.step(state, event, 'it')).toThrow(
      expect.objectContaining({ code: 'REFUSED', message: rest.why }),
    );
  },
);

const never: [string, string, object][] = [
  ['QuantityReported', 'active paused completed', held],
  ['PhaseEnded', 'active paused completed', held],
  ['LotProduced', 'active paused completed', { ...held, lotHolds: ['H1'] }],
  ['OperationPaused', 'active', held],
];
test.each(never)('H2: no hold stops %s while %s', (asked, states, change) => {
  const { chart, events }: Sheet = sheets.operation;
  for (const state of states.split(' ')) {
    expect(chart.can(state, { ...events[asked], ...change } as Event)).toBe(true);
  }
});
