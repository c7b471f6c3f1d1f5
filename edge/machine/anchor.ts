import type { Mark } from './counter.ts';
import type { Kept } from './counting.ts';
import type { Understood } from './interpreter.ts';
import type { Hearing, Memory } from './memory.ts';

/** What a counter's pieces belong to now: the open run, the machine's job, and the lot it uses. */
type Place = Pick<Kept, 'run' | 'job' | 'lot'>;

/**
 * All that was said is accounted for: whatever a counter counts from here on belongs to what is in
 * hand now. Returns the same memory if it says so already.
 */
export function anchor(memory: Memory, placeOf: (counter: string) => Place): Memory {
  const isHere = ([name, kept]: [string, Kept]) => isSamePlace(kept, placeOf(name));
  if ([...memory.counters].every(isHere)) return memory;
  const counters = [...memory.counters].map(
    ([name, kept]) => [name, { ...kept, ...placeOf(name) }] as const,
  );
  return { ...memory, counters: new Map(counters) };
}

/** Every counter was heard since the link is live. */
export const refreshed = (hearing: Hearing, memory: Memory): Hearing => ({
  ...hearing,
  fresh: new Set(memory.counters.keys()),
});

const isSameMark = (a: Mark, b: Mark): boolean =>
  a.total === b.total &&
  a.last === b.last &&
  a.seen.epoch === b.seen.epoch &&
  a.suspect?.value === b.suspect?.value;

const isSamePlace = (a: Place, b: Place): boolean =>
  a.run === b.run && a.job === b.job && a.lot === b.lot;
const isSameKept = (a: Kept, b: Kept): boolean =>
  isSamePlace(a, b) && isSameMark(a.mark, b.mark) && `${a.unnamed}` === `${b.unnamed}`;

/** True if something of it must be stored: a fact, or a mark that moved. */
export function isNews(
  before: Memory,
  { memory, gains, state, fired, crossed }: Understood,
): boolean {
  if (gains.length > 0 || state || fired.length > 0 || crossed.length > 0) return true;
  if ([...memory.zones].some(([name, zone]) => before.zones.get(name) !== zone)) return true;
  if (memory.alarms !== before.alarms || memory.row !== before.row || memory.told !== before.told)
    return true;
  const numbers = [...memory.sequences].some(
    ([name, value]) => before.sequences.get(name) !== value,
  );
  const owed = [...memory.owed].some(([name, value]) => before.owed.get(name) !== value);
  const counters = [...memory.counters].some(([name, kept]) => {
    const known = before.counters.get(name);
    return !known || !isSameKept(known, kept);
  });
  return numbers || owed || counters;
}
