// Goal: whether a delivery is inspected, how much of it, and what a supplier is worth, follow from
// tables and a formula, the same for the same.
// Method: the pure parts alone: tables written out, edges of each, and every number of a formula.
import { expect, test } from 'vitest';
import { before, isBehind, receiptField } from '../central/supplier/delivery.ts';
import { worthOf } from '../central/supplier/money.ts';
import { type Asked, materialClasses, planOf, ruleModes } from '../central/supplier/plan.ts';
import { grades, ratingOf } from '../central/supplier/rating.ts';
import { levels, sampleOf } from '../central/supplier/sampling.ts';
import { begun, type Counter, came, decided } from '../central/supplier/switching.ts';
import { quantity } from '../shared/quantity.ts';
import fc from './helpers/check.ts';

const asked = (more: Partial<Asked> = {}): Asked => ({
  ...{ grade: 'B', materialClass: 'major', rule: 'table', counter: begun },
  ...{ skipping: { after: 10, oneOf: 4 }, quantity: quantity('1000', 'q') },
  ...more,
});
const good: Counter = { ...begun, run: 10 };

test('the table says what is done, by grade and class; only a proven supplier is skipped', () => {
  const table = grades.map((grade) =>
    materialClasses.map((materialClass) => {
      const plan = planOf(asked({ grade, materialClass, counter: good }));
      return `${plan.mode} ${plan.sample}`;
    }),
  );
  expect(table).toEqual([
    ['normal 80', 'skip 0', 'skip 0'],
    ['normal 80', 'normal 80', 'skip 0'],
    ['tightened 125', 'tightened 125', 'normal 80'],
    ['tightened 125', 'normal 80', 'normal 80'],
  ]);
  expect(planOf(asked({ grade: 'A' }))).toMatchObject({ mode: 'normal', isInspected: true });
});

test('of what is skipped one of so many is inspected; rejections end that', () => {
  const skipping = asked({ grade: 'A', counter: good });
  const turns: boolean[] = [];
  let counter = good;
  for (let at = 0; at < 8; at++) {
    const { isInspected } = planOf({ ...skipping, counter });
    counter = came(counter, isInspected);
    turns.push(isInspected);
  }
  expect(turns).toEqual([false, false, false, true, false, false, false, true]);
  const modes = ruleModes.map((rule) => planOf(asked({ rule, counter: good })).mode);
  expect(modes).toEqual(['normal', 'skip', 'normal', 'tightened', 'always']);
  const tightened: Counter = { ...good, tightened: 1 };
  const strict = ruleModes.map((rule) => planOf(asked({ rule, counter: tightened })).mode);
  expect(strict).toEqual(['tightened', 'tightened', 'tightened', 'tightened', 'always']);
});

test('two rejected of five tighten, five accepted in a row are as usual again', () => {
  const walk = (from: Counter, results: string) =>
    [...results].reduce((counter, result) => decided(counter, result === 'A'), from);
  expect(walk(begun, 'RAAAR')).toMatchObject({ tightened: 1, run: 0, recent: '' });
  expect(walk(begun, 'RAAAAR')).toMatchObject({ tightened: 0, run: 0 });
  const tight = walk(begun, 'RR');
  expect(walk(tight, 'AAAA')).toMatchObject({ tightened: 1, run: 4 });
  expect(walk(tight, 'AAARAAAA').tightened).toBe(1);
  expect(walk(tight, 'AAAAA')).toMatchObject({ tightened: 0, run: 5, recent: '' });
});

test('samples are those of the code letters, and never more than there is', () => {
  const of = (size: string) => levels.map((level) => sampleOf(quantity(size, 'q'), level));
  expect(of('1')).toEqual([1, 1, 1]);
  expect(of('0.2')).toEqual([1, 1, 1]);
  expect(of('8')).toEqual([2, 2, 3]);
  expect(of('8.5')).toEqual([2, 3, 5]);
  expect(of('90')).toEqual([5, 13, 20]);
  expect(of('1200')).toEqual([32, 80, 125]);
  expect(of('1200.001')).toEqual([50, 125, 200]);
  expect(of('999999999999')).toEqual([500, 1250, 2000]);
});

test('a rating is told by its formula; few deliveries tell nothing, old ones nothing more', () => {
  const of = (...parts: number[]) =>
    parts.map((part) => ({ quantity: 100_000_000n, rejected: BigInt(part * 1_000_000) }));
  expect(ratingOf(of(0, 0))).toMatchObject({ grade: 'new', score: null });
  expect(ratingOf(of(0, 0, 0))).toMatchObject({ grade: 'A', score: '100' });
  expect(ratingOf(of(0, 0, 0, 0, 40))).toMatchObject({ grade: 'B', score: '86', rejected: 1 });
  expect(ratingOf(of(100, 100, 100))).toMatchObject({ grade: 'C', score: '0' });
  expect(ratingOf(of(0, 0, 0, 0, 0, 0, 0, 0, 0, 50))).toMatchObject({ grade: 'A', score: '92.5' });
  const old = [...of(...Array.from({ length: 50 }, () => 0)), ...of(100, 100)];
  expect(ratingOf(old)).toMatchObject({ grade: 'A', inspected: 50, rejected: 0 });
});

test('a rating is between 0 and 100, and falls with every rejection', () => {
  const delivery = fc
    .tuple(fc.bigInt(1n, 10n ** 18n), fc.integer({ min: 0, max: 100 }))
    .map(([all, part]) => ({ quantity: all, rejected: (all * BigInt(part)) / 100n }));
  fc.assert(
    fc.property(fc.array(delivery, { minLength: 3, maxLength: 60 }), (all) => {
      const score = Number(ratingOf(all).score);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
      const [first, ...rest] = all;
      const worse = ratingOf([{ ...first!, rejected: first!.quantity }, ...rest]);
      expect(Number(worse.score)).toBeLessThanOrEqual(score);
    }),
    { numRuns: 200 },
  );
});

test('what a part is worth is rounded to the coin of its currency, all of it to nothing', () => {
  const of = (amount: string, currency: string) => ({ quantity: '3', amount, currency });
  expect(worthOf(of('10', 'EUR'), '1')).toBe('3.33');
  expect(worthOf(of('10', 'EUR'), '2')).toBe('6.67');
  expect(worthOf(of('10', 'JPY'), '1')).toBe('3');
  expect(worthOf(of('10', 'KWD'), '1')).toBe('3.333');
  expect(worthOf(of('10.123456', 'EUR'), '3')).toBe('10.123456');
  expect(worthOf({ quantity: '3', amount: null, currency: null }, '1')).toBeNull();
});

test('receipts are in the order of year, number and item', () => {
  expect(isBehind('9/2026/1', '10/2026/1')).toBe(false);
  expect(isBehind('10/2026/2', '10/2026/1')).toBe(true);
  expect(isBehind('1/2027/1', '99/2026/9')).toBe(true);
  expect(before('5000000050/2026/3', 49)).toBe('5000000001/2026/0');
  expect(before('3/2026/1', 50)).toBe('0/2026/0');
  expect(receiptField.read('5000000001/2026/0010', 'receipt')).toBe('5000000001/2026/10');
  for (const wrong of ['', '1/2/3', '5000000001/2026', 'x/2026/1', '1/2026/1/1', 7, null]) {
    expect(() => receiptField.read(wrong, 'receipt')).toThrow(/^receipt: must be number\/year/);
  }
});
