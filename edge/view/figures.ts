import type { Calendar } from '../../shared/calendar.ts';
import { oeeOf } from '../../shared/oee.ts';
import { quantity, quantityText, zero } from '../../shared/quantity.ts';
import { percent } from '../../shared/ratio.ts';
import { producedOf } from '../../statecharts/tally.ts';
import { type Counted, isEmpty, minuteMs, type Sums } from './counts.ts';
import type { LineSeen } from './seen.ts';
import type { Spent } from './timeline.ts';

const hourMs = 3_600_000;
/** Most hours that are told one by one. */
export const hoursMax = 24;

type Parts = Readonly<{
  line: string;
  counts: Counted;
  seen: LineSeen;
  /** What people called the shift when they began it, where no calendar says. */
  shift: string | undefined;
  calendar: Calendar | undefined;
  /** Pieces an hour at the ideal rate, as a decimal text. */
  idealPerHour: string | undefined;
  nowMs: number;
}>;
/** What is told of: a shift as far as it has gone, or the last day where nobody knows of shifts. */
type Window = Readonly<{ shift: string | null; fromMs: number; plannedMs: number | null }>;
export type Figures = ReturnType<typeof figuresOf>;

/** Whole minutes and at most a day; a shift that began earlier is told of its last day. */
function windowOf({ calendar, seen, shift, nowMs }: Parts): Window {
  const oldestMs = (Math.floor(nowMs / minuteMs) + 1) * minuteMs - hoursMax * hourMs;
  const span = calendar?.shiftAt(nowMs);
  const begunMs = span?.fromMs ?? (calendar ? undefined : seen.shiftMs());
  if (begunMs === undefined || begunMs > nowMs) {
    return { shift: null, fromMs: oldestMs, plannedMs: null };
  }
  const fromMs = Math.max(oldestMs, Math.floor(begunMs / minuteMs) * minuteMs);
  return {
    shift: span?.shift ?? shift ?? null,
    fromMs,
    plannedMs: nowMs - Math.max(fromMs, begunMs),
  };
}

/** A unit of the last hour that has pieces, and all others: quantities of two units are no sum. */
function unitsOf(parts: readonly ReadonlyMap<string, Sums>[]) {
  const units = parts.map((part) =>
    [...part].flatMap(([unit, sums]) => (isEmpty(sums) ? [] : [unit])),
  );
  const unit = units.findLast((all) => all.length > 0)?.sort()[0] ?? null;
  return { unit, otherUnits: [...new Set(units.flat())].filter((other) => other !== unit).sort() };
}

function sumOf(parts: readonly (Sums | undefined)[]) {
  const sums = { good: zero, scrap: zero, rework: zero, held: zero, reworkGood: zero, total: zero };
  for (const part of parts) {
    if (!part) continue;
    for (const name of ['good', 'scrap', 'rework', 'held', 'reworkGood'] as const) {
      sums[name] += part[name];
    }
    sums.total += producedOf(part);
  }
  return sums;
}

/**
 * What the shift has made, hour by hour, and its OEE in the terms of ISO 22400-2. Quantities are
 * decimal texts, shares percent with one decimal; null is what nobody knows.
 *
 * A piece is counted once: what comes out of rework was reported when it went in. So `quality` is
 * that of the first pass, and `basis.good` good pieces of the first pass.
 */
export function figuresOf(parts: Parts) {
  const { line, counts, seen, idealPerHour, nowMs } = parts;
  const { shift, fromMs, plannedMs } = windowOf(parts);
  const byHour = counts.parts(line, fromMs, nowMs, hourMs);
  const { unit, otherUnits } = unitsOf(byHour);
  const hours = byHour.map((part) => (unit === null ? undefined : part.get(unit)));
  const sums = sumOf(hours);
  const spent = seen.timeline.spent(fromMs, nowMs, hourMs);
  const times = sumTimes(spent);
  const knownMs = Math.max(seen.timeline.knownMs(), counts.sinceMs());
  const first = sums.good - sums.reworkGood;
  const ideal = idealPerHour === undefined ? undefined : quantity(idealPerHour, 'idealPerHour');
  const basis = { plannedMs, ...times, good: first, total: sums.total, ideal };
  return {
    ...{ shift, fromMs, unit, otherUnits },
    ...{ good: quantityText(sums.good), scrap: quantityText(sums.scrap) },
    ...{ rework: quantityText(sums.rework), held: quantityText(sums.held) },
    yieldPercent: percent(first, sums.total),
    incompleteBeforeMs: knownMs > fromMs ? knownMs : null,
    hours: hours.map((hour, index) => ({
      fromMs: fromMs + index * hourMs,
      good: quantityText(hour?.good ?? zero),
      scrap: quantityText(hour?.scrap ?? zero),
      target: idealPerHour ?? null,
      stoppedMs: spent[index]!.stopMs,
    })),
    oee: shownOee(basis, idealPerHour),
  };
}

const sumTimes = (spent: readonly Spent[]): Spent => ({
  runMs: spent.reduce((sum, { runMs }) => sum + runMs, 0),
  stopMs: spent.reduce((sum, { stopMs }) => sum + stopMs, 0),
});

type Basis = Readonly<{
  plannedMs: number | null;
  runMs: number;
  stopMs: number;
  good: bigint;
  total: bigint;
  ideal: bigint | undefined;
}>;

function shownOee(basis: Basis, idealPerHour: string | undefined) {
  const { plannedMs, runMs, stopMs, good, total, ideal } = basis;
  const wholeMs = (ms: number): bigint => BigInt(Math.round(ms));
  return {
    ...oeeOf({
      ...{ good, total, runMs: wholeMs(runMs) },
      plannedMs: plannedMs === null ? null : wholeMs(plannedMs),
      idealMs: ideal === undefined ? undefined : { over: total * BigInt(hourMs), under: ideal },
    }),
    basis: {
      ...{ plannedMs, runMs, stopMs },
      ...{ good: quantityText(good), total: quantityText(total) },
      idealPerHour: idealPerHour ?? null,
    },
  };
}
