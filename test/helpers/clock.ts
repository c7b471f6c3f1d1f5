import assert from 'node:assert/strict';
import type { Clock } from '../../shared/clock.ts';

/** Time that passes only in sleeps. A loop that should have ended fails here instead of hanging. */
export function fakeClock(sleepsMax = 5_000, startMs = 0): Clock {
  let nowMs = startMs;
  let sleeps = 0;
  return {
    nowMs: () => nowMs,
    async sleep(ms, signal) {
      if (signal.aborted) return;
      assert(++sleeps <= sleepsMax, `still asleep after ${sleepsMax} sleeps`);
      nowMs += ms;
    },
  };
}
