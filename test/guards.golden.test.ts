// Goal: every guard of every chart refuses by itself, in words that a person can act on. Method:
// per chart, what breaks each rule and its words, and where the rule is asked: this is all there
// is, the chart's own graph is held against it. Rules that only choose between ways have no words.
import { describe, expect, test } from 'vitest';
import { equipmentStates } from '../shared/event.ts';
import { type Event, type Sheet, type SheetName, sheets } from './helpers/charts.ts';

type Guarded = Readonly<{
  broken: Record<string, [change: object, words: string]>; // "{type}" is the fact's type
  asked: Record<string, string>; // "state/state Event variant", and the rules that must hold
  chooses?: string;
}>;

const holds = { holds: ['H1', 'H2'] };
const decide = 'mayDecide otherThanPlacer signed';
const measure = 'measured sameUnit withinHold';
const open = 'active/underReview/dispositionProposed/approved';

const golden: Partial<Record<SheetName, Guarded>> = {
  order: {
    broken: {
      noHoldOpen: [{ openHolds: ['H1', 'H2'] }, 'order WO-1 has open holds: H1, H2'],
      noRunOpen: [{ openRuns: 2 }, 'order WO-1 has 2 open runs'],
    },
    asked: {
      'released/started/cancelled/completed OrderClosed': 'noHoldOpen noRunOpen',
      'started OrderCompleted': 'noHoldOpen noRunOpen',
    },
    chooses: 'noRun someRun lastRun anotherRun',
  },
  operation: {
    broken: {
      routed: [{ routed: false }, "operation 0010 is not in the order's routing"],
      notHeld: [holds, 'operation 0010 is held by H1, H2'],
      lotFree: [{ lotHolds: ['H1'] }, 'the lot is held by H1'],
      laneInCapacity: [{ lane: 3 }, "lane 3 is beyond the line's capacity of 2"],
      laneFree: [{ laneRun: 'R7' }, 'lane 2 is taken by run R7'],
      runIsNew: [{ runOpen: true }, 'run R1 is open already'],
      runIsOpen: [{ runOpen: false }, 'run R1 of operation 0010 is not open at this line'],
      sameUnit: [{ unit: 'KG' }, 'operation 0010 is counted in EA, not KG'],
      noRunOpen: [{ openRuns: 1 }, 'operation 0010 has 1 open runs'],
      isRework: [{ rework: false }, 'operation 0010 is completed: only rework may start'],
      authorised: [{ authorised: false }, 'operation 0010: its rework is not authorised'],
      inspected: [{ inspected: false }, 'operation 0010 has not passed an inspection'],
      reworkIsNew: [{ reworkOpen: true }, 'operation 0010: this rework is authorised already'],
      reworkIsOpen: [
        { reworkOpen: false },
        'operation 0010: this rework is not authorised, or is completed',
      ],
    },
    asked: {
      'ready OperationStarted': 'routed notHeld',
      'active PhaseStarted rework': 'notHeld runIsNew laneInCapacity laneFree authorised',
      'active/paused/completed QuantityReported': 'runIsOpen sameUnit',
      'active/paused/completed PhaseEnded': 'runIsOpen',
      'active/paused/completed RunStaffed': 'runIsOpen',
      'active OperationCompleted': 'noRunOpen notHeld inspected',
      'active MaterialConsumed': 'lotFree',
      'active/paused/completed ReworkAuthorised': 'reworkIsNew',
      'active/paused/completed ReworkCompleted': 'reworkIsOpen',
      'paused OperationResumed': 'notHeld',
      'completed PhaseStarted rework':
        'isRework notHeld runIsNew laneInCapacity laneFree authorised',
    },
  },
  lot: {
    broken: {
      sameMaterial: [{ sameMaterial: false }, 'lot L-1 is of another material or unit'],
      notHeld: [holds, 'the lot is held by H1, H2'],
      enough: [{ enough: false }, 'lot L-1 has not that much'],
      usable: [{ released: false }, 'lot L-1 is not released by quality'],
      noCycle: [{ cycle: true }, 'lot L-1 would come from itself'],
      stated: [{ stated: false, ...holds }, 'the lot is held by H1, H2'],
    },
    asked: {
      'planned/inProcess/restricted/unrestricted/closed LotProduced': 'sameMaterial',
      'planned LotReceived': 'noCycle',
      'inProcess/restricted/unrestricted/closed MaterialReturned': 'sameMaterial',
      'inProcess/unrestricted LotReceived': 'sameMaterial notHeld noCycle',
      'inProcess/restricted/unrestricted LotSplit': 'sameMaterial enough noCycle',
      'unrestricted MaterialConsumed': 'sameMaterial notHeld',
      'closed MaterialConsumed': 'sameMaterial notHeld usable',
      'restricted MaterialConsumed as stated': 'sameMaterial stated',
      'unrestricted LotGiven': 'notHeld sameMaterial enough noCycle',
    },
    chooses: 'inspected free usesUp lastHold anotherHold',
  },
  hold: {
    broken: {
      fromCentral: [{ fromCentral: false }, 'hold H1 is unknown: no HoldReleased'],
      direct: [{ review: true }, 'hold H1 needs a disposition that a second person approves'],
      otherThanPlacer: [
        { actor: 'operator:1' },
        'hold H1 was placed by operator:1: another person must decide it',
      ],
      otherThanProposer: [
        { actor: 'quality:1' },
        'hold H1: quality:1 proposed it and cannot approve it',
      ],
      unmeasured: [{ measured: true }, 'hold H1 has a quantity: decide it by a disposition'],
      otherThanReviewer: [
        { reviewedBy: 'quality:2' },
        'hold H1: quality:2 began its review and cannot end it alone',
      ],
      mayDecide: [{ mayDecide: false }, 'hold H1: quality:2 may not state {type}'],
      signed: [{ signed: false }, 'hold H1: {type} must be signed'],
      measured: [{ measured: false }, 'hold H1 has no quantity: release it instead'],
      sameUnit: [{ sameUnit: false }, 'hold H1 is measured in another unit'],
      withinHold: [{ decided: 10_000_001n }, 'hold H1 has only 10 undecided'],
      mistaken: [{ review: true, untouched: false }, 'hold H1 is decided in part: no {type}'],
      asProposed: [{ asProposed: false }, 'hold H1: another disposition was approved'],
      reached: [
        { reached: false },
        'hold H1 can let go only lots that it holds, and not the last one',
      ],
      due: [{ due: false }, 'hold H1: {type} is not due'],
    },
    asked: {
      'unknown HoldReleased by central': 'fromCentral',
      'active HoldReduced': 'mayDecide otherThanPlacer reached',
      'active HoldDispositioned': `direct ${decide} ${measure}`,
      'active HoldReleased': `direct ${decide}`,
      'active HoldCancelled': `mistaken ${decide}`,
      'underReview DispositionProposed': `mayDecide signed ${measure}`,
      'underReview HoldReleased of no quantity': `unmeasured otherThanReviewer ${decide}`,
      'dispositionProposed DispositionWithdrawn': 'mayDecide',
      'dispositionProposed DispositionRejected': 'mayDecide',
      'dispositionProposed DispositionApproved': `otherThanProposer ${decide}`,
      'approved HoldDispositioned': `asProposed ${measure}`,
      [`${open} HoldEscalated`]: 'due',
      [`${open} HoldReminded`]: 'due',
    },
    chooses: 'decidesAll',
  },
  batch: {
    broken: {
      notHeld: [holds, 'batch B1 is held by H1, H2'],
      noPhase: [{ phase: 'heat' }, 'batch B1 is in phase heat'],
      inPhase: [{ phase: 'heat' }, 'batch B1 is not in phase mix'],
      due: [{ due: false }, 'batch B1: no limit is due'],
    },
    asked: {
      'idle BatchCommanded start': 'notHeld',
      'paused BatchCommanded resume': 'notHeld',
      'held BatchCommanded restart': 'notHeld',
      'running BatchSettled': 'noPhase',
      'running BatchPhaseStarted': 'noPhase notHeld',
      'running/pausing/paused/holding/held/stopping BatchPhaseEnded': 'inPhase',
      'running BatchPhaseOverran': 'due',
    },
    chooses: 'start pause resume hold restart stop abort reset',
  },
  inspection: {
    broken: { signed: [{ signed: false }, 'inspection I1: its result must be signed'] },
    asked: {
      'requested InspectionRecorded passed': 'signed',
      'requested InspectionRecorded failed': 'signed',
    },
    chooses: 'passed failed',
  },
  nonconformance: {
    broken: {
      noHoldOpen: [{ openHolds: ['H1'] }, 'nonconformance N1 has open holds: H1'],
      signed: [{ signed: false }, 'nonconformance N1: its closing must be signed'],
    },
    asked: { 'reviewed NonconformanceClosed': 'noHoldOpen signed' },
  },
  line: { broken: {}, asked: {}, chooses: equipmentStates.join(' ') },
};

