// Goal: every part has a seed by which it is run, no part is in two, nothing is left out unasked.
import { expect, onTestFinished, test, vi } from 'vitest';
import { isDrawn, wholeVariable } from './helpers/draw.ts';
import { seedsVariable } from './helpers/random.ts';

const all = [0, 1, 2, 3, 4, 5, 6];

test.each([2, 3])('of %i parts each has its turn, one at a time', (parts) => {
  vi.stubEnv(wholeVariable, '');
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const seed of [1, 17, 848_265_539]) {
    const turns = Array.from({ length: parts }, (_, at) =>
      all.filter((index) => isDrawn(index, parts, seed + at)),
    );
    expect(turns.flat().sort()).toEqual(all);
    for (const turn of turns) expect(turn.length).toBeLessThanOrEqual(Math.ceil(7 / parts));
  }
});

test('all are run where that is asked for, and where no run has a seed', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv(wholeVariable, '1');
  expect(all.filter((index) => isDrawn(index, 3, 5))).toEqual(all);
  vi.stubEnv(wholeVariable, '');
  vi.stubEnv(seedsVariable, '');
  expect(all.filter((index) => isDrawn(index, 3))).toEqual(all);
});
