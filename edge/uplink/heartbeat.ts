import { scattered } from '../../shared/backoff.ts';
import { type Beat, decodeBeatAnswer } from '../../shared/beat.ts';
import { type Clock, stepMinMs } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';

/** Asks central for a sign of life; rejects with Fault UNREACHABLE. */
export type AskBeat = (beat: Beat) => Promise<Uint8Array>;

/** The last word from central, over the whole path and not only the socket. */
export type Heard = {
  atMs: number; // edge's clock, Unix time
  roundTripMs: number;
  skewMs: number; // central's clock ahead of ours, to half the round trip
};

type Parts = {
  line: string;
  ask: AskBeat;
  unsent: () => number;
  /** What machines made and nobody can say whose it is. */
  unplaced: () => { entries: number; sinceMs: number | null };
  heard: (word: Heard) => void;
  everyMs: number;
  clock: Clock;
  signal: AbortSignal;
};

/** Exchanges a heartbeat and the clocks with central every few seconds, until `signal` aborts. */
export async function beat(parts: Parts): Promise<void> {
  const { line, ask, unsent, unplaced, heard, everyMs, clock, signal } = parts;
  for (let count = 0; !signal.aborted; count++) {
    try {
      const nowMs = clock.nowMs();
      const startMs = clock.monotonicMs();
      const answer = decodeBeatAnswer(
        await ask({ line, nowMs, unsent: unsent(), ...waiting(unplaced()) }),
      );
      const roundTripMs = clock.monotonicMs() - startMs;
      const tookMs = clock.nowMs() - nowMs;
      const skewMs = Math.round(answer.nowMs - (nowMs + roundTripMs / 2));
      // An exchange in which the clock was set has measured nothing.
      if (Math.abs(tookMs - roundTripMs) <= stepMinMs) {
        heard({ atMs: nowMs, roundTripMs: Math.round(roundTripMs), skewMs });
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error; // no answer: the page tells since when
    }
    await clock.sleep(count === 0 ? scattered(everyMs, line, count) : everyMs, signal);
  }
}

/** An edge where nothing waits says nothing of it: a central from before knows no such word. */
function waiting({ entries, sinceMs }: ReturnType<Parts['unplaced']>) {
  if (entries === 0) return {};
  return { unattributed: entries, unattributedSinceMs: Math.max(0, sinceMs ?? 0) };
}
