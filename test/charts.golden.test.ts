// Goal: every chart is known by heart. Method: each written twice, once for the machine and once
// here for the reader: from, to, and all that leads there. What is absent is refused. The life of a
// posting is in posting.golden.test.ts, what guards refuse in guards.golden.test.ts.
import { describe, expect, test } from 'vitest';
import { type Sheet, type SheetName, sheets } from './helpers/charts.ts';

/** From, to, and the names of the events that lead there, with commas between. */
type Golden = Record<string, Record<string, string>>;

const equipment = [
  ...['clearing', 'stopped', 'starting', 'idle', 'suspended', 'execute', 'stopping', 'aborting'],
  ...['aborted', 'holding', 'held', 'unholding', 'suspending', 'unsuspending', 'resetting'],
  ...['completing', 'complete'],
];
const seen = Object.fromEntries(
  equipment.map((state) => [state, `EquipmentStateChanged ${state}`]),
);

const reports = 'QuantityReported, QuantityCorrected, FactReversed';
const inspections = 'InspectionRequested, InspectionRecorded, InspectionCancelled';
const reworks = 'ReworkAuthorised, ReworkCompleted';
const batches =
  'BatchCommanded, BatchSettled, BatchPhaseStarted, BatchPhaseEnded, BatchPhaseOverran';
const timed = 'HoldEscalated, HoldReminded';
const ended = (state: string) => ({ [state]: 'BatchPhaseEnded' });
const onHold = { holding: 'BatchCommanded hold' };
const down = { stopping: 'BatchCommanded stop', aborting: 'BatchCommanded abort' };

