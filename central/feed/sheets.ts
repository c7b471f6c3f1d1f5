import { type CalendarConfig, openCalendar } from '../../shared/calendar.ts';
import { type FeedFact, isoTime } from '../../shared/feed/message.ts';
import { type Mask, openMask } from '../../shared/feed/people.ts';
import type { Book, Row } from './book.ts';
import type { FeedConfig } from './config.ts';
import { ageS } from './metrics.ts';
import type { ReaderSeen } from './readers.ts';
import { toldOf } from './teller.ts';

/** Facts of the ledger that are looked through for one page: some 30 ms. */
export const lookedMax = 500;
/** Stored bytes on one page, so that it fits into an answer on NATS; one fact always does. */
const bytesMax = 256 * 1024;
/** A fact is looked for from so long before its day on: further ahead no clock is believed, ms. */
const aheadMaxMs = 2 * 86_400_000;

export type Asked = Readonly<{
  /** Production day, like "2026-11-29"; all days if absent. */
  day?: string;
  /** Of facts that were stated without a production day. */
  calendar: CalendarConfig;
  /** Position behind which the page begins. */
  after?: number;
  /** Position of the last fact that is looked at. */
  upTo?: number;
}>;
/** Facts as the feed tells them; `next` is null at the end, else where the next page begins. */
export type Sheet = Readonly<{ facts: readonly FeedFact[]; next: number | null; upTo: number }>;

/**
 * The production day of a fact: as the edge has stated it, else by a calendar and when it was true;
 * when it came, if its clock has gone wild.
 */
export function dayOf(fact: FeedFact, calendar: ReturnType<typeof openCalendar>): string {
  const { productionDay, atMs, receivedMs } = fact;
  const ms = isoTime(atMs) === undefined ? receivedMs : atMs;
  return productionDay ?? calendar.placeOf(ms).productionDay;
}

type Parts = {
  book: Book;
  feed?: FeedConfig | undefined;
  /** Readers as they were last seen; nobody looks where there is no feed. */
  readersSeen?: () => readonly ReaderSeen[];
  nowMs: () => number;
};

/** What the feed tells, from the ledger itself: with or without a feed, people hidden as there. */
export function openSheets({ book, feed, readersSeen = () => [], nowMs }: Parts) {
  let mask: Mask | undefined;
  const masked = (): Mask | undefined => {
    if (feed?.people === 'stated') return undefined;
    mask ??= openMask(book.pepper());
    return mask;
  };
  const fitting = (rows: readonly Row[]): Row[] => {
    let bytes = 0;
    return rows.filter((row, at) => {
      bytes += row.bytes.length;
      return at === 0 || bytes <= bytesMax;
    });
  };

  return {
    /** How far the feed is, and its readers; ages in seconds. */
    standing() {
      const { position, streamSequence } = book.cursor();
      const last = book.last();
      const { facts: behind, sinceMs } = book.untold();
      const now = nowMs();
      const state = feed === undefined ? ('off' as const) : ('on' as const);
      const age = { behindS: ageS(sinceMs, now) };
      const readers = readersSeen().map(({ sinceMs: since, ...seen }) => {
        return { ...seen, behindS: ageS(since, now) };
      });
      const rules = feed && { people: feed.people, keepDays: feed.keepDays, readers };
      return { state, position, last, behind, ...age, streamSequence, ...rules };
    },

    /** One page, of what is in the ledger now or was up to `upTo`. */
    facts({ day, calendar: given, after, upTo = book.last() }: Asked): Sheet {
      const calendar = openCalendar(given);
      const dayMs = day === undefined ? 0 : Date.parse(`${day}T00:00:00Z`);
      const from = after ?? (day === undefined ? 0 : book.since(dayMs - aheadMaxMs));
      const rows = fitting(book.page(from, lookedMax)).filter(({ position }) => position <= upTo);
      const facts = rows.flatMap((row) => {
        const told = toldOf(row, book, masked())?.data;
        return told && (day === undefined || dayOf(told, calendar) === day) ? [told] : [];
      });
      const last = rows.at(-1)?.position;
      return { facts, next: last === undefined || last >= upTo ? null : last, upTo };
    },
  };
}
