import {
  type Alarm,
  type AlarmList,
  alarmLists,
  alarmsIn,
  type Crossed,
  entriesOf,
} from './alarms.ts';
import { type Conditions, noConditions, takeEvent } from './conditions.ts';
import type { Unit } from './mapping.ts';
import type { Sample } from './sample.ts';
import type { Heard } from './settle.ts';

/** What a machine has told to be wrong with it, and is forgotten with the process. */
export type Troubles = Readonly<{
  lists: ReadonlyMap<AlarmList, readonly Alarm[]>; // that stand in PackML's
  conditions: Conditions;
  recent: readonly Readonly<{ alarm: Alarm; receivedMs: number }>[]; // plain events
  raisedMs: readonly number[]; // when something was raised, in the last minute
}>;
export const noTroubles: Troubles = {
  ...{ lists: new Map(), conditions: noConditions, recent: [], raisedMs: [] },
};

/** A plain event is a reason for what follows it in so short a time, ms. */
export const standsMs = 5_000;
/** Most that a unit's alarms and events raise in a minute. */
export const raisesMax = 60;
const recentMax = 20;

/** Takes in what is told of alarms in one batch; `acted` is what was acted on, and still stands. */
export function openTroubles(
  unit: Unit,
  known: Troubles,
  acted: ReadonlySet<string>,
  nowMs: number,
) {
  let { conditions } = known;
  const lists = new Map(known.lists);
  const standing = new Set(acted);
  const crossed: Crossed[] = [];
  let recent = known.recent.filter(({ receivedMs }) => nowMs - receivedMs < standsMs);
  let raisedMs = known.raisedMs.filter((ms) => nowMs - ms < 60_000);

  function raise({ text, atMs, raise: wanted }: Alarm): void {
    if (!wanted) return;
    if (raisedMs.length >= raisesMax) {
      const counts = new Map(conditions.counts);
      conditions = { ...conditions, counts: counts.set('beyond', (counts.get('beyond') ?? 0) + 1) };
      return;
    }
    raisedMs = [...raisedMs, nowMs];
    const reason = `${wanted.reason}: ${text}`.slice(0, 200);
    crossed.push({ reason, atMs, hold: wanted.hold });
  }
  function begin(alarm: Alarm): void {
    if (!alarm.raise || standing.has(alarm.key)) return;
    standing.add(alarm.key);
    raise(alarm);
  }

  return {
    event(sample: Sample, atMs: number): void {
      const change = takeEvent(unit, conditions, sample, atMs, standing);
      conditions = change.conditions;
      for (const key of change.ended) standing.delete(key);
      for (const alarm of change.begun) begin(alarm);
      if (!change.event) return;
      recent = [...recent, { alarm: change.event, receivedMs: sample.receivedMs }].slice(
        -recentMax,
      );
      raise(change.event);
    },

    /** Once all of the batch is heard. */
    end(heard: ReadonlyMap<string, Heard>) {
      for (const list of alarmLists) {
        const now = entriesOf(unit, list) === 0 ? undefined : alarmsIn(unit, list, heard);
        if (!now) continue;
        lists.set(list, now);
        const keys = new Set(now.map(({ key }) => key));
        for (const key of standing) {
          if (key.startsWith(`${list} `) && !keys.has(key)) standing.delete(key);
        }
        for (const alarm of now) begin(alarm);
      }
      const isSame = standing.size === acted.size && [...standing].every((key) => acted.has(key));
      const troubles: Troubles = { lists, conditions, recent, raisedMs };
      return { troubles, acted: isSame ? acted : standing, crossed };
    },
  };
}

/** What stands now: alarms, warnings, conditions. */
export const standingIn = ({ lists, conditions }: Troubles): Alarm[] => [
  ...alarmLists.flatMap((list) => lists.get(list) ?? []),
  ...[...conditions.known.values()].flatMap(({ alarm, stands }) => (stands ? [alarm] : [])),
];

/** Words for why a machine stopped, as its alarms and events tell it; each once. */
export const reasonsIn = (troubles: Troubles): string[] => [
  ...new Set([...standingIn(troubles), ...troubles.recent.map(({ alarm }) => alarm)].map(textOf)),
];

const textOf = ({ text }: Alarm): string => text;
