// Goal: central says how far the feed is behind its ledger, and each reader behind the feed, in
// facts and in time; also of a reader that has died.
// Method: a ledger whose facts came at times that the test sets, and a real hub with readers of all
// facts, of some, and of one whose place nobody has made.
import { AckPolicy } from '@nats-io/jetstream';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { feedFamilies } from '../central/feed/metrics.ts';
import { type ReaderSeen, watchReaders } from '../central/feed/readers.ts';
import { openSheets } from '../central/feed/sheets.ts';
import { systemClock } from '../shared/clock.ts';
import { metricsText } from '../shared/metrics.ts';
import { factStream } from '../shared/subject.ts';
import { history } from './helpers/facts.ts';
import {
  type Books,
  configOf,
  type Hubside,
  hubOfFile,
  openBooks,
  openHubside,
  reports,
  startTelling,
  toldAll,
} from './helpers/feedbox.ts';
import { waitFor } from './helpers/plantnet.ts';
import { scrape } from './helpers/prometheus.ts';

const hub = hubOfFile();
const [lyon, graz] = ['acme/lyon/turning/M01', 'acme/graz/packing/P1'];
const secondMs = 1_000;

/** Facts of both lines in turn, each of which came a second after the other. */
function openTimed() {
  const time = { nowMs: Date.UTC(2026, 0, 1) };
  const books = openBooks(undefined, () => time.nowMs);
  const logs = [lyon, graz].map((line) => history(line, reports(line, 20)));
  function take(from: number, upTo: number): void {
    for (let at = from; at <= upTo; at++) {
      for (const log of logs) {
        time.nowMs += secondMs;
        books.ledger.accept([{ segment: log.segment(at, at) }]);
      }
    }
  }
  return { time, books, take };
}

const familiesOf = (books: Books, nowMs: number, readers: readonly ReaderSeen[] = []) => {
  const parts = { book: books.book, readersSeen: () => readers, nowMs: () => nowMs };
  return scrape(metricsText(feedFamilies({ ...parts, feed: configOf() })));
};
const valuesOf = (samples: ReturnType<typeof scrape>) =>
  Object.fromEntries(
    samples.map(({ name, labels, value }) => [[name, ...Object.values(labels)].join(' '), value]),
  );

test('what is not told is counted, and as old as the oldest of it', async () => {
  const { time, books, take } = openTimed();
  const side = await openHubside(hub());
  const none = { feed_behind_facts: 0, feed_behind_seconds: 0 };
  expect(valuesOf(familiesOf(books, time.nowMs))).toEqual(none);
  take(1, 5);
  const telling = startTelling(side, books, { nowMs: () => time.nowMs });
  await toldAll(books);
  expect(valuesOf(familiesOf(books, time.nowMs + 9 * secondMs))).toEqual(none);
  await telling.stop();
  take(6, 8);
  // The first of six that were not told came five seconds before the last.
  expect(valuesOf(familiesOf(books, time.nowMs))).toEqual({
    feed_behind_facts: 6,
    feed_behind_seconds: 5,
  });
  const told = openSheets({ book: books.book, feed: configOf(), nowMs: () => time.nowMs });
  expect(told.standing()).toMatchObject({ position: 10, last: 16, behind: 6, behindS: 5 });
});

test('without a feed nothing is told of it', () => {
  const { time, books, take } = openTimed();
  take(1, 3);
  const parts = { book: books.book, readersSeen: () => [], nowMs: () => time.nowMs };
  expect(feedFamilies(parts)).toEqual([]);
});

/** Looks at the readers until the test ends; what was seen last, and every look. */
function watched(side: Hubside, consumers: readonly object[]) {
  const stop = new AbortController();
  const looks: (readonly ReaderSeen[])[] = [];
  const running = watchReaders({
    ...{ manager: side.manager, config: configOf({ consumers }), everyMs: 5 },
    seen: (readers) => void looks.push(readers),
    clock: systemClock,
    log: pino({ level: 'silent' }),
    signal: stop.signal,
  });
  const end = async () => {
    stop.abort();
    await running;
  };
  onTestFinished(end);
  /** The first look that began when this was called. */
  async function look(): Promise<readonly ReaderSeen[]> {
    const before = looks.length;
    await waitFor(() => looks.length > before + 1, 20_000, 'a look');
    return looks.at(-1)!;
  }
  return { look, end };
}

