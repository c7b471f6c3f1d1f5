import { Temporal } from 'temporal-polyfill';
import { Fault } from './fault.ts';
import {
  type Field,
  type Fields,
  fallback,
  id,
  invalid,
  list,
  optional,
  type Read,
  readFields,
  record,
} from './field.ts';

/** A zone's name in its one spelling; an offset such as "+01:00" has no rules and is refused. */
const zone = (doc: string): Field<string> => ({
  doc,
  read(value, name) {
    const limit = 'must be a time zone like Europe/Paris';
    if (typeof value !== 'string' || !/^[a-z][\w+/-]{0,59}$/i.test(value)) {
      throw invalid(name, limit);
    }
    try {
      return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(value).timeZoneId;
    } catch (cause) {
      throw new Fault('INVALID', `${name}: ${limit}`, { cause });
    }
  },
});

const wall = (doc: string): Field<string> => ({
  doc,
  read(value, name) {
    if (typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return value;
    throw invalid(name, 'must be a local time from 00:00 to 23:59, like 06:00');
  },
});

const shiftFields = {
  shift: id('Name of the shift.'),
  start: wall('Local time of its start.'),
  end: wall('Local time of its end; the start again means a whole day.'),
} satisfies Fields;
type Shift = Read<typeof shiftFields>;

const dayMinutes = 24 * 60;
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
/** Minutes from one wall time on to the next time the clock shows the other; 0 if they are one. */
const minutesUntil = (from: string, to: string): number =>
  (minutesOf(to) - minutesOf(from) + dayMinutes) % dayMinutes;
const byStart = (shifts: readonly Shift[]): Shift[] =>
  shifts.toSorted((a, b) => minutesOf(a.start) - minutesOf(b.start));

/** Shifts of which no two overlap on a day of 24 hours; they may leave gaps. */
const apart = (field: Field<readonly Shift[]>): Field<readonly Shift[]> => ({
  ...field,
  read(value, name) {
    const shifts = field.read(value, name);
    const sorted = byStart(shifts);
    for (const [index, { shift, start, end }] of sorted.entries()) {
      const next = sorted[(index + 1) % sorted.length]!;
      const length = minutesUntil(start, end) || dayMinutes;
      if (sorted.length > 1 && length > minutesUntil(start, next.start)) {
        throw invalid(name, `${shift} and ${next.shift} overlap`);
      }
    }
    return shifts;
  },
});

export const calendarFields = {
  timeZone: zone('IANA time zone of the plant, e.g. "Europe/Paris".'),
  dayStart: fallback(wall('Local time at which a production day begins.'), '00:00'),
  shifts: fallback(
    apart(list(record('A shift; may pass midnight, must not overlap.', shiftFields), 12)),
    [],
  ),
} satisfies Fields;
export type CalendarConfig = Read<typeof calendarFields>;
/** What may be absent where a calendar is: a plant without one. */
export const calendarField = optional(record('Production days and shifts.', calendarFields));

/** Throws Fault INVALID naming every bad field: an unknown zone, shifts that overlap, a typo. */
export const readCalendar = (given: unknown, name: string): CalendarConfig =>
  readFields(calendarFields, given, name);

/** Production day, like "2012-03-30", and shift of an instant; no shift between two. */
export type Place = Readonly<{ productionDay: string; shift?: string }>;
/** One shift of one day. */
export type Span = Readonly<{ shift: string; fromMs: number; untilMs: number }>;
/** A place from its first instant to the first one of the next. */
export type Stretch = Readonly<{ fromMs: number; untilMs: number; place: Place }>;

const utcDayMs = 86_400_000;
/** UTC days whose stretches are kept: a log of more than a year, in any order, finds its own. */
const daysKept = 512;
/** Days whose boundaries a UTC day may touch; two back, for a day skipped at the date line. */
const nearDays = [-2, -1, 0, 1, 2];
const local = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?$/;
const localLimit =
  'must be a local time like 2012-10-28T02:30, seconds and up to 3 decimals optional, no offset';

/** A wall time as it is written; whether it exists on that day, only a plant's calendar knows. */
export const localTime = (doc: string): Field<string> => ({
  doc: `${doc} Local time without offset, like 2012-10-28T02:30; the day must exist.`,
  schema: { type: 'string', pattern: local.source },
  read(value, name) {
    plainOf(value, name);
    return value as string;
  },
});

export type Calendar = ReturnType<typeof openCalendar>;

/**
 * The plant's calendar: the one place where a production day and a shift are derived. A boundary
 * belongs to the new day and the new shift; what spans one is attributed by its own instant, a
 * report by its end. A shift is as long as the clock makes it: 7 or 9 hours when clocks change.
 *
 * A boundary that the clocks leap over comes as much later as they leap (02:30 at 03:30), one that
 * they show twice comes the first time. Should two shifts meet in such a leap, the one that starts
 * later by the wall clock has the time.
 */
export function openCalendar({ timeZone, dayStart, shifts }: CalendarConfig) {
  const inOrder = byStart(shifts);
  const kept = new Map<number, readonly Stretch[]>();
  let last: Span | undefined; // that was asked for

  const at = (day: Temporal.PlainDate, time: string): number =>
    day.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds;

  /** The shifts that start on a day. */
  const spansOf = (day: Temporal.PlainDate): Span[] =>
    inOrder.map(({ shift, start, end }) => {
      const last = minutesOf(end) <= minutesOf(start) ? day.add({ days: 1 }) : day;
      return { shift, fromMs: at(day, start), untilMs: at(last, end) };
    });

  /** The stretches that a UTC day has a part of, first to last. */
  function stretchesOf(utcDay: number): readonly Stretch[] {
    const dayMs = utcDay * utcDayMs;
    const instant = Temporal.Instant.fromEpochMilliseconds(dayMs);
    const date = instant.toZonedDateTimeISO(timeZone).toPlainDate();
    const near = nearDays.map((days) => date.add({ days }));
    const days = near.map((day) => ({ day: day.toString(), fromMs: at(day, dayStart) }));
    const spans = near.flatMap(spansOf);
    const placeAt = (atMs: number): Place => {
      const { day } = days.findLast((each) => each.fromMs <= atMs)!;
      const span = spans.findLast((each) => each.fromMs <= atMs && atMs < each.untilMs);
      return Object.freeze({ productionDay: day, ...(span ? { shift: span.shift } : {}) });
    };
    const edges = [...days, ...spans].map((each) => each.fromMs);
    const all = [...edges, ...spans.map(({ untilMs }) => untilMs)];
    const sorted = [...new Set(all)].sort((a, b) => a - b);
    return sorted.flatMap((fromMs, index) => {
      const untilMs = sorted[index + 1];
      const isNear = untilMs !== undefined && untilMs > dayMs && fromMs < dayMs + utcDayMs;
      return isNear ? [{ fromMs, untilMs, place: placeAt(fromMs) }] : [];
    });
  }

  function remember(utcDay: number): readonly Stretch[] {
    const stretches = stretchesOf(utcDay);
    if (kept.size >= daysKept) kept.delete(kept.keys().next().value!);
    kept.set(utcDay, stretches);
    return stretches;
  }

  function stretchAt(atMs: number): Stretch {
    const utcDay = Math.floor(atMs / utcDayMs);
    const stretches = kept.get(utcDay) ?? remember(utcDay);
    return stretches.findLast(({ fromMs }) => fromMs <= atMs)!;
  }

  return {
    /** Of a whole number of ms. The same for one config, whatever was asked before. */
    placeOf: (atMs: number): Place => stretchAt(atMs).place,
    /** The same, with its first instant and the first one behind it. */
    stretchAt,

    /** The shift that an instant belongs to, from its start to its end; undefined between two. */
    shiftAt(atMs: number): Span | undefined {
      if (last && last.fromMs <= atMs && atMs < last.untilMs) return last;
      const instant = Temporal.Instant.fromEpochMilliseconds(atMs);
      const date = instant.toZonedDateTimeISO(timeZone).toPlainDate();
      const spans = nearDays.flatMap((days) => spansOf(date.add({ days })));
      last = spans.findLast(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
      return last;
    },

    /**
     * The instant of a local time like "2012-10-28T02:30", without offset. A time that stands twice
     * is the first of the two, and said to be ambiguous. Throws Fault INVALID for one that does not
     * exist on that day, and for any other spelling.
     */
    instantOf(given: string, name: string): { atMs: number; ambiguous: boolean } {
      const plain = plainOf(given, name);
      const first = plain.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
      const second = plain.toZonedDateTime(timeZone, { disambiguation: 'later' });
      if (!first.toPlainDateTime().equals(plain)) {
        throw invalid(name, `${given} does not exist in ${timeZone}`);
      }
      return { atMs: first.epochMilliseconds, ambiguous: !first.equals(second) };
    },
  };
}

function plainOf(given: unknown, name: string): Temporal.PlainDateTime {
  if (typeof given !== 'string' || !local.test(given)) throw invalid(name, localLimit);
  try {
    return Temporal.PlainDateTime.from(given);
  } catch (cause) {
    throw new Fault('INVALID', `${name}: ${given} is no day of the calendar`, { cause });
  }
}
