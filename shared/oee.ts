import { percent, type Ratio } from './ratio.ts';

export type OeeBasis = Readonly<{
  /** Planned busy time, ms; null where nobody has planned. */
  plannedMs: bigint | null;
  /** Actual production time, ms. */
  runMs: bigint;
  /** Good quantity, and produced quantity; each piece once. */
  good: bigint;
  total: bigint;
  /** Planned run time of what was produced, ms; undefined where no ideal rate is known. */
  idealMs: Ratio | undefined;
}>;

/**
 * ISO 22400-2: availability is actual production time by planned busy time, effectiveness planned
 * run time per item times produced quantity by actual production time, quality ratio good quantity
 * by produced quantity, and OEE their product. Percent with one decimal; null is what nobody knows.
 */
export function oeeOf({ plannedMs, runMs, good, total, idealMs: ideal }: OeeBasis) {
  const planned = plannedMs ?? 0n;
  return {
    availability: percent(runMs, planned),
    performance: ideal === undefined ? null : percent(ideal.over, ideal.under * runMs),
    quality: percent(good, total),
    oee: ideal === undefined ? null : percent(ideal.over * good, ideal.under * total * planned),
  };
}
