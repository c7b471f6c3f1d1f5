// Goal: a hundred million places in a log fit into memory, and each is found again.
// Method: any rising numbers, with any times, against a plain list of them.
import { expect, test } from 'vitest';
import { openRising } from '../edge/store/rising.ts';
import fc from './helpers/check.ts';

const steps = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 40 })),
    fc.nat(),
  ),
  { maxLength: 1_200, size: 'max' },
);

function listOf(given: readonly (readonly [number, number])[]) {
  const rising = openRising();
  let number = 0;
  const list = given.map(([step, atMs]) => {
    number += step;
    rising.add(number, atMs);
    return { number, atMs };
  });
  return { rising, list };
}

test('each stands at its place', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const { rising, list } = listOf(given);
      expect(rising.size()).toBe(list.length);
      list.forEach(({ number }, index) => {
        if (rising.at(index) !== number) expect(rising.at(index), `${index}`).toBe(number);
      });
      expect(rising.at(list.length)).toBeUndefined();
      expect([...rising.since(Number.NEGATIVE_INFINITY)]).toEqual(list.map((one) => one.number));
    }),
    { numRuns: 30, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
  );
});

test.each([255, 256, 257, 512])('behind the end of %i there is none', (length) => {
  const { rising, list } = listOf(Array.from({ length }, () => [1, 0] as const));
  expect(rising.at(length - 1)).toBe(list.at(-1)!.number);
  expect([length, length + 1, 3 * length].map(rising.at)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('all from a time on are told, and whole blocks before it are not', () => {
  fc.assert(
    fc.property(steps, fc.nat(), (given, sinceMs) => {
      const { rising, list } = listOf(given);
      const told = new Set(rising.since(sinceMs));
      const due = list.filter(({ atMs }) => atMs >= sinceMs).map(({ number }) => number);
      expect(due.filter((number) => !told.has(number))).toEqual([]);
    }),
    { numRuns: 30, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
  );
  const { rising } = listOf(Array.from({ length: 1_000 }, (_, at) => [1, at]));
  expect([...rising.since(900)]).toEqual(Array.from({ length: 232 }, (_, at) => at + 769));
});

test('what was taken out is told no more, and all the rest is', () => {
  fc.assert(
    fc.property(steps, fc.nat(), fc.nat(5), (given, sinceMs, share) => {
      const { rising, list } = listOf(given);
      const goes = (number: number) => number % 5 < share;
      const upTo = list[Math.floor(list.length / 2)]?.number ?? 0;
      expect(rising.countUpTo(upTo)).toBeGreaterThanOrEqual(
        list.filter(({ number }) => number <= upTo).length,
      );
      rising.remove(goes);
      const left = list.filter(({ number }) => !goes(number));
      expect([...rising.since(Number.NEGATIVE_INFINITY)]).toEqual(left.map((one) => one.number));
      expect(rising.size()).toBe(left.length);
      const told = new Set(rising.since(sinceMs));
      expect(left.filter(({ number, atMs }) => atMs >= sinceMs && !told.has(number))).toEqual([]);
      rising.add(2 ** 52, 0);
      expect(rising.at(left.length)).toBe(2 ** 52);
    }),
    { numRuns: 30, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
  );
});
