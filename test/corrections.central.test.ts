// Goal: what counts at central is what counts at the line, in whatever order facts arrive.
// Method: the same reports, corrections and reversals in random orders, against what is right.
import { expect, test } from 'vitest';
import { migrations, openMemory } from '../central/memory.ts';
import { encodeContent } from '../shared/codec.ts';
import type { Content } from '../shared/event.ts';
import { quantityText } from '../shared/quantity.ts';
import fc from './helpers/check.ts';
import { content, report } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { openMedium } from './helpers/medium.ts';

const work = { order: 'WO-1', operation: '0010' };
const corrected = (name: string, original: Content, good: string): Content =>
  content(
    name,
    'QuantityCorrected',
    {
      ...{ original: original.eventId, good, scrap: '0', rework: '0', held: '0', unit: 'EA' },
      reason: 'counted again',
    },
    work,
  );
const reversed = (name: string, original: Content): Content =>
  content(name, 'FactReversed', { original: original.eventId, reason: 'typo' }, work);

/** Central after each line has stated one of these, in this order of arrival. */
function heard(facts: readonly Content[]): string {
  const db = openMedium(`${testFolder()}/c.db`, migrations);
  const memory = openMemory({ db, nowMs: () => 0, waitMs: () => 0, maxInFlightMs: 0 });
  facts.forEach((fact, index) => {
    const place = { line: `acme/lyon/turning/L${index}`, epoch: 1, first: 1 };
    const facts = [encodeContent(fact)];
    memory.ledger.accept([{ segment: { ...place, before: null, after: null, facts } }]);
  });
  const [, tally] = memory.totals.all('order').find(([order]) => order === 'WO-1')!;
  db.close();
  return `good ${quantityText(tally.good)}, corrections ${tally.corrections}`;
}

const first = report('first', '10');
const other = report('other', '5');
const undo = reversed('undo', first);
const redo = reversed('redo', undo);
const better = corrected('better', other, '7');
const best = corrected('best', better, '8');

const stories: [string, readonly Content[], string][] = [
  ['Q5: a reversal counts nothing', [first, other, undo], 'good 5, corrections 1'],
  ['Q5: the reversal of a reversal counts again', [first, undo, redo], 'good 10, corrections 2'],
  ['a correction replaces', [first, other, better], 'good 17, corrections 1'],
  ['a correction of a correction', [other, better, best], 'good 8, corrections 2'],
  [
    'a reversed correction brings the report back',
    [other, better, reversed('back', better)],
    'good 5, corrections 2',
  ],
  [
    'Q5: the same reversal twice is once',
    [first, undo, reversed('again', first)],
    'good 0, corrections 2',
  ],
];
test.each(stories)('%s', (_name, facts, words) => {
  expect(heard(facts)).toBe(words);
});

test('Q5: an unknown original is waited for', () => {
  expect(heard([undo])).toBe('good 0, corrections 1');
  expect(heard([undo, first])).toBe('good 0, corrections 1');
});

test('Q5: in whatever order they arrive from their lines', () => {
  const facts = [first, other, undo, redo, better, best];
  fc.assert(
    fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (order) => {
      expect(heard(order)).toBe('good 18, corrections 4');
    }),
    { numRuns: 40 },
  );
});
