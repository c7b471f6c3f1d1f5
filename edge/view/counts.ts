import { readContent } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';
import { zero } from '../../shared/quantity.ts';
import type { Effect } from '../../statecharts/correction.ts';
import { hasFlag, keyOf } from '../../statecharts/tables.ts';
import { amounts } from '../../statecharts/tally.ts';
import type { Book } from '../book.ts';
import type { Row } from '../store.ts';
import { backMs } from './timeline.ts';

/** Quantities are kept by the minute, so that any shift and any hour can be summed, ms. */
export const minuteMs = 60_000;
/** Most facts that are read again, the newest, when the figures begin anew. */
const readMax = 200_000;
/** Most minutes of a line that are kept, and runs of which the counts are. */
const minutesMax = 4_000;
const runsMax = 500;
/** A run's reports are looked for from so long before it began, by the clocks of their sources. */
const earlyMs = 3_600_000;

export type Sums = ReturnType<typeof amounts>;
type ByUnit = Map<string, Sums>;
type Run = Readonly<{ startedMs: number; sums: Sums }>;
type Parts = {
  book: Pick<Book, 'look' | 'rows' | 'lineOf'>;
  /** Stored facts, the last one first. */
  newest: (limit: number) => Iterable<Pick<Row, 'bytes'> & { path: string }>;
  nowMs: () => number;
};
export type Counted = ReturnType<typeof openCounts>;

const nothing = (): Sums => amounts([]);

function add(sums: Sums, more: Sums): void {
  for (const name of Object.keys(more) as (keyof Sums)[]) sums[name] += more[name];
}

/** Pieces that were reported, each once: what comes out of rework was told when it went in. */
export const totalOf = (sums: Sums): bigint =>
  sums.good +
  sums.scrap +
  sums.rework +
  sums.held -
  (sums.reworkGood + sums.reworkScrap + sums.reworkAgain + sums.reworkHeld);

/**
 * What was reported at each line in the last day, by the minute in which it was true, and on each
 * open run. A correction counts in the minute and at the line of its report, as if it had been
 * reported so. Facts add to it as they are stated; after a start, or a commit that failed, it is
 * read again from the store, at most `readMax` facts back.
 */
export function openCounts({ book, newest, nowMs }: Parts) {
  const lines = new Map<string, Map<number, ByUnit>>();
  const runs = new Map<string, Run>();
  let isStale = true;
  let sinceMs = 0;

  const homeOf = (line: string, first: Content): string =>
    book.lineOf(first.order!, first.eventId) ?? line;

  function addAt(line: string, atMs: number, unit: string, more: Sums): void {
    const minutes = lines.get(line) ?? new Map<number, ByUnit>();
    lines.set(line, minutes);
    const minute = Math.floor(atMs / minuteMs);
    const known = minutes.get(minute) ?? new Map<string, Sums>();
    minutes.set(minute, known);
    const sums = known.get(unit) ?? nothing();
    known.set(unit, sums);
    add(sums, more);
    if (minutes.size > minutesMax) minutes.delete(minutes.keys().next().value!);
  }

  function count(line: string, effect: Effect): void {
    const { fact, origin } = effect;
    if (!('good' in fact.body)) return;
    const first = origin ?? fact;
    const home = homeOf(line, first);
    addAt(home, first.atMs, fact.body.unit, amounts([effect]));
  }

  function countOnRun(line: string, effect: Effect): void {
    const first = effect.origin;
    if (first === undefined) return;
    const run = runs.get(keyOf(homeOf(line, first), first.body.run));
    if (run && first.atMs >= run.startedMs) add(run.sums, amounts([effect]));
  }

  /** The report that this one is or corrects, as far as it is known. */
  function originOf(fact: Content, depth = 0): Content<'QuantityReported'> | undefined {
    if (fact.type === 'QuantityReported') return fact;
    if (fact.type !== 'QuantityCorrected' || depth > 50) return undefined;
    const known = book.look('report', keyOf(fact.order!, fact.body.original))?.fact;
    return known && originOf(known, depth + 1);
  }

  /** What of this fact counts today, whatever befell it. */
  function effectOf(fact: Content): Effect | undefined {
    if (fact.type !== 'QuantityReported' && fact.type !== 'QuantityCorrected') return undefined;
    if (hasFlag(fact, 'late')) return undefined;
    const row = book.look('report', keyOf(fact.order!, fact.eventId));
    const counts = row ? row.state === 'counted' : fact.type === 'QuantityReported';
    return counts ? { fact, origin: originOf(fact), sign: 1 } : undefined;
  }

  function readAgain(): void {
    lines.clear();
    const oldestMs = nowMs() - backMs;
    let [read, lastMs] = [0, nowMs()];
    for (const { path, bytes } of newest(readMax)) {
      const fact = readContent(bytes);
      read += 1;
      if (!fact) continue;
      lastMs = fact.recordedMs;
      if (lastMs < oldestMs) break;
      const effect = effectOf(fact);
      if (effect) count(path, effect);
    }
    sinceMs = read < readMax ? 0 : lastMs;
    isStale = false;
  }

  function drop(minutes: Map<number, ByUnit>): void {
    const oldest = Math.floor((nowMs() - backMs) / minuteMs);
    for (const minute of minutes.keys()) if (minute < oldest) minutes.delete(minute);
  }

  function readRun(line: string, name: string): Run | undefined {
    const row = book.look('run', keyOf(line, name));
    if (!row) return undefined;
    const run: Run = { startedMs: row.startedMs, sums: nothing() };
    for (const [, { fact }] of book.look('reports', row.order)?.since(row.startedMs - earlyMs) ??
      []) {
      const effect = fact && effectOf(fact);
      const first = effect?.origin;
      if (!first || first.body.run !== name || first.atMs < row.startedMs) continue;
      if (homeOf(line, first) === line) add(run.sums, amounts([effect]));
    }
    return run;
  }

  return {
    note(line: string, _fact: Content, effects: readonly Effect[]): void {
      if (isStale) return;
      for (const effect of effects) {
        count(line, effect);
        countOnRun(line, effect);
      }
    },

    /** Everything is read again from the store. */
    clear(): void {
      isStale = true;
      runs.clear();
    },

    /** Since when all is counted, Unix ms; 0 if nothing is left out. */
    sinceMs: () => sinceMs,

    /** The sums between two times in parts of `stepMs`, by unit; whole minutes count. */
    parts(line: string, fromMs: number, untilMs: number, stepMs: number): ByUnit[] {
      if (isStale) readAgain();
      const count = Math.max(0, Math.ceil((untilMs - fromMs) / stepMs));
      const parts = Array.from({ length: count }, (): ByUnit => new Map());
      const minutes = lines.get(line);
      if (!minutes) return parts;
      drop(minutes);
      for (const [minute, units] of minutes) {
        const part = parts[Math.floor((minute * minuteMs - fromMs) / stepMs)];
        for (const [unit, more] of part ? units : []) {
          const sums = part!.get(unit) ?? nothing();
          part!.set(unit, sums);
          add(sums, more);
        }
      }
      return parts;
    },

    /** What was reported on an open run. */
    ofRun(line: string, name: string, startedMs: number): Sums {
      if (isStale) readAgain();
      const key = keyOf(line, name);
      const known = runs.get(key);
      if (known?.startedMs === startedMs) return known.sums;
      const run = readRun(line, name) ?? { startedMs, sums: nothing() };
      if (runs.size >= runsMax) runs.delete(runs.keys().next().value!);
      runs.set(key, run);
      return run.sums;
    },
  };
}

export const isEmpty = (sums: Sums): boolean => Object.values(sums).every((sum) => sum === zero);
