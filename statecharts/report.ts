import { defineChart } from './engine.ts';

type ReportEvent = { type: string };

/**
 * What becomes of a fact that can be corrected: counted ⇄ reversed. A reversal or a correction that
 * comes before its original waits for it. Twice is once: what is reversed cannot be reversed again.
 * `Stated` is the original itself, `Restored` the reversal of its reversal.
 */
export const report = defineChart<ReportEvent>({
  id: 'report',
  version: 2,
  initial: 'unknown',
  rules: {},
  states: {
    unknown: {
      on: {
        ...{ Stated: { target: 'counted' }, FactReversed: { target: 'waiting' } },
        QuantityCorrected: { target: 'waiting' },
      },
    },
    waiting: { on: { Stated: { target: 'reversed' }, Restored: { target: 'unknown' } } },
    counted: {
      on: { FactReversed: { target: 'reversed' }, QuantityCorrected: { target: 'reversed' } },
    },
    reversed: { on: { Restored: { target: 'counted' } } },
  },
});
