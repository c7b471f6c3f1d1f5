// fast-check with the seeds of the run, so that the same code has the same examples everywhere.
import fc from 'fast-check';
import { runSeed } from './random.ts';

const seed = runSeed();
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export { default } from 'fast-check';
