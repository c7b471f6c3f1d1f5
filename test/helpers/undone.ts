import { expect } from 'vitest';
import type { Side } from './central.ts';

/** Posts whatever may be posted, each told as "kind amount", and of which document. */
export const brief = (side: Side): string[] =>
  side.drain().map(({ kind, yield: good, quantity, cancels }) => {
    const what = `${kind} ${good ?? quantity}`;
    return cancels === undefined ? what : `${what} of ${cancels}`;
  });

export const reasonOf = (side: Side): string | null => side.rows().at(-1)!.reason;

export function unposted({ postings }: Side): Record<string, number> {
  const reasons = postings.counts().unposted.map(({ reason, facts }) => [reason, facts]);
  return Object.fromEntries(reasons);
}

/** Every fact is in one class: so many were told. */
export function expectAll({ postings }: Side, facts: number): void {
  const { postings: sorts, unposted: none, beside } = postings.counts();
  const all = [...sorts.map((sort) => sort.postings), ...none.map((reason) => reason.facts)];
  expect(all.reduce((sum, count) => sum + count, 0) - beside).toBe(facts);
}
