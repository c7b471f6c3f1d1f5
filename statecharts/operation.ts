import { all, defineChart } from './engine.ts';

type OperationEvent = {
  type: string;
  name: string; // "operation 0010 of order WO-1"
  routed: boolean; // the order's routing has this operation, or there is none
  holds: readonly string[]; // open holds on the operation, its order or the line
  lotHolds: readonly string[]; // open holds on the lot to be consumed
  run: string;
  runOpen: boolean; // this run is open at this line; to report or end, for this operation
  openRuns: number;
  lane: number;
  laneRun: string | undefined; // the run that has the lane
  lanesMax: number;
  rework: boolean;
  unit: string; // of the report
  orderUnit: string;
  inspected: boolean; // has passed an inspection, or needs none
  authorised: boolean; // a rework is authorised, or need not be
  reworkOpen: boolean; // the rework that is named is authorised and not completed
};

const note = { actions: 'note' } as const;
const report = { guard: all('runIsOpen', 'sameUnit'), ...note };
const staff = { RunStaffed: { guard: all('runIsOpen'), ...note } };
const end = { guard: all('runIsOpen'), ...note };
const rework = {
  ReworkAuthorised: { guard: all('reworkIsNew'), ...note },
  ReworkCompleted: { guard: all('reworkIsOpen'), ...note },
};
const start = ['notHeld', 'runIsNew', 'laneInCapacity', 'laneFree', 'authorised'];

/**
 * The life of an operation: ready → active ⇄ paused → completed.
 *
 * Several runs may be open at once, each in its lane. A hold forbids starting, resuming and
 * completing; it never stops a report. Rework may run again after completion.
 */
export const operation = defineChart<OperationEvent>({
  id: 'operation',
  version: 2,
  initial: 'ready',
  rules: {
    routed: {
      holds: ({ routed }) => routed,
      why: ({ name }) => `${name} is not in the order's routing`,
    },
    notHeld: {
      holds: ({ holds }) => holds.length === 0,
      why: ({ name, holds }) => `${name} is held by ${holds.join(', ')}`,
    },
    lotFree: {
      holds: ({ lotHolds }) => lotHolds.length === 0,
      why: ({ lotHolds }) => `the lot is held by ${lotHolds.join(', ')}`,
    },
    laneInCapacity: {
      holds: ({ lane, lanesMax }) => lane <= lanesMax,
      why: ({ lane, lanesMax }) => `lane ${lane} is beyond the line's capacity of ${lanesMax}`,
    },
    laneFree: {
      holds: ({ laneRun }) => laneRun === undefined,
      why: ({ lane, laneRun }) => `lane ${lane} is taken by run ${laneRun}`,
    },
    runIsNew: {
      holds: ({ runOpen }) => !runOpen,
      why: ({ run }) => `run ${run} is open already`,
    },
    runIsOpen: {
      holds: ({ runOpen }) => runOpen,
      why: ({ run, name }) => `run ${run} of ${name} is not open at this line`,
    },
    sameUnit: {
      holds: ({ unit, orderUnit }) => unit === orderUnit,
      why: ({ name, unit, orderUnit }) => `${name} is counted in ${orderUnit}, not ${unit}`,
    },
    noRunOpen: {
      holds: ({ openRuns }) => openRuns === 0,
      why: ({ name, openRuns }) => `${name} has ${openRuns} open runs`,
    },
    isRework: {
      holds: ({ rework }) => rework,
      why: ({ name }) => `${name} is completed: only rework may start`,
    },
    authorised: {
      holds: ({ rework, authorised }) => !rework || authorised,
      why: ({ name }) => `${name}: its rework is not authorised`,
    },
    inspected: {
      holds: ({ inspected }) => inspected,
      why: ({ name }) => `${name} has not passed an inspection`,
    },
    reworkIsNew: {
      holds: ({ reworkOpen }) => !reworkOpen,
      why: ({ name }) => `${name}: this rework is authorised already`,
    },
    reworkIsOpen: {
      holds: ({ reworkOpen }) => reworkOpen,
      why: ({ name }) => `${name}: this rework is not authorised, or is completed`,
    },
  },
  states: {
    ready: { on: { OperationStarted: { target: 'active', guard: all('routed', 'notHeld') } } },
    active: {
      on: {
        PhaseStarted: {
          guard: all(...start),
          ...note,
        },
        ...{ QuantityReported: report, ...staff },
        PhaseEnded: end,
        OperationPaused: { target: 'paused' },
        OperationCompleted: {
          target: 'completed',
          guard: all('noRunOpen', 'notHeld', 'inspected'),
        },
        MaterialConsumed: { guard: all('lotFree'), ...note },
        ...{ LotProduced: note, MaterialReturned: note, ...rework },
      },
    },
    paused: {
      on: {
        ...{ QuantityReported: report, ...staff },
        PhaseEnded: end,
        OperationResumed: { target: 'active', guard: all('notHeld') },
        ...{ LotProduced: note, MaterialReturned: note, ...rework },
      },
    },
    completed: {
      on: {
        PhaseStarted: {
          guard: all('isRework', ...start),
          ...note,
        },
        ...{ QuantityReported: report, ...staff },
        PhaseEnded: end,
        ...{ LotProduced: note, MaterialReturned: note, ...rework },
      },
    },
  },
});
