import { backoff } from '../../shared/backoff.ts';
import type { Logger } from '../../shared/log.ts';
import type { Found, Outcome } from './erp.ts';

/** Calls in a row that reached nobody, or were not answered, before no more are made. */
export const failuresMax = 5;
/** Longest pause before one call tries again, ms; longer only where the ERP asks for it. */
const pauseMaxMs = 60_000;

/** How the connector stands to its ERP. */
export type Standing = Readonly<{
  state: 'up' | 'down'; // down: no calls but one to try, now and then
  sinceMs: number | null; // null before anything has changed
  reason: string | null; // of the last failure, while it is down
}>;
export type Breaker = ReturnType<typeof openBreaker>;
type Parts = {
  nowMs: () => number;
  /** By which pauses are measured: never jumps. */
  waitMs: () => number;
  log: Logger;
};

/**
 * A circuit breaker for one ERP. While it is down, asking it for every document would leave each of
 * them in doubt, to be looked up later, and would not bring it back: after five failures in a row
 * nothing is sent but one call after a pause, that doubles up to a minute; its success closes the
 * circuit. What the ERP itself says, a refusal or a lock, is an answer and no failure.
 */
export function openBreaker({ nowMs, waitMs, log }: Parts) {
  let failures = 0;
  let pauses = 0;
  let untilMs = 0;
  let standing: Standing = { state: 'up', sinceMs: null, reason: null };

  function failed(reason: string, retryAfterMs = 0): void {
    failures += 1;
    if (failures < failuresMax) return;
    // Calls that were out already say no more than the one by which it went down.
    const isOld = standing.state === 'down' && waitMs() < untilMs;
    if (!isOld) pauses += 1;
    const pauseMs = isOld ? untilMs - waitMs() : backoff(pauses + 3, pauseMaxMs);
    untilMs = waitMs() + Math.max(retryAfterMs, pauseMs);
    if (standing.state === 'up') log.error({ reason }, 'the ERP is down: it is asked now and then');
    const sinceMs = standing.state === 'up' ? nowMs() : standing.sinceMs;
    standing = { state: 'down', sinceMs, reason };
  }

  function answered(): void {
    [failures, pauses] = [0, 0];
    if (standing.state === 'up') return;
    standing = { state: 'up', sinceMs: nowMs(), reason: null };
    log.info('the ERP answers again');
  }

  return {
    /** So many more calls may be made now, of `free`, while `flying` are out. */
    room(free: number, flying: number): number {
      if (standing.state === 'up') return free;
      return flying === 0 && waitMs() >= untilMs ? Math.min(1, free) : 0;
    },
    /** Time until a call may be made, ms; 0 while it is up. */
    dueInMs: (): number => (standing.state === 'up' ? 0 : Math.max(0, untilMs - waitMs())),

    /** What came of a call. */
    posted(outcome: Outcome): void {
      if (outcome.kind === 'unknown') failed(outcome.reason);
      else if (outcome.kind === 'busy' && outcome.unreached) {
        failed(outcome.reason, outcome.retryAfterMs);
      } else answered();
    },
    /** What came of a look-up: undefined for no answer. */
    lookedUp(found: Found): void {
      if (found === undefined) failed('a look-up was not answered');
      else answered();
    },
    standing: (): Standing => standing,
  };
}
