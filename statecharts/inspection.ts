import { all, defineChart } from './engine.ts';

type InspectionEvent = { type: string; inspection: string; result: string; signed: boolean };

const signed = ['signed'];

/** The life of an inspection: requested → passed or failed. A repeat is a new inspection. */
export const inspection = defineChart<InspectionEvent>({
  id: 'inspection',
  version: 2,
  initial: 'unknown',
  rules: {
    passed: { holds: ({ result }) => result === 'passed', why: () => '' },
    failed: { holds: ({ result }) => result === 'failed', why: () => '' },
    signed: {
      holds: ({ signed }) => signed,
      why: ({ inspection }) => `inspection ${inspection}: its result must be signed`,
    },
  },
  states: {
    unknown: { on: { InspectionRequested: { target: 'requested' } } },
    requested: {
      on: {
        InspectionRecorded: [
          { target: 'passed', guard: all(...signed, 'passed') },
          { target: 'failed', guard: all(...signed, 'failed') },
        ],
        InspectionCancelled: { target: 'cancelled' },
      },
    },
    passed: {},
    failed: {},
    cancelled: {},
  },
});