const golden: Record<Exclude<SheetName, 'posting'>, Golden> = {
  line: Object.fromEntries(equipment.map((state) => [state, seen])),
  order: {
    unknown: { released: 'OrderReleased' },
    released: {
      released: `OrderChanged, ${inspections}, ${reworks}`,
      started: 'OperationStarted',
      cancelRequested: 'OrderCancelRequested while running',
      cancelled: 'OrderCancelRequested',
      closed: 'OrderClosed',
    },
    started: {
      started: `OrderChanged, RunStaffed, OperationStarted, OperationPaused, OperationResumed,
        OperationCompleted, PhaseStarted, PhaseEnded, PhaseEnded one of two, MaterialConsumed,
        MaterialReturned, LotProduced, LotReleased, LotSplit, LotMerged,
        ${reports}, ${inspections}, ${reworks}, ${batches}`,
      cancelRequested: 'OrderCancelRequested while running',
      cancelled: 'OrderCancelRequested',
      completed: 'OrderCompleted',
      closed: 'OrderClosed',
    },
    cancelRequested: {
      cancelRequested: `RunStaffed, PhaseEnded one of two, OperationPaused, MaterialReturned,
        LotProduced, LotReleased, ${reports}, ${inspections}, ${reworks}, ${batches}`,
      cancelled: 'PhaseEnded',
    },
    cancelled: {
      cancelled: `MaterialReturned, ${reports}, ${inspections}, ${reworks}`,
      closed: 'OrderClosed',
    },
    completed: {
      started: 'OrderReopened',
      completed: `MaterialReturned, LotReleased, ${reports}, ${inspections}, ${reworks}`,
      closed: 'OrderClosed',
    },
    closed: { started: 'OrderReopened', closed: `${reports}, ${inspections}, LotReleased` },
  },
  operation: {
    ready: { active: 'OperationStarted' },
    active: {
      active: `PhaseStarted, PhaseStarted rework, RunStaffed, QuantityReported, PhaseEnded,
        MaterialConsumed, MaterialReturned, LotProduced, ${reworks}`,
      paused: 'OperationPaused',
      completed: 'OperationCompleted',
    },
    paused: {
      active: 'OperationResumed',
      paused: `RunStaffed, QuantityReported, PhaseEnded, MaterialReturned, LotProduced, ${reworks}`,
    },
    completed: {
      completed: `PhaseStarted rework, RunStaffed, QuantityReported, PhaseEnded, MaterialReturned,
        LotProduced, ${reworks}`,
    },
  },
  lot: {
    planned: {
      inProcess: 'LotProduced to inspect, LotReceived to inspect',
      restricted: 'HoldPlaced',
      unrestricted: `LotProduced, LotReceived, MaterialConsumed, MaterialConsumed to the last,
        MaterialConsumed as stated`,
    },
    inProcess: {
      inProcess: `LotProduced, LotProduced to inspect, LotReceived, LotReceived to inspect,
        MaterialReturned, MaterialReturned to inspect, LotSplit`,
      restricted: 'HoldPlaced',
      unrestricted: 'LotReleased',
      closed: 'LotSplit to the last',
    },
    restricted: {
      inProcess: `HoldReduced unreleased, HoldReleased unreleased, HoldCancelled unreleased,
        HoldDispositioned unreleased`,
      restricted: `LotProduced, LotProduced to inspect, MaterialReturned,
        MaterialReturned to inspect, LotSplit, HoldPlaced,
        HoldReduced one of two, HoldReleased one of two, HoldCancelled one of two,
        HoldDispositioned one of two, HoldDispositioned scrap of all one of two,
        MaterialConsumed as stated`,
      unrestricted: 'HoldReduced, HoldReleased, HoldCancelled, HoldDispositioned',
      closed: `LotSplit to the last, HoldDispositioned scrap of all, HoldDispositioned of nothing,
        HoldReduced of nothing, HoldReleased of nothing, HoldCancelled of nothing`,
    },
    unrestricted: {
      inProcess: 'LotReceived to inspect, LotProduced to inspect',
      restricted: 'HoldPlaced',
      unrestricted: `LotProduced, LotReceived, MaterialConsumed, MaterialConsumed as stated,
        MaterialReturned, MaterialReturned to inspect, LotSplit, LotGiven`,
      closed: 'MaterialConsumed to the last, LotSplit to the last, LotGiven to the last',
    },
    closed: {
      inProcess: 'LotProduced to inspect, MaterialReturned to inspect',
      restricted: 'HoldPlaced',
      unrestricted: 'LotProduced, MaterialReturned',
      closed: 'MaterialConsumed, MaterialConsumed to the last, MaterialConsumed as stated',
    },
  },
  hold: {
    unknown: { releasedEarly: 'HoldReleased by central', active: 'HoldPlaced' },
    releasedEarly: { closed: 'HoldPlaced' },
    active: {
      active: `HoldReduced, HoldDispositioned in part, ${timed}`,
      underReview: 'HoldReviewStarted',
      closed: `HoldDispositioned, HoldReleased, HoldReleased by central,
        HoldReleased of no quantity, HoldCancelled`,
    },
    underReview: {
      underReview: timed,
      dispositionProposed: 'DispositionProposed',
      closed: 'HoldReleased of no quantity',
    },
    dispositionProposed: {
      underReview: 'DispositionWithdrawn, DispositionRejected',
      dispositionProposed: timed,
      approved: 'DispositionApproved',
    },
    approved: { active: 'HoldDispositioned in part', approved: timed, closed: 'HoldDispositioned' },
    closed: {},
  },
  batch: {
    idle: { running: 'BatchCommanded start' },
    running: {
      running: 'BatchPhaseStarted, BatchPhaseEnded, BatchPhaseOverran',
      pausing: 'BatchCommanded pause',
      holding: 'BatchCommanded hold',
      ...down,
      complete: 'BatchSettled',
    },
    pausing: { ...ended('pausing'), paused: 'BatchSettled', ...onHold, ...down },
    paused: { ...ended('paused'), running: 'BatchCommanded resume', ...onHold, ...down },
    holding: { ...ended('holding'), held: 'BatchSettled', ...down },
    held: { ...ended('held'), restarting: 'BatchCommanded restart', ...down },
    restarting: { running: 'BatchSettled', ...onHold, ...down },
    stopping: {
      ...{ ...ended('stopping'), stopped: 'BatchSettled', aborting: 'BatchCommanded abort' },
    },
    stopped: { idle: 'BatchCommanded reset' },
    aborting: { aborted: 'BatchSettled' },
    aborted: { idle: 'BatchCommanded reset' },
    complete: { idle: 'BatchCommanded reset' },
  },
  inspection: {
    unknown: { requested: 'InspectionRequested' },
    requested: {
      passed: 'InspectionRecorded passed',
      failed: 'InspectionRecorded failed',
      cancelled: 'InspectionCancelled',
    },
    passed: {},
    failed: {},
    cancelled: {},
  },
  nonconformance: {
    unknown: { open: 'NonconformanceRaised' },
    open: { reviewed: 'NonconformanceReviewed' },
    reviewed: { reviewed: 'NonconformanceReviewed', closed: 'NonconformanceClosed' },
    closed: {},
  },
  report: {
    unknown: { waiting: 'FactReversed, QuantityCorrected', counted: 'Stated' },
    waiting: { unknown: 'Restored', reversed: 'Stated' },
    counted: { reversed: 'FactReversed, QuantityCorrected' },
    reversed: { counted: 'Restored' },
  },
  lifecycle: {
    none: { CRTD: 'Create' },
    CRTD: { REL: 'Release', TECO: 'CompleteTechnically', DLFL: 'SetDeletionFlag' },
    REL: { TECO: 'CompleteTechnically', DLFL: 'SetDeletionFlag' },
    TECO: { REL: 'RevokeTechnicalCompletion', CLSD: 'Close' },
    CLSD: {},
    DLFL: {},
  },
  confirmation: {
    none: { PCNF: 'ConfirmInPart', CNF: 'ConfirmFinally' },
    PCNF: { none: 'CancelLastConfirmation', PCNF: 'ConfirmInPart', CNF: 'ConfirmFinally' },
    CNF: { PCNF: 'CancelConfirmation' },
  },
  delivery: {
    none: { PDLV: 'ReceiveInPart', DLV: 'ReceiveAll' },
    PDLV: { PDLV: 'ReceiveInPart', DLV: 'ReceiveAll' },
    DLV: {},
  },
};

