import {
  choice,
  flag,
  id,
  integer,
  list,
  optional,
  prose,
  record,
  some,
  someAmount,
} from './field.ts';
import { instantMs, reason, unit } from './vocabulary.ts';

export const holdScopes = ['quantity', 'lot', 'operation', 'order', 'line'] as const;
export const dispositions = ['useAsIs', 'rework', 'scrap', 'return'] as const;

const hold = id('Identity of the hold.');
const inspection = id('Identity of the inspection.');
const nonconformance = id('Identity of the nonconformance.');
const rework = id('Identity of the rework.');
const delayMs = (doc: string) => optional(integer(`${doc}, ms.`, 1_000, 31_536_000_000));

/** Meaning of an electronic signature (21 CFR 11.50); the fact says who signs, and when. */
const signature = optional(prose('Meaning of the signature, e.g. "approved".', 100));

const decision = {
  hold,
  disposition: choice('What becomes of it.', dispositions),
  quantity: someAmount('How much of the hold is decided.'),
  unit,
};

/** What quality states: holds, inspections, nonconformances, rework. Times in ms. */
export const qualityBodies = {
  HoldPlaced: {
    hold,
    scope: choice('What is held.', holdScopes),
    quantity: optional(someAmount('Held quantity; must be given for the scope quantity.')),
    unit: optional(unit),
    reason,
    nonconformance: optional(nonconformance),
    sinceMs: optional(
      instantMs('Since when the goods are in doubt, Unix ms; before now when placed elsewhere.'),
    ),
    escalateMs: delayMs('Without a decision it is escalated after this'),
    remindMs: delayMs('Reminded of again and again after this'),
  },
  HoldReduced: { hold, lots: some(list(id('Lot that the hold lets go.'), 100)), reason },
  HoldReviewStarted: { hold },
  DispositionProposed: { ...decision, signature },
  DispositionWithdrawn: { hold, reason },
  DispositionRejected: { hold, reason },
  DispositionApproved: { hold, signature },
  HoldDispositioned: { ...decision, signature },
  HoldReleased: {
    hold,
    reason,
    quantity: optional(someAmount('What the edge knew to be undecided, and is free now.')),
    unit: optional(unit),
    signature,
  },
  HoldCancelled: { hold, reason, signature },
  HoldEscalated: { hold, occurrence: integer('1, 2, 3 …', 1, 1e9) },
  HoldReminded: {
    hold,
    occurrence: integer('1, 2, 3 …', 1, 1e9),
    missed: integer('Reminders that fell into an outage and are one with this.', 0, 1e9),
  },
  InspectionRequested: { inspection, reason: optional(reason) },
  InspectionRecorded: {
    inspection,
    result: choice('Evaluated result.', ['passed', 'failed']),
    characteristics: optional(
      list(
        record('One characteristic.', {
          name: id('Characteristic.'),
          value: prose('As measured, in words or as a decimal.'),
          unit: optional(unit),
          passed: flag('True when within its limits.'),
        }),
        100,
      ),
    ),
    signature,
  },
  InspectionCancelled: { inspection, reason },
  NonconformanceRaised: { nonconformance, reason },
  NonconformanceReviewed: { nonconformance, finding: prose('What was found.') },
  NonconformanceClosed: { nonconformance, reason, signature },
  ReworkAuthorised: { rework, quantity: someAmount('How much may be reworked.'), unit, reason },
  ReworkCompleted: { rework },
};
