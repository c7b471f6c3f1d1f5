import { readContent } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';
import { zero } from '../../shared/quantity.ts';
import { chainMax, type Effect, originOf, rowsOf } from '../../statecharts/correction.ts';
import { hasFlag, keyOf } from '../../statecharts/tables.ts';
import { amounts } from '../../statecharts/tally.ts';
import type { Book } from '../line/book.ts';
import type { Facts } from './facts.ts';
import { backMs } from './timeline.ts';

/** Quantities are kept by the minute, so that any shift and any hour can be summed, ms. */
export const minuteMs = 60_000;
/** Most facts that are read again, the newest, when the figures begin anew. */
const readMax = 200_000;
/** Most facts of its line that are read again to count an open run. */
const runReadMax = 50_000;
/** Most minutes of a line that are kept, and runs of which the counts are. */
const minutesMax = 4_000;
const runsMax = 500;

export type Sums = ReturnType<typeof amounts>;
type ByUnit = Map<string, Sums>;
/** `sums` is undefined where the run began longer ago than is read. */
type Run = Readonly<{ startedMs: number; sums: Sums | undefined }>;
type Parts = {
  book: Pick<Book, 'look' | 'lineOf' | 'standing'>;
  facts: Pick<Facts, 'newest' | 'newestOf'>;
  nowMs: () => number;
  /** Most facts that are read again; `readMax` if not said. */
  most?: number;
};
export type Counted = ReturnType<typeof openCounts>;

const nothing = (): Sums => amounts([]);

function add(sums: Sums, more: Sums): void {
  for (const name of Object.keys(more) as (keyof Sums)[]) sums[name] += more[name];
}

/**
 * What was reported at each line in the last day, by the minute in which it was true, and on each
 * open run. A correction counts in the minute and at the line of its report, as if it had been
 * reported so. Facts add to it as they are stated; after a start, or a commit that failed, it is
 * read again from the store, at most `readMax` facts back.
 */
export function openCounts({ book, facts, nowMs, most = readMax }: Parts) {
  const lines = new Map<string, Map<number, ByUnit>>();
  const runs = new Map<string, Run>();
  let isStale = true;
  let sinceMs = 0;

  /** The line of the first report; `fact` is stated at `line`. */
  const homeOf = (line: string, fact: Content, first: Content): string =>
    first.eventId === fact.eventId ? line : (book.lineOf(first.order!, first.eventId) ?? line);

  const oldestMinute = (): number => Math.floor((nowMs() - backMs) / minuteMs);

  function addAt(line: string, atMs: number, unit: string, more: Sums): void {
    const minute = Math.floor(atMs / minuteMs);
    if (minute < oldestMinute()) return;
    const minutes = lines.get(line) ?? new Map<number, ByUnit>();
    lines.set(line, minutes);
    const known = minutes.get(minute) ?? new Map<string, Sums>();
    minutes.set(minute, known);
    const sums = known.get(unit) ?? nothing();
    known.set(unit, sums);
    add(sums, more);
    if (minutes.size > minutesMax) minutes.delete(minutes.keys().next().value!);
  }

  function count(line: string, stated: Content, effect: Effect): void {
    const { fact, origin } = effect;
    if (!('good' in fact.body)) return;
    const first = origin ?? fact;
    addAt(homeOf(line, stated, first), first.atMs, fact.body.unit, amounts([effect]));
  }

  function countOnRun(line: string, stated: Content, effect: Effect): void {
    const first = effect.origin;
    if (first === undefined || runs.size === 0) return;
    const key = keyOf(homeOf(line, stated, first), first.body.run);
    // What a correction corrects may have been reported on an earlier run of the same name.
    if (first.eventId !== stated.eventId) runs.delete(key);
    const run = runs.get(key);
    if (run?.sums && first.atMs >= run.startedMs) add(run.sums, amounts([effect]));
  }

  const isCounted = ({ order, eventId }: Content): boolean =>
    (book.standing(order!, eventId) ?? 'counted') === 'counted';

  /** What of this fact counts today, whatever befell it. */
  function effectOf(fact: Content): Effect | undefined {
    if (fact.type !== 'QuantityReported' && fact.type !== 'QuantityCorrected') return undefined;
    if (hasFlag(fact, 'late') || !isCounted(fact)) return undefined;
    return { fact, origin: originOf(rowsOf(book.look, fact.order!), fact), sign: 1 };
  }

  /** What counts in a report's place today: itself, or the last correction of it. */
  function insteadOf(report: Content<'QuantityReported'>): Effect | undefined {
    const rowOf = rowsOf(book.look, report.order!);
    let fact: Content = report;
    for (let depth = 0; depth < chainMax && !isCounted(fact); depth++) {
      const by: string | undefined = rowOf(fact.eventId)?.by;
      const next: Content | undefined = by === undefined ? undefined : rowOf(by)?.fact;
      if (next?.type !== 'QuantityCorrected') return undefined;
      fact = next;
    }
    return { fact: fact as Content<'QuantityCorrected'>, origin: report, sign: 1 };
  }

  function readAgain(): void {
    lines.clear();
    const oldestMs = nowMs() - backMs;
    let [read, lastMs] = [0, nowMs()];
    for (const { path, bytes } of facts.newest(most)) {
      const fact = readContent(bytes);
      read += 1;
      if (!fact) continue;
      lastMs = fact.recordedMs;
      if (lastMs < oldestMs) break;
      const effect = effectOf(fact);
      if (effect) count(path, fact, effect);
    }
    sinceMs = read < most ? 0 : lastMs;
    isStale = false;
  }

  function drop(minutes: Map<number, ByUnit>): void {
    const oldest = oldestMinute();
    for (const minute of minutes.keys()) if (minute < oldest) minutes.delete(minute);
  }

  /** Goes back through the line's facts to the one that began the run. */
  function readRun(line: string, name: string, startedMs: number): Run {
    const sums = nothing();
    for (const { bytes } of facts.newestOf(line, Math.min(most, runReadMax))) {
      const fact = readContent(bytes);
      if (!fact || !('run' in fact.body) || fact.body.run !== name) continue;
      if (fact.type === 'PhaseStarted') return { startedMs, sums };
      if (fact.type !== 'QuantityReported' || hasFlag(fact, 'late')) continue;
      const effect = fact.atMs < startedMs ? undefined : insteadOf(fact);
      if (effect) add(sums, amounts([effect]));
    }
    return { startedMs, sums: undefined };
  }

  return {
    note(line: string, fact: Content, effects: readonly Effect[]): void {
      if (isStale) return;
      for (const effect of effects) {
        count(line, fact, effect);
        countOnRun(line, fact, effect);
      }
    },

    /** Reads what is stored, if that has not been done since it was last told to. */
    ready(): void {
      if (isStale) readAgain();
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

    /** What was reported on an open run; undefined where it began longer ago than is read. */
    ofRun(line: string, name: string, startedMs: number): Sums | undefined {
      if (isStale) readAgain();
      const key = keyOf(line, name);
      const known = runs.get(key);
      if (known?.startedMs === startedMs) return known.sums;
      const run = readRun(line, name, startedMs);
      if (runs.size >= runsMax) runs.delete(runs.keys().next().value!);
      runs.set(key, run);
      return run.sums;
    },
  };
}

export const isEmpty = (sums: Sums): boolean => Object.values(sums).every((sum) => sum === zero);
