/** Seeded PRNG (mulberry32). The seed is in every test's name; replay one with SEED=. */
export function random(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit: number): number => Math.floor(next() * limit),
    chance: (odds: number): boolean => next() < odds,
  };
}

/** `count` seeds for test.each; or $SEED alone, to replay one failure. */
export function seeds(count: number): number[] {
  const seed = process.env['SEED'];
  if (seed) return [Number(seed)];
  return Array.from({ length: count }, (_, index) => (Date.now() + index) % 1e9);
}
