import type { Sums } from './cells.ts';

/** Waits of up to so many ms are kept exactly; of longer ones their first six binary digits. */
const exactMs = 64n;

/** The shortest wait, ms, that is told apart from this one: at most 1/32 less. */
function bucketOf(ms: bigint): bigint {
  let shift = 0n;
  while (ms >> shift >= exactMs) shift += 1n;
  return (ms >> shift) << shift;
}

/** A wait, ms, as sums: any number of them is told by some 1,200 numbers at most. */
export const waited = (ms: bigint): Sums => ({ [`w${bucketOf(ms)}`]: 1n, waits: 1n, maxMs: ms });

/**
 * The wait, ms, that so many percent of all waits do not pass, as told by sums of `waited`: what is
 * told is never longer than that wait, and at most 1/32 shorter. Undefined of none.
 */
export function waitOf(sums: Readonly<Sums>, percent: bigint): bigint | undefined {
  const all = sums['waits'] ?? 0n;
  if (all === 0n) return undefined;
  const buckets = Object.keys(sums)
    .filter((name) => /^w\d+$/.test(name))
    .map((name) => [BigInt(name.slice(1)), sums[name]!] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const rank = (all * percent + 99n) / 100n; // the nearest rank, from 1
  let seen = 0n;
  for (const [ms, count] of buckets) {
    seen += count;
    if (seen >= rank) return ms;
  }
  return buckets.at(-1)?.[0];
}

/** The same of all waits themselves, in order. */
export const exactWaitOf = (sorted: readonly bigint[], percent: bigint): bigint | undefined =>
  sorted[Number((BigInt(sorted.length) * percent + 99n) / 100n) - 1];
