import type { Content } from './content.ts';
import type { JobRow } from './docket.ts';
import { anchorMs, type LineHearing } from './hearing.ts';
import { type State, writeActions } from './job.ts';
import type { Sent, WriteMap } from './jobmap.ts';
import type { JobPort } from './port.ts';
import type { Plain } from './sample.ts';
import { type Place, placesOf } from './targets.ts';

/** A machine without Job Control: values are written, and it shows what it has taken. */
export function writingOf(line: LineHearing, unit: string, writes: WriteMap) {
  const places = placesOf(line.mapping, unit);
  const empties = places.filter(({ name }) => writes.values.get(name)?.empty !== undefined);
  const { bookMs } = line.mapping.session;
  const shows = async (port: JobPort): Promise<ReadonlyMap<string, Plain>> => {
    const values = await port.read(places.map(({ readBack }) => readBack));
    return new Map(places.map(({ name }, index) => [name, values[index] ?? null]));
  };

  /** What of a job, or of none, is to stand where. */
  function wantedOf(row: JobRow): [Place, Sent][] {
    if (row.action === 'Empty') {
      return empties.map((place) => [place, writes.values.get(place.name)!.empty!]);
    }
    const content = row.content === null ? undefined : (JSON.parse(row.content) as Content);
    const values = content && 'values' in content ? content.values : {};
    return places.flatMap((place): [Place, Sent][] => {
      const value = Object.hasOwn(values, place.name) ? values[place.name] : undefined;
      return value === undefined ? [] : [[place, value]];
    });
  }

  return {
    perMinute: writes.perMinute,
    back: { from: 'Prepared', action: 'Empty' } as const,

    bar(action: string): string | undefined {
      if (!(writeActions as readonly string[]).includes(action)) {
        return `${action} is not for a machine without Job Control: Prepare and Empty are`;
      }
      if (places.length === 0) return `${action} is not allowed by the mapping: nothing is`;
      if (action === 'Prepare' || empties.length > 0) return undefined;
      return 'Empty is not possible: no value that is allowed has an empty one in the mapping';
    },

    /** What it does, and in which mode, must be known and among what the mapping names. */
    hindrance(): string | undefined {
      const { hearing } = line.units.get(unit)!;
      const state = hearing.state.value;
      if (state === undefined) return 'the state of the machine is not known';
      if (!writes.when.includes(state)) {
        return `the machine is ${state}, not ${writes.when.join(' or ') || 'as it must be'}`;
      }
      if (!writes.modes) return undefined;
      const mode = hearing.heard.get('mode')?.value ?? null;
      if (mode === null) return 'the mode of the machine is not known';
      if (writes.modes.includes(Number(mode))) return undefined;
      return `the machine is in mode ${mode}, not ${writes.modes.join(' or ')}`;
    },

    isCalm: (nowMs: number): boolean => nowMs - line.figures().link.sinceMs >= anchorMs + bookMs,

    async look(port: JobPort) {
      const shown = await shows(port);
      return (row: JobRow): State | undefined => {
        const stands = wantedOf(row).map(([{ name }, value]) => isSame(shown.get(name)!, value));
        const all = stands.length > 0 && !stands.includes(false);
        if (row.action === 'Empty') return all ? undefined : 'Prepared';
        // Values that happen to be those of a job that is over do not make it one again.
        const isInHand = row.action === 'Prepare' || row.state === 'Prepared';
        return all && isInHand ? 'Prepared' : undefined;
      };
    },

    async call(port: JobPort, row: JobRow, stop: () => string | undefined) {
      if (row.server !== port.epoch) return 'the server has started anew since it was asked';
      const shown = await shows(port);
      for (const [{ name, target }, value] of wantedOf(row)) {
        if (isSame(shown.get(name)!, value)) continue;
        const why = stop();
        if (why !== undefined) return why;
        await port.write(target, value);
      }
      return undefined;
    },
  };
}

/** Whether a machine shows what was sent: a Float holds fewer digits than were given. */
function isSame(shown: Plain, value: Sent): boolean {
  if (shown === null) return false;
  if (typeof value === 'boolean' || typeof shown === 'boolean') return shown === value;
  if (typeof value === 'string') return `${shown}` === value;
  const number = Number(shown);
  return number === value || number === Math.fround(value);
}