const words = (list: string): string[] => list.split(/\s+/);

type Case = Readonly<{ state: string; asked: string; rule: string }>;
const casesOf = (asked: Guarded['asked']): Case[] =>
  Object.entries(asked).flatMap(([key, rules]) => {
    const [states, ...rest] = key.split(' ') as [string, ...string[]];
    const each = words(rules);
    return states
      .split('/')
      .flatMap((state) => each.map((rule) => ({ state, asked: rest.join(' '), rule })));
  });

describe.each(Object.keys(sheets) as SheetName[])('%s', (name) => {
  const { chart, events }: Sheet = sheets[name];
  const { broken, asked, chooses = '' } = golden[name] ?? { broken: {}, asked: {} };
  const cases = casesOf(asked);

  test('asks these rules, and no others', () => {
    const choosing = words(chooses);
    const inGraph = chart
      .graph()
      .edges.flatMap(({ from, event, rules }) =>
        rules.map((rule) => ({ rule, line: `${from} ${event}: ${rule}` })),
      )
      .filter(({ rule }) => !choosing.includes(rule));
    const here = cases.map(({ state, asked, rule }) => `${state} ${words(asked)[0]}: ${rule}`);
    expect([...new Set(inGraph.map(({ line }) => line))].sort()).toEqual([...new Set(here)].sort());
  });

  test.skipIf(cases.length === 0).each(cases)('$state, $asked: $rule', ({ state, asked, rule }) => {
    const event = events[asked]!;
    const [change, why] = broken[rule]!;
    const bad = { ...event, ...change } as Event;
    const message = why.replace('{type}', event.type);
    expect(chart.can(state, event)).toBe(true);
    expect(chart.can(state, bad)).toBe(false);
    expect(() => chart.step(state, bad, 'it')).toThrow(
      expect.objectContaining({ code: 'REFUSED', message }),
    );
  });
});

const others: [SheetName, string, string, object, string][] = [
  ['line', 'idle', 'EquipmentStateChanged idle', { state: 'asleep' }, 'asleep is no PackML state'],
  ['batch', 'idle', 'BatchCommanded pause', {}, 'batch B1 cannot pause now'],
  ['batch', 'stopped', 'BatchCommanded abort', {}, 'batch B1 cannot abort now'],
  ['inspection', 'requested', 'InspectionRecorded passed', { result: '' }, 'it is requested: no'],
  [
    'operation',
    'completed',
    'PhaseStarted',
    {},
    'operation 0010 is completed: only rework may start',
  ],
];
test.each(others)('%s %s, %s with %j: %s', (name, state, asked, change, why) => {
  const { chart, events }: Sheet = sheets[name];
  const event = { ...events[asked], ...change } as Event;
  expect(chart.can(state, event)).toBe(false);
  expect(() => chart.step(state, event, 'it')).toThrow(why);
});
