import { expect, test } from 'vitest';
import { backoff, scattered } from '../shared/backoff.ts';
import { systemClock } from '../shared/clock.ts';
import { openBell } from '../shared/loop.ts';

const long = 60_000;
const { signal } = new AbortController();

test('everybody who waits is woken by one ring', async () => {
  const bell = openBell();
  const waiting = [bell.wait(0, long, signal), bell.wait(0, long, signal)];
  bell.ring();
  await Promise.all(waiting);
  expect(bell.rings()).toBe(1);
});

test('a ring before the wait is not lost', async () => {
  const bell = openBell();
  const seen = bell.rings();
  bell.ring();
  await bell.wait(seen, long, signal);
});

test('a wait ends by itself, and when it is told to', async () => {
  const bell = openBell();
  await bell.wait(0, 1, signal);
  const stop = new AbortController();
  const waiting = bell.wait(0, long, stop.signal);
  stop.abort();
  await waiting;
  await bell.wait(0, long, stop.signal);
});

test('the pauses of retries double up to 5 s', () => {
  expect([1, 2, 3, 6, 7, 1_000].map((attempt) => backoff(attempt))).toEqual([
    100, 200, 400, 3_200, 5_000, 5_000,
  ]);
});

test('many who wait for the same do not come at once, and each waits at least half as long', () => {
  const lines = Array.from({ length: 2_000 }, (_, index) => `acme/s${index}/hall/L1`);
  for (const attempt of [1, 2, 7]) {
    const pauses = lines.map((line) => scattered(1_000, line, attempt));
    expect(pauses.every((ms) => Number.isInteger(ms) && ms >= 500 && ms <= 1_000)).toBe(true);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const ms of pauses) tenths[Math.min(9, Math.floor((ms - 500) / 50))]! += 1;
    for (const count of tenths) expect(count).toBeGreaterThan(130); // of 200
  }
  const [line] = lines as [string];
  const own = [1, 2, 3, 4].map((attempt) => scattered(1_000, line, attempt));
  expect(new Set(own).size).toBe(4);
  expect(scattered(1_000, line, 2)).toBe(own[1]);
});

test('a sleep ends when it is told to, and never rejects', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(long, stop.signal);
  stop.abort();
  await sleeping;
  await systemClock.sleep(1, signal);
});
