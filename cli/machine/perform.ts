import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../shared/fault.ts';
import { readFields } from '../../shared/field.ts';
import { type Act, acts, type Told } from './acts.ts';
import type { Display } from './display.ts';
import type { Herald } from './herald.ts';
import { jobStates } from './joblist.ts';
import type { Login, Opened } from './server.ts';
import type { Unit } from './unit.ts';

type Parts = Readonly<{
  unit: Unit;
  display: () => Display;
  /** What tells events; none of a recording. */
  herald: () => Herald | undefined;
  server: () => Opened;
  login: Login;
  rate: { perS: number; badPerMille: number };
  /** Lets a recording begin. */
  play(): void;
  /** Remembers what is now, and tells it. */
  changed(): void;
  /** Comes back on the same port with another certificate. */
  reopen(): Promise<void>;
}>;

/** Levels are told in thousandths, as no act has fractions. */
const thousand = 1_000;

/**
 * Does an act, and resolves when it is done. Throws Fault UNKNOWN for an act that there is not,
 * INVALID for what it is told, REFUSED where the machine's state does not allow it.
 */
export function makePerform(parts: Parts) {
  const { unit, display, herald, server, login, rate, changed, reopen, play } = parts;
  const table: { [A in Act]: (told: Required<Told<A>>) => void | Promise<void> } = {
    make: ({ good, bad, rework }) => unit.make(good, bad, rework),
    produce: (told) => void Object.assign(rate, told),
    command: ({ name }) => unit.command(name),
    state: ({ state }) => unit.put({ state }),
    mode: ({ mode }) => unit.put({ mode }),
    lot: ({ lot }) => unit.put({ lot }),
    level: ({ value }) => unit.put({ level: value / thousand }),
    stopReason: ({ code, message }) => unit.put({ stopReason: { code, message } }),
    async pulse({ times, heldMs }) {
      for (let half = 0; half < 2 * times; half += 1) {
        unit.put({ pulse: half % 2 === 0 });
        changed();
        await delay(heldMs);
      }
    },
    alarm({ stands, ...alarm }) {
      unit.alarm(alarm, stands);
      herald()?.alarm(alarm, stands);
    },
    event: ({ message, severity, source }) => herald()?.event(message, severity, source),
    result: ({ passed, lot }) => unit.result(passed, lot),
    flood({ values, of }) {
      for (let count = 0; count < values; count += 1) {
        if (of === 'pieces') unit.make(1, 0);
        else unit.put({ level: count / thousand });
        changed();
      }
    },
    repeat: ({ last }) => display().repeat(last),
    quality: ({ quality }) => display().quality(quality),
    shiftTime: ({ ms }) => display().shift(ms),
    expireSessions: () => void server().expireSessions(),
    password({ password }) {
      login.password = password;
    },
    certificate: reopen,
    play,
    endJob: (told) => endJob(unit, told),
    deaf: ({ on }) => unit.put({ deaf: on }),
    results: ({ told }) => unit.put({ tellsResults: told }),
  };
  return async (name: string, told: unknown = {}): Promise<void> => {
    if (!Object.hasOwn(acts, name)) {
      const known = Object.keys(acts).join(', ');
      throw new Fault('UNKNOWN', `${name.slice(0, 40)} is no act; known are ${known}`);
    }
    const act = name as Act;
    const read = readFields(acts[act], told ?? {}, name);
    await (table[act] as (told: unknown) => void | Promise<void>)(read);
    changed();
  };
}

/** The machine may say other pieces than it has made. */
function endJob(unit: Unit, { good, saysGood, saysScrap }: Required<Told<'endJob'>>): void {
  const running = unit.now.jobs.find(({ state }) => state === jobStates.running);
  if (!running) throw new Fault('REFUSED', 'no job is running');
  const made = { good: unit.ofJob('good'), scrap: unit.ofJob('defective') };
  const ended = {
    ...{ ...running, ...made, state: good ? jobStates.ended : jobStates.aborted },
    said: { good: saysGood ?? made.good, scrap: saysScrap ?? made.scrap },
    endedMs: Date.now(),
  };
  unit.jobs(unit.now.jobs.map((job) => (job === running ? ended : job)));
}
