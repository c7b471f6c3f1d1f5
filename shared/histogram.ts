import assert from 'node:assert/strict';

/** One series of a histogram: how many observations each bound has not been passed by. */
export type Buckets = Readonly<{
  labels?: Readonly<Record<string, string>>;
  counts: readonly number[]; // cumulative, one a bound; `count` stands for the last, +Inf
  sum: number;
  count: number;
}>;
export type Histogram = ReturnType<typeof openHistogram>;

/** Most series of one histogram, by its labels; what belongs to more is let go, and counted. */
export const bucketsMax = 200;

/** Seconds from a fast disk's commit to one that stalls. */
export const commitBounds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5,
] as const;
/** Seconds from a fraction of a call to a minute: what an ERP, a disk or a collector takes. */
export const callBounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
/** Seconds from one to a day: what a fact takes from the line to a document. */
export const roadBounds = [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400] as const;
/** Seconds from a millisecond to a few: how long a program stands still. */
export const pauseBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

/**
 * Counts observations up to each of `bounds`, which rise, by labels: as Prometheus' histograms do.
 * An observation on a bound is within it. Labels must come from closed sets.
 */
export function openHistogram(bounds: readonly number[]) {
  const inOrder = bounds.every((bound, at) => at === 0 || bound > bounds[at - 1]!);
  assert(bounds.length > 0 && inOrder, 'histogram: bounds must rise');
  type Own = { labels: Readonly<Record<string, string>>; counts: number[]; sum: number };
  const all = new Map<string, Own>();
  let letGo = 0;

  function seriesOf(labels: Readonly<Record<string, string>>): Own | undefined {
    const key = Object.entries(labels).flat().join('\n');
    const known = all.get(key);
    if (known || all.size >= bucketsMax) return known;
    const fresh = { labels, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
    all.set(key, fresh);
    return fresh;
  }

  return {
    bounds,
    /** One more; what is no number or is negative, as by clocks that differ, counts as 0. */
    observe(value: number, labels: Readonly<Record<string, string>> = {}): void {
      const series = seriesOf(labels);
      if (!series) {
        letGo += 1;
        return;
      }
      const seen = Number.isNaN(value) ? 0 : Math.max(0, value);
      const at = bounds.findIndex((bound) => seen <= bound);
      series.counts[at === -1 ? bounds.length : at]! += 1;
      series.sum += seen;
    },
    /** Observations of series beyond the most. */
    letGo: () => letGo,
    /** Every series, its counts summed up from the lowest bound on. */
    series: (): readonly Buckets[] =>
      [...all.values()].map(({ labels, counts, sum }) => {
        let count = 0;
        const sums = counts.map((own) => {
          count += own;
          return count;
        });
        return { labels, counts: sums.slice(0, -1), sum, count };
      }),
  };
}
