export type Random = ReturnType<typeof random>;

/** Seeded generator (mulberry32): the same seed always gives the same numbers. Not for secrets. */
export function random(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    /** A whole number from 0 up to, not including, `limit`. */
    below,
    /** A whole number from `min` to `max`, both included. */
    between: (min: number, max: number): number => min + below(max - min + 1),
    chance: (odds: number): boolean => next() < odds,
    pick: <T>(items: readonly T[]): T => items[below(items.length)]!,
  };
}

/** A seed of its own for part `index` of what `seed` makes. */
export const subseed = (seed: number, index: number): number =>
  (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
