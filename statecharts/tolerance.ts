/** How much is made beside what was ordered: the one place where it is judged. */
export const completions = ['within', 'overCompletion', 'beyondTolerance'] as const;
export type Completion = (typeof completions)[number];

/** The most that may be confirmed or received: order quantity and tolerance, rounded down. */
export const mostOf = (ordered: bigint, tolerancePercent: number): bigint =>
  (ordered * BigInt(100 + tolerancePercent)) / 100n;

export function completionOf(ordered: bigint, tolerancePercent: number, made: bigint): Completion {
  if (made <= ordered) return 'within';
  return made <= mostOf(ordered, tolerancePercent) ? 'overCompletion' : 'beyondTolerance';
}
