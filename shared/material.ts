import {
  amount,
  choice,
  flag,
  id,
  integer,
  list,
  optional,
  record,
  some,
  someAmount,
} from './field.ts';
import { given, instantMs, lot, material, reason, unit } from './vocabulary.ts';

/** Commands of a recipe procedure (ISA-88, B2MML JobOrderCommand). */
export const batchCommands = [
  ...(['start', 'pause', 'resume', 'hold', 'restart'] as const),
  ...(['stop', 'abort', 'reset'] as const),
] as const;

const part = record('A lot and how much of it.', {
  lot,
  quantity: someAmount('How much.'),
});
const original = id('Event id of the fact that is corrected or reversed.', 36);
const phase = id('Phase of the recipe.');

/** What is stated of material, batches and of earlier facts. Lots stand in the envelope. */
export const materialBodies = {
  MaterialConsumed: { material, quantity: someAmount('Consumed.'), unit, given },
  MaterialReturned: { material, quantity: someAmount('Returned to stock.'), unit, given },
  LotProduced: {
    material,
    quantity: someAmount('Produced.'),
    unit,
    inspect: optional(flag('True when the lot must be released by quality before it is used.')),
    given,
    expiryMs: optional(instantMs('When the lot expires, Unix ms.')),
  },
  LotReleased: { reason },
  LotSplit: { children: some(list(part, 100)), unit },
  LotMerged: { parents: some(list(part, 100)), material, unit },
  BatchCommanded: { command: choice('Command of the procedure (ISA-88).', batchCommands) },
  BatchSettled: {},
  BatchPhaseStarted: {
    phase,
    limitMs: optional(integer('Longest running time, ms.', 1_000, 31_536_000_000)),
  },
  BatchPhaseEnded: { phase },
  BatchPhaseOverran: { phase, occurrence: integer('1, 2, 3 …', 1, 1e9) },
  FactReversed: { original, reason },
  QuantityCorrected: {
    original,
    good: amount('Good quantity instead.'),
    scrap: amount('Scrapped quantity instead.'),
    rework: amount('Quantity to be reworked instead.'),
    held: amount('Held quantity instead.'),
    unit,
    given,
    reason,
  },
};