const namesIn = (list: string): string[] => list.split(',').map((name) => name.trim());

describe.each(Object.entries(golden))('%s', (name, table) => {
  const { chart, events }: Sheet = sheets[name as keyof typeof golden];

  test('has these states', () => {
    expect(chart.states).toEqual(Object.keys(table));
    for (const row of Object.values(table)) {
      expect(chart.states).toEqual(expect.arrayContaining(Object.keys(row)));
      const written = Object.values(row).flatMap(namesIn);
      expect(new Set(written).size).toBe(written.length);
      expect(Object.keys(events)).toEqual(expect.arrayContaining(written));
    }
  });

  const cases = Object.entries(table).flatMap(([from, row]) => {
    const to = Object.fromEntries(
      Object.entries(row).flatMap(([to, list]) => namesIn(list).map((asked) => [asked, to])),
    );
    return Object.entries(events).map(([asked, event]) => ({ from, asked, event, to: to[asked] }));
  });
  test.each(cases)('$from, then $asked: $to', ({ from, event, to }) => {
    expect(chart.can(from, event)).toBe(to !== undefined);
    if (to) expect(chart.step(from, event, 'it')).toBe(to);
    else
      expect(() => chart.step(from, event, 'it')).toThrow(
        expect.objectContaining({ code: 'REFUSED', message: expect.stringMatching(/./) }),
      );
  });

  test('what it has never heard of is refused with its state', () => {
    for (const state of chart.states) {
      const event = { type: 'DoorOpened' };
      expect(() => chart.step(state, event, 'it')).toThrow(`it is ${state}: no DoorOpened`);
    }
  });
});
