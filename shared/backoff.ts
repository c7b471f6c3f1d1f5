import assert from 'node:assert/strict';

export const backoffMinMs = 100;
export const backoffMaxMs = 5_000;

/**
 * Wait before retry number `attempt` (1 is the first), in ms.
 *
 * Doubles from 100 ms to a ceiling, 5 s where nothing else is given. No jitter: each line has its
 * own link, so no herd forms.
 */
export function backoff(attempt: number, maxMs: number = backoffMaxMs): number {
  assert(Number.isInteger(attempt) && attempt >= 1);
  return Math.min(backoffMinMs * 2 ** Math.min(attempt - 1, 20), maxMs);
}
