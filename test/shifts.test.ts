// Goal: a simulated week has nights and a weekend, and all of its work falls into its shifts.
// Method: every minute of work, against the calendar.
import { expect, test } from 'vitest';
import { workOf } from './simulate/shifts.ts';
import { epochMs } from './simulate/world.ts';

const minuteMs = 60_000;

test('a day or less is worked all the time', () => {
  const { hours, at } = workOf(24);
  expect([hours, at(0), at(23 * 60 * minuteMs)]).toEqual([24, 0, 23 * 60 * minuteMs]);
});

test('a week is worked 40 hours, on Friday and from Monday to Thursday', () => {
  const { hours, at } = workOf(168);
  expect(hours).toBe(40);
  const minutes = Array.from({ length: 40 * 60 }, (_, minute) => at(minute * minuteMs));
  expect(minutes).toEqual([...new Set(minutes)].sort((a, b) => a - b));
  expect(minutes.at(-1)).toBeLessThan(168 * 60 * minuteMs);
  const days = minutes.map((ms) => new Date(epochMs + ms).getUTCDay());
  const counts = [0, 1, 2, 3, 4, 5, 6].map((day) => days.filter((one) => one === day).length);
  expect(counts).toEqual([0, 480, 480, 480, 480, 480, 0]);
});
