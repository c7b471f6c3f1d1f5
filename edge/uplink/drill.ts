import type { Clock } from '../../shared/clock.ts';
import type { BodyOf } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { id, integer, readFields, text } from '../../shared/field.ts';
import type { Logger } from '../../shared/log.ts';
import type { Cut } from './cut.ts';

/** Longest outage that is drilled, s. */
const drillMaxS = 86_400;
export const drillFields = {
  forS: integer('For how long the uplink is held down, s.', 1, drillMaxS),
  by: id('Who asks; "person:17". Where people are known, who is signed in.', 64),
  reason: text('Why, for whoever reads it later.', 200),
};
/** How often it is seen whether the time is over, ms. */
const lookMs = 500;

type Parts = Readonly<{
  cut: Cut;
  /** States it on a line that can speak; false or undefined where it is not on disk. */
  state: (body: BodyOf<'UplinkDrilled'>, by: string) => boolean | undefined;
  /** Rings when the way is open again. */
  ring: () => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}>;
type Held = Readonly<{ forS: number; by: string; reason: string; sinceMs: number }>;
export type Drill = ReturnType<typeof openDrill>;

/**
 * An outage that a person asked for. It begins once the fact that says so is on disk, and ends by
 * itself when its time is over, whatever becomes of who asked; a restart of the edge ends it too.
 */
export function openDrill({ cut, state, ring, clock, log, signal }: Parts) {
  let held: Held | undefined;

  function end(why: 'over' | 'asked', by: string): void {
    if (!held) throw new Fault('REFUSED', 'drill: there is none', { rule: 'drill' });
    const { forS, reason } = held;
    held = undefined;
    cut.release();
    log.warn({ actor: by, reason: why }, 'the outage drill is over');
    state({ uplink: 'restored', forS, reason, why }, by);
    ring();
  }

  return {
    /** Throws Fault INVALID, REFUSED while there is one, and FULL if it cannot be recorded. */
    begin(given: unknown) {
      const { forS, by, reason } = readFields(drillFields, given, 'drill');
      if (held) throw new Fault('REFUSED', 'drill: there is one already', { rule: 'drill' });
      if (state({ uplink: 'cut', forS, reason }, by) !== true) {
        throw new Fault('FULL', 'drill: it cannot be recorded, so it is not begun');
      }
      held = { forS, by, reason, sinceMs: clock.nowMs() };
      cut.hold(forS * 1_000);
      log.warn({ ms: forS * 1_000, actor: by, reason }, 'an outage drill holds the uplink down');
      return this.status();
    },
    end: (by: string): void => end('asked', by),
    /** Null while there is none. */
    status: () => (held ? { ...held, leftMs: Math.ceil(cut.leftMs()) } : null),
    /** States the end of a drill whose time is over; ends with `signal`. */
    async run(): Promise<void> {
      while (!signal.aborted) {
        await clock.sleep(lookMs, signal);
        if (held && !cut.isCut()) end('over', 'system:edge');
      }
    },
  };
}
