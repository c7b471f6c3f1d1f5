import type { Clock } from '../../shared/clock.ts';
import type { Fault } from '../../shared/fault.ts';
import type { Disk } from '../store/disk.ts';
import type { LinkState } from '../uplink/forwarder.ts';
import type { Intake } from './intake.ts';
import type { Roster } from './roster.ts';
import type { Softwares } from './software.ts';

/** A disk that did not take it is asked again so much later, ms. */
const againMs = 60_000;

type Parts = Readonly<{
  roster: Roster;
  software: Pick<Softwares, 'due'>;
  intake: Pick<Intake, 'state'>;
  barred: (line: string) => Fault | undefined;
  disk: Pick<Disk, 'isSpent'>;
  clock: Pick<Clock, 'monotonicMs'>;
}>;

/**
 * Lets a line say by which software it goes on, though nobody asks anything of it: once its way is
 * open, for then central has said that the line is this store's and that it has all of its history.
 * A line whose way is closed says it with the first fact that it states.
 */
export function openSpeaking({ roster, software, intake, barred, disk, clock }: Parts) {
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  return (line: string, state: LinkState): void => {
    if (state !== 'up' && state !== 'draining') return;
    const body = software.due(line);
    if (!body || disk.isSpent() || clock.monotonicMs() < notBeforeMs) return;
    const actor = roster.actor(line);
    if (actor.failure() !== undefined || barred(line)) return;
    const isOnDisk = intake.state(() => void actor.observe('SoftwareChanged', body));
    if (!isOnDisk) notBeforeMs = clock.monotonicMs() + againMs;
  };
}
