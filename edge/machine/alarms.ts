import type { Unit } from './mapping.ts';
import { plainText } from './plaintext.ts';
import type { Plain } from './sample.ts';
import type { Heard } from './settle.ts';

/** What the mapping wants done about an alarm. */
export type Raise = Readonly<{
  reason: string;
  hold?: 'operation' | 'order' | 'line' | undefined;
}>;
/** Something that the mapping wants told: a measured value out of its limits, or an alarm. */
export type Crossed = Readonly<{
  reason: string;
  atMs: number;
  hold: 'operation' | 'order' | 'line' | undefined;
}>;

/** Something that a machine says is wrong with it. */
export type Alarm = Readonly<{
  key: string; // "alarm 205", "warning 3", "plc i=7": by which it is the same again
  text: string;
  atMs: number; // since then
  raise: Raise | undefined;
}>;
/** One entry of PackML's lists, as a server shows it. */
export type AlarmEntry = Readonly<{
  id: string;
  value: string;
  message: string;
  trigger: boolean; // true while it stands
}>;
export const alarmLists = ['alarm', 'warning'] as const;
export type AlarmList = (typeof alarmLists)[number];

/**
 * The alarms that stand in one of PackML's lists, each once; undefined while any entry of it is not
 * known. An entry stands if it has an ID, and its trigger, where there is one, says so.
 */
export function alarmsIn(
  unit: Unit,
  list: AlarmList,
  heard: ReadonlyMap<string, Heard>,
): readonly Alarm[] | undefined {
  const entries = isFlat(unit) ? flatEntries(unit, list, heard) : arrayOf(heard.get(`${list}s`));
  if (!entries) return undefined;
  const standing = new Map<string, Alarm>();
  for (const { id, value, message, trigger, atMs } of entries) {
    if (!trigger || id === '' || id === '0') continue;
    const words = unit.reasons.get(id) ?? (message.trim() || `${list} ${id}`);
    const text = plainText(value === '' || value === '0' ? words : `${words} (${value})`);
    const raise = unit.alarms?.raise.find(({ ids }) => ids.length === 0 || ids.includes(id));
    const key = `${list} ${id}`.slice(0, 200);
    standing.set(key, { key, text, atMs, raise });
  }
  return [...standing.values()];
}

type Entry = AlarmEntry & Readonly<{ atMs: number }>;

const isFlat = ({ profile }: Unit): boolean => profile === 'packml-tags';

/** How many entries of a list are looked at. */
export const entriesOf = ({ alarms }: Unit, list: AlarmList): number =>
  alarms?.[list === 'alarm' ? 'entries' : 'warnings'] ?? 0;

/** Flat PackTags: a variable for each field of each entry. */
function flatEntries(unit: Unit, list: AlarmList, heard: ReadonlyMap<string, Heard>) {
  const entries: Entry[] = [];
  for (let index = 0; index < entriesOf(unit, list); index++) {
    const field = (name: string) => heard.get(`${list} ${index} ${name}`);
    const id = field('id');
    if (id?.value === undefined) return undefined;
    const [value, message, trigger] = ['value', 'message', 'trigger'].map(field);
    entries.push({
      ...{ id: wordOf(id.value), value: wordOf(value?.value), message: wordOf(message?.value) },
      trigger: trigger?.value !== false,
      atMs: Math.max(id.atMs, trigger?.atMs ?? 0),
    });
  }
  return entries;
}

/** OPC 30050: a list of structures, which its server's client has put into JSON. */
function arrayOf(heard: Heard | undefined): Entry[] | undefined {
  if (typeof heard?.value !== 'string') return heard?.value === null ? [] : undefined;
  const { atMs } = heard;
  return (JSON.parse(heard.value) as AlarmEntry[]).map((entry) => ({ ...entry, atMs }));
}

const wordOf = (value: Plain | undefined): string =>
  value === undefined || value === null ? '' : `${value}`;
