// What is tested once more, on another server or in another look, is drawn: a part of it for each
// change of the code. WHOLE=1 leaves out nothing.
import { runSeed } from './random.ts';

/** Names the variable by which a run of `npm test` leaves out nothing. */
export const wholeVariable = 'WHOLE';

/**
 * Whether the `index`-th of many is one of those that are run now, one of `parts`. All are where no
 * run has a seed, as in `npm run unit`.
 */
export function isDrawn(index: number, parts: number, seed = runSeed()): boolean {
  if (seed === undefined || process.env[wholeVariable]) return true;
  return (seed + index) % parts === 0;
}

/** Why it is not run. */
export const leftOut = `left out by the draw: ${wholeVariable}=1 runs all`;
