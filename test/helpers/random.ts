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

/** Names the variable with the seed of a run of `npm test`. */
export const seedsVariable = 'SEEDS';

/** The seed that a whole run goes by; undefined where each file takes its own, by the clock. */
export function runSeed(): number | undefined {
  const given = Number(process.env[seedsVariable]);
  return Number.isSafeInteger(given) && given > 0 ? given : undefined;
}

/** `count` seeds for test.each; or $SEED alone, to replay one failure. */
export function seeds(count: number): number[] {
  const seed = process.env['SEED'];
  if (seed) return [Number(seed)];
  const first = runSeed() ?? Date.now();
  return Array.from({ length: count }, (_, index) => (first + index) % 1e9);
}
