import assert from 'node:assert/strict';
import type { Clock } from '../../shared/clock.ts';

/** Time that passes only in sleeps. A loop that should have ended fails here instead of hanging. */
export function fakeClock(sleepsMax = 5_000, startMs = 0): Clock {
  let nowMs = startMs;
  let sleeps = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms, signal) {
      if (signal.aborted) return;
      assert(++sleeps <= sleepsMax, `still asleep after ${sleepsMax} sleeps`);
      nowMs += ms;
    },
  };
}

/**
 * A clock for things that go on side by side: time passes, to the end of the next sleep, whenever
 * nothing else is left to do. Fails after `sleepsMax` sleeps.
 */
export function worldClock(sleepsMax = 50_000): Clock {
  type Sleeper = { atMs: number; wake: () => void };
  let nowMs = 0;
  let sleeps = 0;
  let sleepers: Sleeper[] = [];

  function pass(): void {
    const next = sleepers.reduce((a, b) => (b.atMs < a.atMs ? b : a));
    sleepers = sleepers.filter((sleeper) => sleeper !== next);
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
    if (sleepers.length > 0) setImmediate(passOn);
  }
  const passOn = () => {
    if (sleepers.length > 0) pass();
  };

  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep(ms, signal) {
      assert(++sleeps <= sleepsMax, `still asleep after ${sleepsMax} sleeps`);
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        sleepers.push(sleeper);
        if (sleepers.length === 1) setImmediate(passOn);
        const abort = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          resolve();
        };
        signal.addEventListener('abort', abort, { once: true });
      });
    },
  };
}
