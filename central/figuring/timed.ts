import { hasFlag } from '../../statecharts/tables.ts';
import type { Accepted } from '../ledger/ledger.ts';

/** A fact as the ledger holds it, and when it was true as far as anybody can say. */
export type Timed = Readonly<{ fact: Accepted; atMs: number; doubt: boolean }>;

/** A time that is further ahead of its arrival is wrong: the fact was true when it arrived. */
export function timed(fact: Accepted, skewMaxMs: number): Timed {
  const { atMs, receivedMs } = fact;
  if (atMs - receivedMs > skewMaxMs) return { fact, atMs: receivedMs, doubt: true };
  const doubt = hasFlag(fact, 'clockSuspect') || hasFlag(fact, 'clockStepped');
  return { fact, atMs, doubt };
}
