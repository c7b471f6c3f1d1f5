type Rate = Readonly<{ burst: number; perSecond: number }>;
/** Most names that are remembered; the one that was quiet longest goes first. */
export const namesMax = 2_000;

/** How often somebody may ask: `burst` at once, and `perSecond` for ever. */
export function openBuckets({ burst, perSecond }: Rate, timeMs: () => number) {
  const buckets = new Map<string, { left: number; atMs: number }>();

  /** Takes one; else says after how many ms there is one again. */
  return (name: string): number => {
    const nowMs = timeMs();
    const { left, atMs } = buckets.get(name) ?? { left: burst, atMs: nowMs };
    const now = Math.min(burst, left + ((nowMs - atMs) / 1_000) * perSecond);
    const taken = now >= 1;
    buckets.delete(name);
    buckets.set(name, { left: taken ? now - 1 : now, atMs: nowMs });
    for (const oldest of buckets.keys()) {
      if (buckets.size <= namesMax) break;
      buckets.delete(oldest);
    }
    return taken ? 0 : Math.ceil(((1 - now) / perSecond) * 1_000);
  };
}
