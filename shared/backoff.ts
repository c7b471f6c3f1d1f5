import assert from 'node:assert/strict';

export const backoffMinMs = 100;
export const backoffMaxMs = 5_000;
/** Most that a pause is shorter by, of itself. */
const scatter = 0.5;

/**
 * Wait before retry number `attempt` (1 is the first), in ms.
 *
 * Doubles from 100 ms to a ceiling, 5 s where nothing else is given. No jitter: where many wait for
 * the same peer, see `scattered`.
 */
export function backoff(attempt: number, maxMs: number = backoffMaxMs): number {
  assert(Number.isInteger(attempt) && attempt >= 1);
  return Math.min(backoffMinMs * 2 ** Math.min(attempt - 1, 20), maxMs);
}

/**
 * The pause, or up to half of it less, whole ms: each of many who wait for the same peer its own,
 * so that they do not come at once, time and again. Nothing is left to chance: it is the same for
 * the same `who` and `attempt`.
 */
export function scattered(pauseMs: number, who: string, attempt: number): number {
  return Math.round(pauseMs * (1 - scatter * fractionOf(who, attempt)));
}

/** From 0 to 1, spread evenly over many names (FNV-1a, and a mixing that reaches every bit). */
function fractionOf(who: string, attempt: number): number {
  let digest = 0x811c9dc5 ^ attempt;
  for (let at = 0; at < who.length; at++) {
    digest = Math.imul(digest ^ who.charCodeAt(at), 0x01000193);
  }
  digest = Math.imul(digest ^ (digest >>> 16), 0x2c1b3c6d);
  digest = Math.imul(digest ^ (digest >>> 12), 0x297a2d39);
  return ((digest ^ (digest >>> 15)) >>> 0) / 2 ** 32;
}
