import { skewMaxMs, skewText } from '../../shared/beat.ts';
import { type Clock, lasting, stepMinMs } from '../../shared/clock.ts';
import type { BodyOf, ClockTrust } from '../../shared/event.ts';
import type { Heard } from '../uplink/heartbeat.ts';

/** An exchange with central says so long, ms, that the clock is right: six heartbeats. */
const checkedForMs = 30_000;
/** No clock that is right shows a time before this program was written. */
const writtenMs = Date.UTC(2026, 0, 1);
/** If reading the clock took longer, ms, the process stood still and nothing is known. */
const readMaxMs = 100;

export type Step = BodyOf<'ClockStepped'>;
type Parts = {
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  /** When the last fact of the store was recorded, Unix ms; undefined in an empty one. */
  lastMs?: number | undefined;
};
export type Wall = ReturnType<typeof openWall>;

/**
 * How far the edge's clock is to be trusted. It is compared with the time that never jumps, with
 * what stands in the store, and with central's clock whenever central answers.
 */
export function openWall({ clock, lastMs }: Parts) {
  let offsetMs = clock.nowMs() - clock.monotonicMs();
  let heard: (Heard & { monotonicMs: number }) | undefined;
  let step: Step | undefined; // that no fact tells of yet
  let unconfirmed: number | undefined; // by how much it was set, and central has not said since

  function note(byMs: number, during: Step['during']): void {
    const afterMs = Math.max(0, Math.round(clock.nowMs()));
    const sumMs = byMs + (step?.byMs ?? 0);
    const known = heard && {
      skewMs: heard.skewMs,
      measuredMs: Math.round(clock.monotonicMs() - heard.monotonicMs),
    };
    const beforeMs = Math.max(0, afterMs - sumMs);
    step = { ...known, ...step, beforeMs, afterMs, byMs: sumMs, during: step?.during ?? during };
    unconfirmed = byMs + (unconfirmed ?? 0);
  }

  function look(): void {
    const startMs = clock.monotonicMs();
    const nowMs = clock.nowMs();
    if (clock.monotonicMs() - startMs > readMaxMs) return;
    const byMs = Math.round(nowMs - startMs - offsetMs);
    offsetMs = nowMs - startMs;
    if (Math.abs(byMs) > stepMinMs) note(byMs, 'running');
  }

  /** Why the clock is known to be wrong, or may well be, in words. */
  function doubt(): string | undefined {
    if (clock.nowMs() < writtenMs) return 'shows a time before this program was written';
    if (unconfirmed !== undefined) {
      const way = unconfirmed < 0 ? 'back' : 'ahead';
      return `was set ${way} by ${lasting(Math.abs(unconfirmed))}, and central was not heard since`;
    }
    if (!heard) return undefined;
    const { skewMs, roundTripMs } = heard;
    return Math.abs(skewMs) - roundTripMs / 2 > skewMaxMs ? skewText(skewMs) : undefined;
  }

  function unchecked(): string | undefined {
    if (!heard) return 'not checked with central since this edge began';
    const sinceMs = clock.monotonicMs() - heard.monotonicMs;
    return sinceMs > checkedForMs ? `not checked with central for ${lasting(sinceMs)}` : undefined;
  }

  if (lastMs !== undefined && clock.nowMs() < lastMs - stepMinMs) {
    note(Math.round(clock.nowMs() - lastMs), 'off');
  }

  return {
    /** The step that no fact tells of yet, with all that came since the last look. */
    step(): Step | undefined {
      look();
      return step;
    },
    /** A fact tells of this step. */
    tell(told: Step): void {
      if (step === told) step = undefined;
    },

    /** Central answered, and the clock has not stepped while it was asked. */
    heard(word: Heard): void {
      look();
      heard = { ...word, monotonicMs: clock.monotonicMs() };
      unconfirmed = undefined;
    },

    /** How far what is recorded now is to be trusted; undefined where the clock is right. */
    trust(): ClockTrust | undefined {
      look();
      if (doubt() !== undefined) return 'suspect';
      return unchecked() === undefined ? undefined : 'unchecked';
    },

    /**
     * The time by central's clock, as it was heard last and carried on by the time that never
     * jumps; by our own where central was never heard, and undefined while that is in doubt.
     */
    judgedMs(): number | undefined {
      look();
      if (heard) return heard.atMs + heard.skewMs + clock.monotonicMs() - heard.monotonicMs;
      return doubt() === undefined ? clock.nowMs() : undefined;
    },

    status() {
      const why = doubt();
      const says = why ?? unchecked() ?? skewText(heard!.skewMs);
      const state = why !== undefined ? 'suspect' : unchecked() === undefined ? 'ok' : 'unchecked';
      const { atMs = null, skewMs = null } = heard ?? {};
      return { state, says: `clock ${says}`, checkedMs: atMs, skewMs } as const;
    },
  };
}

type Watch = {
  /** States the step that no fact tells of yet, if there is one. */
  tell: () => void;
  everyMs: number;
  clock: Clock;
  signal: AbortSignal;
};

/** Looks at the clock every few seconds until `signal` aborts: while nobody asks anything, too. */
export async function watchWall({ tell, everyMs, clock, signal }: Watch): Promise<void> {
  while (!signal.aborted) {
    tell();
    await clock.sleep(everyMs, signal);
  }
}
