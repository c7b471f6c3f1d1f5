import { type Quantity, quantityText, zero } from '../../shared/quantity.ts';

/** What a delivery came to that was inspected; millionths. */
export type Delivery = Readonly<{ quantity: Quantity; rejected: Quantity }>;
export const grades = ['A', 'B', 'C', 'new'] as const;
export type Grade = (typeof grades)[number];
type Rating = Readonly<{
  grade: Grade;
  /** 0 to 100, two decimals rounded down; null while there are too few deliveries. */
  score: string | null;
  inspected: number;
  rejected: number;
}>;

/** So many of the newest inspected deliveries count; with fewer than the least one is new. */
export const ratedMax = 50;
const ratedMin = 3;
/** Least scores of A and B, in millionths. */
const least = { A: 90_000_000n, B: 70_000_000n };
const step = 10_000n;

/**
 * score = 100 − 50 × (deliveries of which something was rejected ÷ deliveries)
 *             − 50 × (mean of rejected ÷ delivered, each delivery by itself)
 *
 * Over the newest 50 inspected deliveries. A from 90, B from 70, C below; new with fewer than 3.
 * Deliveries that were not inspected say nothing of a supplier, and a claim that was withdrawn was
 * no fault of theirs: `rejected` is 0 of those.
 */
export function ratingOf(deliveries: readonly Delivery[]): Rating {
  const counted = deliveries.slice(0, ratedMax);
  const bad = counted.filter(({ rejected }) => rejected > zero);
  const told = { inspected: counted.length, rejected: bad.length };
  if (counted.length < ratedMin) return { grade: 'new', score: null, ...told };
  const count = BigInt(counted.length);
  const lots = (50_000_000n * BigInt(bad.length)) / count;
  const shares = bad.reduce((sum, one) => sum + (50_000_000n * one.rejected) / one.quantity, zero);
  const score = 100_000_000n - lots - shares / count;
  const grade = score >= least.A ? 'A' : score >= least.B ? 'B' : 'C';
  return { grade, score: quantityText((score / step) * step), ...told };
}
