import { Fault } from '../../shared/fault.ts';
import type { Intake } from '../line/intake.ts';

/**
 * Runs what a person has decided in a commit of its own. Throws Fault FULL where the disk does not
 * take it; then nothing was done.
 */
export const committing =
  (intake: Pick<Intake, 'state'>) =>
  (work: () => void): void => {
    if (intake.state(work)) return;
    throw new Fault('FULL', 'disk: does not take it now; ask again later');
  };
