import { all, defineChart } from './engine.ts';

type NonconformanceEvent = {
  type: string;
  nonconformance: string;
  openHolds: readonly string[]; // placed because of it
  signed: boolean;
};

/** The life of a nonconformance: open → reviewed → closed, not while a hold of its is open. */
export const nonconformance = defineChart<NonconformanceEvent>({
  id: 'nonconformance',
  version: 2,
  initial: 'unknown',
  rules: {
    noHoldOpen: {
      holds: ({ openHolds }) => openHolds.length === 0,
      why: ({ nonconformance, openHolds }) =>
        `nonconformance ${nonconformance} has open holds: ${openHolds.join(', ')}`,
    },
    signed: {
      holds: ({ signed }) => signed,
      why: ({ nonconformance }) => `nonconformance ${nonconformance}: its closing must be signed`,
    },
  },
  states: {
    unknown: { on: { NonconformanceRaised: { target: 'open' } } },
    open: { on: { NonconformanceReviewed: { target: 'reviewed' } } },
    reviewed: {
      on: {
        NonconformanceReviewed: { actions: 'note' },
        NonconformanceClosed: { target: 'closed', guard: all('noHoldOpen', 'signed') },
      },
    },
    closed: {},
  },
});
