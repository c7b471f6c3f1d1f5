import type { Stored } from '../store/outbox.ts';
import { type Kind, kinds } from '../store/shedding.ts';

/** A fact that may be told ahead. */
export type Candidate = Readonly<{
  line: string;
  kind: Kind;
  fact: Stored;
  place: number; // among its line's newest, 0 for the newest
}>;

/**
 * Those that are told ahead when not all can be: quality, then orders, counts and telemetry; of one
 * kind the newest, each line in its turn. What is too large for what is left is passed over.
 */
export function choose(
  candidates: readonly Candidate[],
  factsMax: number,
  bytesMax: number,
): Candidate[] {
  const rank = ({ kind }: Candidate): number => kinds.indexOf(kind);
  const sorted = [...candidates].sort((a, b) => rank(a) - rank(b) || a.place - b.place);
  let bytes = 0;
  const chosen: Candidate[] = [];
  for (const candidate of sorted) {
    if (chosen.length === factsMax) break;
    const size = candidate.fact.bytes.length;
    if (bytes + size > bytesMax) continue;
    bytes += size;
    chosen.push(candidate);
  }
  return chosen;
}
