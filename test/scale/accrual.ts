import type { Clock } from '../../shared/clock.ts';
import type { Bell } from '../../shared/loop.ts';

/** Before it begins, and when it has ended, it is looked again so often, ms. */
const idleMs = 100;

type Parts = {
  /** Facts in a second. */
  rate: number;
  /** Facts that are stated together, as often as the rate then needs; 1 unless it is said. */
  burst?: number;
  /** Facts at the beginning, all at once. */
  opening: number;
  /** Which part of the time between two facts passes before the first, so that lines differ. */
  phase: number;
  clock: Clock;
};
export type Accrual = ReturnType<typeof openAccrual>;

/** A line that states facts by the clock alone, as one whose facts are on its disk already. */
export function openAccrual({ rate, burst = 1, opening, phase, clock }: Parts) {
  let beganMs = Number.POSITIVE_INFINITY;
  let endedMs = Number.POSITIVE_INFINITY;
  const everyMs = (1_000 * burst) / rate;

  const atOf = (sequence: number): number =>
    beganMs + Math.max(0, Math.ceil((sequence - opening) / burst) - 1 + phase) * everyMs;
  function head(): number {
    const nowMs = Math.min(clock.monotonicMs(), endedMs);
    if (nowMs < beganMs) return 0;
    return opening + burst * Math.floor((nowMs - beganMs) / everyMs + 1 - phase);
  }

  const bell: Bell = {
    ring: () => undefined,
    rings: head,
    async wait(seen, ms, signal) {
      const startMs = clock.monotonicMs();
      for (;;) {
        const nowMs = clock.monotonicMs();
        if (head() !== seen || signal.aborted || nowMs >= startMs + ms) return;
        const isGoing = Number.isFinite(beganMs) && nowMs < endedMs;
        const dueMs = isGoing ? atOf(seen + 1) : nowMs + idleMs;
        await clock.sleep(Math.max(0.01, Math.min(startMs + ms, dueMs) - nowMs), signal);
      }
    },
  };

  return {
    ...{ head, atOf, bell },
    /** It states from now on; or has done so for so long already, ms. */
    begin(agoMs = 0): void {
      beganMs = clock.monotonicMs() - agoMs;
    },
    /** It states nothing more. */
    freeze(): void {
      endedMs = clock.monotonicMs();
    },
  };
}

/** From 0 to 1, the same for the same word. */
export function phaseOf(word: string): number {
  let digest = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) {
    digest = Math.imul(digest ^ word.charCodeAt(at), 0x01000193);
  }
  digest ^= digest >>> 15;
  return (Math.imul(digest, 0x2c1b3c6d) >>> 0) / 2 ** 32;
}
