import { percent, type Ratio } from './ratio.ts';

type OeeBasis = Readonly<{
  /** Planned busy time, ms; null where nobody has planned. */
  plannedMs: bigint | null;
  /** Actual production time, ms; and what of it lies in planned time, all of it unless said. */
  runMs: bigint;
  inPlanMs?: bigint;
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
export function oeeOf(basis: OeeBasis) {
  const { plannedMs, runMs, inPlanMs: inPlan = runMs, good, total, idealMs: ideal } = basis;
  const planned = plannedMs ?? 0n;
  const performance = ideal && percent(ideal.over, ideal.under * runMs);
  const oee =
    runMs === inPlan // also where nothing ran
      ? ideal && percent(ideal.over * good, ideal.under * total * planned)
      : ideal && percent(ideal.over * good * inPlan, ideal.under * total * planned * runMs);
  return {
    availability: percent(inPlan, planned),
    performance: performance ?? null,
    quality: percent(good, total),
    oee: oee ?? null,
  };
}
