import type { Clock } from '../../shared/clock.ts';
import type { Bell } from '../../shared/loop.ts';
import type { Thread } from '../story/thread.ts';
import type { Wards } from './wards.ts';

/** Pause between two passes, ms: so much later, at most, a line is asked to hold what it got. */
const passMs = 1_000;
/** Facts that are looked through for one pass. */
const factsAtOnce = 5_000;

type Parts = {
  wards: Wards;
  thread: Thread;
  bell: Bell; // rings when the ledger took facts
  /** Looked at though nothing has come, ms. */
  idleMs: number;
  clock: Clock;
  signal: AbortSignal;
};

/** Carries holds of central to what they come to reach, until `signal` aborts. */
export async function spread({ wards, thread, bell, idleMs, clock, signal }: Parts): Promise<void> {
  while (!signal.aborted) {
    const seen = bell.rings();
    if (wards.isOpen()) {
      await thread.catchUp(factsAtOnce);
      const isMore = wards.pass() || thread.behind() > 0;
      await clock.sleep(passMs, signal);
      if (isMore) continue;
    }
    await bell.wait(seen, idleMs, signal);
  }
}
