// Goal: what proves that no piece was counted twice would see one that was.
// Method: reports that are right, and the same with one thing wrong.
import { expect, test } from 'vitest';
import { type Report, windowFlaws } from './machine/windows.ts';

const began = { good: 500n, scrap: 3n };
const report = (given: string, good: number, scrap = 0, ...flags: string[]): Report => {
  return { given, pieces: { good: BigInt(good), scrap: BigInt(scrap) }, flags };
};
const first = report('good 500→505', 5);
const second = report('good 505→508, scrap 3→4', 3, 1);
const ended = { good: 508n, scrap: 4n };

test('windows that join, from the first value to the last, are right', () => {
  expect(windowFlaws([first, second], began, ended)).toEqual([]);
});

test.each([
  ['told twice', [first, first, second], 'good 500→505: 505 was accounted for'],
  [
    'counted again under another window',
    [first, report('good 503→508, scrap 3→4', 5, 1)],
    '503→508',
  ],
  ['left out', [second], 'good 505→508: 500 was accounted for'],
  ['out of order', [second, first], 'good 505→508: 500 was accounted for'],
  ['wider than its window', [report('good 500→505', 10), second], 'good 500→505: 10 pieces'],
  ['of no window', [first, report('good 505→508', 3, 1)], 'scrap: 1 pieces of no window'],
  ['not there at the end', [first], 'good: shows 508, 505 is accounted for'],
])('a report that is %s is seen', (_, reports, says) => {
  expect(windowFlaws(reports, began, ended).join('; ')).toContain(says);
});

test('a counter that starts again after its bits, and one that is reset', () => {
  const full = { good: 2n ** 31n - 2n };
  const over = { ...report('good 2147483646→-2147483645', 5), pieces: { good: 5n } };
  expect(windowFlaws([over], full, { good: -(2n ** 31n) + 3n })).toEqual([]);
  expect(
    windowFlaws([{ ...over, pieces: { good: 6n } }], full, { good: -2147483645n }),
  ).not.toEqual([]);
  const reset = { given: 'good 2147483646→3', pieces: { good: 3n }, flags: ['reset'] };
  expect(windowFlaws([reset], full, { good: 3n })).toEqual([]);
  expect(windowFlaws([{ ...reset, flags: [] }], full, { good: 3n })).not.toEqual([]);
});
