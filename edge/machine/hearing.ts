import type { Look } from '../../statecharts/tables.ts';
import { anchor, isNews, refreshed } from './anchor.ts';
import type { Entry } from './booking.ts';
import type { Step } from './counter.ts';
import { idOf, jobOf } from './inhand.ts';
import { lotOf, type Understood, understand } from './interpreter.ts';
import type { Mapping } from './mapping.ts';
import { type Hearing, type Memory, noHearing, noMemory } from './memory.ts';
import type { JobPort, LinkState, Listener } from './port.ts';
import type { Sample } from './sample.ts';
import { runIn } from './statements.ts';

/** Most samples of a line that wait to be booked; of more the oldest go, and counters catch up. */
export const waitingMax = 20_000;
/** So long after the link is live, all that was buffered is taken to have arrived, ms. */
export const anchorMs = 2_000;

type Parts = Readonly<{
  mapping: Mapping;
  memories: ReadonlyMap<string, Memory>;
  look: Look;
  lineEpoch: () => number;
  nowMs: () => number;
  /** The link is in another state, or a unit is bound or not. */
  changed: () => void;
}>;
export type LineHearing = ReturnType<typeof openHearing>;
type Known = { memory: Memory; hearing: Hearing; noted: Map<Step['kind'], number> };

/** What one line's machines have said and what is made of it, up to where it is stored. */
export function openHearing({ mapping, memories, look, lineEpoch, nowMs, changed }: Parts) {
  const { line, session } = mapping;
  const units = new Map<string, Known>(
    [...mapping.units.keys()].map((name) => [
      name,
      { memory: memories.get(name) ?? noMemory, hearing: noHearing, noted: new Map() },
    ]),
  );
  let link = { state: 'connecting' as LinkState, sinceMs: nowMs(), detail: null as string | null };
  let liveSinceMs = Number.POSITIVE_INFINITY;
  let skewMs = 0;
  let unbound: ReadonlyMap<string, readonly string[]> = new Map();
  let waiting: Sample[] = [];
  let dropped = 0;
  let jobPort: JobPort | undefined;

  /** From here on nobody knows what happens between two samples. */
  function beginGap(): void {
    liveSinceMs = Number.POSITIVE_INFINITY;
    for (const known of units.values()) known.hearing = { ...known.hearing, fresh: new Set() };
  }

  const listener: Listener = {
    changed(state, detail) {
      if (link.state === 'live' && state !== 'live') beginGap();
      if (link.state !== 'live' && state === 'live') liveSinceMs = nowMs();
      const sinceMs = link.state === state ? link.sinceMs : nowMs();
      link = { state, sinceMs, detail: detail?.slice(0, 500) ?? null };
      changed();
    },
    bound(found) {
      unbound = found;
      changed();
    },
    skew(ms) {
      skewMs = ms;
    },
    jobs(port) {
      jobPort = port;
    },
    heard(samples) {
      waiting.push(...samples);
      const over = waiting.length - waitingMax;
      if (over <= 0) return;
      waiting = waiting.slice(over);
      dropped += over;
      for (const known of units.values()) known.hearing = { ...known.hearing, fresh: new Set() };
    },
  };

  const around = () => ({
    nowMs: nowMs(),
    liveSinceMs,
    skew: { skewMs, skewMaxMs: session.skewMaxMs, bufferMaxMs: session.timeoutMs },
    lineEpoch: lineEpoch(),
  });

  /** What a unit's samples come to. */
  function read(name: string, samples: readonly Sample[]): Entry {
    const unit = mapping.units.get(name)!;
    const known = units.get(name)!;
    const open = runIn(look, line, unit.lane);
    const run = open?.run;
    const here = { ...around(), run, work: open?.row };
    const found = understand(unit, known, samples, here);
    const isCalm = here.nowMs - liveSinceMs >= anchorMs;
    const { heard } = found.hearing;
    const job = jobOf(heard.get('job'));
    const memory = isCalm
      ? anchor(found.memory, (counter) => ({ run, job, lot: lotOf(unit, counter, heard) }))
      : found.memory;
    const hearing = isCalm ? refreshed(found.hearing, memory) : found.hearing;
    const understood = { ...found, memory, hearing };
    const said = tells(mapping) === name ? understood : untold(understood, known.memory);
    const lot = idOf(heard.get('lot')?.value);
    const news = isNews(known.memory, said);
    return { line, name, unit, lot, news, before: known.memory, understood: said };
  }

  return {
    ...{ line, mapping, listener, units },

    /** What all that waits comes to; what is not taken with `stored` must be asked for again. */
    read(): { entries: Entry[]; samples: number } {
      const samples = waiting.length;
      const entries = [...units.keys()].map((name) => {
        return read(
          name,
          waiting.filter(({ unit }) => unit === name),
        );
      });
      return { entries, samples };
    },

    /** Lets go of so many samples, now that what they led to is on disk. */
    stored(samples: number, entries: readonly (readonly [Entry, Memory])[]): void {
      waiting = waiting.slice(samples);
      for (const [{ name, understood }, memory] of entries) {
        const known = units.get(name)!;
        for (const [kind, times] of understood.noted) {
          known.noted.set(kind, (known.noted.get(kind) ?? 0) + times);
        }
        known.memory = memory;
        known.hearing = understood.hearing;
      }
    },

    /** A person has said where a counter goes on. */
    accept(name: string, memory: Memory): void {
      units.get(name)!.memory = memory;
    },

    /** Where jobs can be sent to, while the link is live. */
    jobPort: (): JobPort | undefined => (link.state === 'live' ? jobPort : undefined),
    isBound: (name: string): boolean => !unbound.has(name),

    figures: () => ({ link, skewMs, unbound, waiting: waiting.length, dropped }),
  };
}

/** The unit whose state is the line's. */
export function tells({ units }: Mapping): string {
  const all = [...units];
  return (all.find(([, { tellsLine }]) => tellsLine) ??
    all.find(([, u]) => u.tellsLine !== false) ??
    all[0]!)[0];
}

/** Of a unit whose state is not the line's. */
const untold = (understood: Understood, { told }: Memory): Understood => ({
  ...understood,
  state: undefined,
  memory: { ...understood.memory, told },
});
