// Goal: a run that failed can be run again with the same examples. Method: its seed, given and not.
import { expect, test, vi } from 'vitest';
import { runSeed, seeds, seedsVariable } from './helpers/random.ts';

test('seeds of a run follow the one that it was given', () => {
  vi.stubEnv('SEED', '');
  vi.stubEnv(seedsVariable, '7');
  expect([runSeed(), seeds(3)]).toEqual([7, [7, 8, 9]]);
  vi.stubEnv('SEED', '41');
  expect(seeds(3)).toEqual([41]);
  vi.unstubAllEnvs();
});

test.each(['0', '', 'abc', '-3', '1.5'])('SEEDS=%s draws by the clock', (given) => {
  vi.stubEnv('SEED', '');
  vi.stubEnv(seedsVariable, given);
  expect(runSeed()).toBe(undefined);
  const [first] = seeds(1);
  expect(Math.abs(first! - (Date.now() % 1e9))).toBeLessThan(60_000);
  vi.unstubAllEnvs();
});
