import type { FactType } from '../shared/event.ts';
import type { Chart } from './engine.ts';
import { type Asked, keyOf, type Tables } from './tables.ts';

type Timer = Tables['timer'];
type Started = Readonly<{ delayMs: number; everyMs?: number }>;
type Where = Readonly<{ chart: Pick<Chart, 'id' | 'timers'>; id: string; about: Timer['about'] }>;

/**
 * Starts and ends calendar timers as the chart's states name them: durable, because they are a fold
 * over facts and their recorded times. `delays` are the ones this plant wants; others never start.
 */
export function retime(
  asked: Asked,
  { chart, id, about }: Where,
  [from, to]: readonly [string, string],
  delays: Readonly<Record<string, Started | undefined>>,
): void {
  const [before, after] = [chart.timers(from), chart.timers(to)];
  for (const name of Object.keys(before)) {
    const key = keyOf(chart.id, id, name);
    if (after[name] === undefined && asked.look('timer', key)) {
      asked.changes.push({ table: 'timer', key, value: undefined });
    }
  }
  for (const [name, fact] of Object.entries(after)) {
    const started = before[name] === undefined ? delays[name] : undefined;
    if (!started) continue;
    const { delayMs, everyMs } = started;
    const dueMs = asked.fact.recordedMs + delayMs;
    const repeated = everyMs === undefined ? {} : { everyMs };
    const value = {
      line: asked.line,
      fact: fact as FactType,
      occurrence: 1,
      dueMs,
      about,
      ...repeated,
    };
    asked.changes.push({ table: 'timer', key: keyOf(chart.id, id, name), value });
  }
}

/** True if the timer's next occurrence is this one and its time has come by the edge's clock. */
export function isDue({ look, fact }: Asked, key: string, occurrence: number): boolean {
  const timer = look('timer', key);
  return (
    timer?.dueMs !== undefined && timer.occurrence === occurrence && timer.dueMs <= fact.recordedMs
  );
}

/** How many recurrences fell into an outage and are one with the next. */
export const missed = ({ dueMs, everyMs }: Timer, nowMs: number): number =>
  everyMs === undefined || dueMs === undefined
    ? 0
    : Math.max(0, Math.floor((nowMs - dueMs) / everyMs));

/** After it was stated: a recurring timer is set to its next time to come, any other is over. */
export function advance({ look, fact, changes }: Asked, key: string): void {
  const timer = look('timer', key)!;
  const { dueMs, everyMs, occurrence } = timer;
  if (everyMs === undefined) {
    changes.push({ table: 'timer', key, value: undefined });
    return;
  }
  const next = dueMs! + (missed(timer, fact.recordedMs) + 1) * everyMs;
  changes.push({
    table: 'timer',
    key,
    value: { ...timer, dueMs: next, occurrence: occurrence + 1 },
  });
}

/** Lets an elapsed timer stand still, or run on with what is left of it. */
export function run({ look, fact, changes }: Asked, key: string, running: boolean): void {
  const timer = look('timer', key);
  if (!timer || (timer.dueMs !== undefined) === running) return;
  const { dueMs: _, leftMs = 0, sinceMs = fact.recordedMs, ...rest } = timer;
  const value: Timer = running
    ? { ...rest, leftMs, sinceMs: fact.recordedMs, dueMs: fact.recordedMs + leftMs }
    : { ...rest, leftMs: Math.max(0, leftMs - Math.max(0, fact.recordedMs - sinceMs)) };
  changes.push({ table: 'timer', key, value });
}