const readers = [
  { name: 'all' },
  { name: 'graz', subjects: ['hf.fact.acme.graz.*.*.*', 'hf.fact.acme.nowhere.*.*.*'] },
];

test('a reader is as far as the hub knows it to be, whether it lives or not', async () => {
  const { time, books, take } = openTimed();
  const side = await openHubside(hub());
  const beganMs = time.nowMs;
  const config = configOf({ consumers: readers });
  const telling = startTelling(side, books, { config, nowMs: () => time.nowMs });
  take(1, 4);
  telling.bell.ring();
  await toldAll(books);
  const { look, end } = watched(side, [...readers, { name: 'late' }]);
  // Its first fact came after a second; the first of Graz after two.
  expect(await look()).toEqual([
    { reader: 'all', behind: 8, sinceMs: beganMs + secondMs },
    { reader: 'graz', behind: 4, sinceMs: beganMs + 2 * secondMs },
  ]);
  const place = await side.stream.consumers.get(factStream, 'graz');
  for (let read = 0; read < 3; read++) (await place.next())!.ack();
  await place.next(); // handed out, and not acknowledged
  await waitFor(
    async () => (await place.info()).num_ack_pending === 1,
    20_000,
    'what was acknowledged to be known',
  );
  const [, seen] = await look();
  expect(seen).toEqual({ reader: 'graz', behind: 1, sinceMs: beganMs + 8 * secondMs });
  expect(valuesOf(familiesOf(books, time.nowMs + 4 * secondMs, [seen!]))).toMatchObject({
    'feed_reader_behind_facts graz': 1,
    'feed_reader_behind_seconds graz': 4,
  });
  const standing = openSheets({
    ...{ book: books.book, feed: config, readersSeen: () => [seen!] },
    nowMs: () => time.nowMs + 4 * secondMs,
  }).standing();
  expect(standing.readers).toEqual([{ reader: 'graz', behind: 1, behindS: 4 }]);
  await side.manager.streams.purge(factStream);
  expect(await look()).toContainEqual({ reader: 'all', behind: 0, sinceMs: null });
  await end();
});

test('a rare fact is as old as it is, and not as what lies before it', async () => {
  const { time, books, take } = openTimed();
  const side = await openHubside(hub());
  const consumers = [{ name: 'graz', subjects: ['hf.fact.acme.graz.*.*.*'] }];
  startTelling(side, books, { config: configOf({ consumers }), nowMs: () => time.nowMs });
  take(1, 1);
  await toldAll(books);
  const place = await side.stream.consumers.get(factStream, 'graz');
  (await place.next())!.ack();
  const own = history(lyon, reports(lyon, 20));
  for (let at = 2; at <= 10; at++) {
    time.nowMs += 3_600 * secondMs;
    books.ledger.accept([{ segment: own.segment(at, at) }]);
  }
  time.nowMs += secondMs;
  books.ledger.accept([{ segment: history(graz, reports(graz, 20)).segment(2, 2) }]);
  await toldAll(books);
  const { look } = watched(side, consumers);
  expect(await look()).toEqual([{ reader: 'graz', behind: 1, sinceMs: time.nowMs }]);
});

test('who is off duty says nothing, and a hub without the stream ends nobody', async () => {
  const side = await openHubside(hub());
  const looks: (readonly ReaderSeen[])[] = [];
  const stop = new AbortController();
  const running = watchReaders({
    ...{ manager: side.manager, config: configOf({ consumers: readers }), everyMs: 5 },
    seen: (seen) => void looks.push(seen),
    ...{ clock: systemClock, log: pino({ level: 'silent' }), signal: stop.signal },
  });
  await waitFor(() => looks.length > 1, 20_000, 'looks');
  expect(looks.at(-1)).toEqual([]);
  await side.manager.streams.add({ name: factStream, subjects: ['hf.fact.>'] });
  await side.manager.consumers.add(factStream, {
    ...{ durable_name: 'all', ack_policy: AckPolicy.Explicit },
  });
  await waitFor(() => looks.at(-1)?.length === 1, 20_000, 'a reader');
  stop.abort();
  await running;
  expect(looks.at(-1)).toEqual([]);
});
