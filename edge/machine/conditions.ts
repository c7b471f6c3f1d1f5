import type { Alarm } from './alarms.ts';
import { judgeOrder, type Seen } from './guard.ts';
import type { Unit } from './mapping.ts';
import { plainText } from './plaintext.ts';
import type { Sample } from './sample.ts';

type Condition = Readonly<{ alarm: Alarm; stands: boolean; seen: Seen }>;
export const eventsBecame = ['taken', 'repeat', 'overflow', 'beyond'] as const;
export type EventBecame = (typeof eventsBecame)[number];

/** What is known of a unit's events while it is listened to. */
export type Conditions = Readonly<{
  known: ReadonlyMap<string, Condition>; // by the key of its alarm
  eventIds: readonly string[]; // of plain events, those heard last
  refreshes: ReadonlyMap<string, boolean>; // by name: whether its server can tell it again
  counts: ReadonlyMap<EventBecame, number>;
}>;
export const noConditions: Conditions = {
  ...{ known: new Map(), eventIds: [], refreshes: new Map(), counts: new Map() },
};
/** What one word changes: alarms that stand from now on, the keys of those that do no more. */
export type Change = Readonly<{
  conditions: Conditions;
  begun: readonly Alarm[];
  ended: readonly string[];
  event?: Alarm; // it stands no longer than it is told
}>;

/** Conditions, and ids of events, that are remembered of a unit. */
export const conditionsMax = 500;

/**
 * Takes in one word of a server's events. Each condition is one, however often it is told; a repeat
 * and what is late change nothing. `acted` are keys that were acted on, by an edge before a restart
 * too: what a refresh does not mention stands no more.
 */
export function takeEvent(
  unit: Unit,
  conditions: Conditions,
  sample: Sample,
  atMs: number,
  acted: ReadonlySet<string>,
): Change {
  const name = sample.tag.slice('events '.length);
  const { kind } = sample.event!;
  const noted = (became: EventBecame): Conditions => {
    const { counts } = conditions;
    return { ...conditions, counts: new Map(counts).set(became, (counts.get(became) ?? 0) + 1) };
  };
  if (kind === 'event') return takePlain(unit, noted, sample, atMs);
  if (kind === 'condition') return takeCondition(unit, noted, sample, atMs);
  const nothing = { begun: [], ended: [] };
  if (kind === 'overflow') return { conditions: noted('overflow'), ...nothing };
  const refreshes = new Map(conditions.refreshes).set(name, kind === 'refreshed');
  const { standing } = sample.event!;
  if (kind !== 'refreshed' || !standing) {
    return { conditions: { ...conditions, refreshes }, ...nothing };
  }
  const still = new Set(standing.map((condition) => keyOf(name, condition)));
  const stood = [...conditions.known].flatMap(([key, { stands }]) => (stands ? [key] : []));
  const isGone = (key: string) => key.startsWith(`${name} `) && !still.has(key);
  const ended = [...new Set([...stood, ...acted])].filter(isGone);
  const known = new Map(conditions.known);
  for (const key of ended) known.delete(key);
  return { conditions: { ...conditions, known, refreshes }, begun: [], ended };
}

const keyOf = (name: string, condition: string): string => `${name} ${condition}`.slice(0, 500);

type Noted = (became: EventBecame) => Conditions;

function alarmOf(unit: Unit, { tag, event }: Sample, atMs: number): Alarm {
  const name = tag.slice('events '.length);
  const { source, message, condition } = event!;
  const { raise: reason, hold } = unit.events.get(name)!;
  const words = [source, message].map((word) => word.trim()).filter((word) => word !== '');
  return {
    key: keyOf(name, condition),
    text: plainText(words.join(': ') || 'event without words'),
    atMs,
    raise: reason === undefined ? undefined : { reason, hold },
  };
}

function takePlain(unit: Unit, noted: Noted, sample: Sample, atMs: number): Change {
  const { eventId } = sample.event!;
  const taken = noted('taken');
  const nothing = { begun: [], ended: [] };
  if (taken.eventIds.includes(eventId)) return { conditions: noted('repeat'), ...nothing };
  const eventIds = [...taken.eventIds, eventId].slice(-conditionsMax);
  const event = alarmOf(unit, sample, atMs);
  return { conditions: { ...taken, eventIds }, ...nothing, event };
}

function takeCondition(unit: Unit, noted: Noted, sample: Sample, atMs: number): Change {
  const { eventId, stands } = sample.event!;
  const alarm = alarmOf(unit, sample, atMs);
  const taken = noted('taken');
  const before = taken.known.get(alarm.key);
  const { order, seen } = judgeOrder(before?.seen, { ...sample, value: `${eventId} ${stands}` });
  if (before && order !== 'next') return { conditions: noted('repeat'), begun: [], ended: [] };
  const known = new Map(taken.known);
  const since = before?.stands && stands ? before.alarm.atMs : atMs;
  known.set(alarm.key, { alarm: { ...alarm, atMs: since }, stands, seen });
  const begun = stands ? [alarm] : []; // whoever acts on it knows whether it did
  const ended = stands ? [] : [alarm.key];
  return {
    conditions: { ...taken, known },
    begun,
    ended: [...ended, ...shorten(known)],
  };
}

/** Forgets what is too much: first what stands no more, oldest first. Gives their keys. */
function shorten(known: Map<string, Condition>): string[] {
  if (known.size <= conditionsMax) return [];
  const [first] = [...known].find(([, { stands }]) => !stands) ?? [...known][0]!;
  known.delete(first);
  return [first];
}
