import { all, defineChart } from './engine.ts';

type OrderEvent = {
  type: string;
  order: string;
  openHolds: readonly string[]; // holds on this order or on anything in it
  openRuns: number; // at all lines of this edge
  lastRun: boolean; // this fact ends the last of them
};

const note = { actions: 'note' } as const;
const report = { QuantityReported: note, QuantityCorrected: note, FactReversed: note };
const inspected = {
  ...{ InspectionRequested: note, InspectionRecorded: note, InspectionCancelled: note },
};
const quality = {
  ...inspected,
  ...{ ReworkAuthorised: note, ReworkCompleted: note },
};
const batch = {
  ...{ BatchCommanded: note, BatchSettled: note, BatchPhaseStarted: note },
  ...{ BatchPhaseEnded: note, BatchPhaseOverran: note },
};

/** What may happen to an order once it is started and until it is completed. */
const work = {
  ...{
    PhaseStarted: note,
    RunStaffed: note,
    PhaseEnded: note,
    OperationPaused: note,
    OperationResumed: note,
  },
  ...{ OperationStarted: note, OperationCompleted: note, MaterialConsumed: note },
  ...{ MaterialReturned: note, LotProduced: note, LotReleased: note, LotSplit: note },
  ...{ LotMerged: note, OrderChanged: note },
  ...{ ...report, ...quality, ...batch },
};
const close = { target: 'closed', guard: all('noHoldOpen', 'noRunOpen') };
const cancel = [
  { target: 'cancelled', guard: all('noRun') },
  { target: 'cancelRequested', guard: all('someRun') },
];

/**
 * The life of a production order at an edge: unknown → released → started → completed → closed, or
 * on its way to cancelled, which waits for the runs that are open.
 *
 * What is reported after the closing is kept and noted as late; only re-opening lets work go on.
 */
export const order = defineChart<OrderEvent>({
  id: 'order',
  version: 2,
  initial: 'unknown',
  rules: {
    noHoldOpen: {
      holds: ({ openHolds }) => openHolds.length === 0,
      why: ({ order, openHolds }) => `order ${order} has open holds: ${openHolds.join(', ')}`,
    },
    noRunOpen: {
      holds: ({ openRuns }) => openRuns === 0,
      why: ({ order, openRuns }) => `order ${order} has ${openRuns} open runs`,
    },
    noRun: { holds: ({ openRuns }) => openRuns === 0, why: () => '' },
    someRun: { holds: ({ openRuns }) => openRuns > 0, why: () => '' },
    lastRun: { holds: ({ lastRun }) => lastRun, why: () => '' },
    anotherRun: { holds: ({ lastRun }) => !lastRun, why: () => '' },
  },
  states: {
    unknown: { on: { OrderReleased: { target: 'released' } } },
    released: {
      on: {
        ...{ OperationStarted: { target: 'started' }, OrderChanged: note },
        ...{ OrderCancelRequested: cancel, OrderClosed: close, ...quality },
      },
    },
    started: {
      on: {
        ...work,
        OrderCancelRequested: cancel,
        OrderCompleted: { target: 'completed', guard: all('noHoldOpen', 'noRunOpen') },
        OrderClosed: close,
      },
    },
    cancelRequested: {
      on: {
        ...{ ...report, ...quality, ...batch, MaterialReturned: note, LotProduced: note },
        ...{ OperationPaused: note, LotReleased: note, RunStaffed: note },
        PhaseEnded: [
          { target: 'cancelled', guard: all('lastRun') },
          { guard: all('anotherRun'), ...note },
        ],
      },
    },
    cancelled: {
      on: { ...report, ...quality, MaterialReturned: note, OrderClosed: close },
    },
    completed: {
      on: {
        ...{ ...report, ...quality, MaterialReturned: note, LotReleased: note },
        ...{ OrderReopened: { target: 'started' }, OrderClosed: close },
      },
    },
    closed: {
      on: { ...report, ...inspected, LotReleased: note, OrderReopened: { target: 'started' } },
    },
  },
});
