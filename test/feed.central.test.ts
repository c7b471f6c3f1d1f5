// Goal: everybody is told each fact of the ledger once and in order, whatever dies in between.
// Method: a real hub; publishing that fails before or after the server has stored, a cursor that is
// not moved, streams and ledgers that were restored or are new.
import { describe, expect, test } from 'vitest';
import { encodeContent } from '../shared/codec.ts';
import { openMask } from '../shared/feed/people.ts';
import { factStream } from '../shared/subject.ts';
import { content, history } from './helpers/facts.ts';
import {
  configOf,
  fill,
  type Hubside,
  hubOfFile,
  isWhole,
  lines,
  openBooks,
  openHubside,
  perLine,
  reports,
  startTelling,
  toldAll,
} from './helpers/feedbox.ts';
import { waitFor } from './helpers/plantnet.ts';
import { random, seeds } from './helpers/random.ts';

const hub = hubOfFile();

test('facts are told in order, those that come later too, and the cursor follows', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  fill(books, 1, 10);
  const telling = startTelling(side, books);
  await toldAll(books);
  fill(books, 11, 20);
  telling.bell.ring();
  await toldAll(books);
  await isWhole(side, books);
  expect(books.book.cursor()).toEqual({ position: 60, streamSequence: 60 });
  const subject = 'hf.fact.acme.graz.packing.P=201.QuantityReported';
  const last = await side.manager.direct.getMessage(factStream, { last_by_subj: subject });
  expect(last?.header.get('ce-source')).toBe('/holdfast/acme/graz/packing/P%201');
});

/** A server that at random does not hear, or is not heard; and a central that dies on the way. */
function lossy(side: Hubside, seed: number): Hubside['stream']['publish'] {
  const { chance, below } = random(seed);
  let left = below(150);
  return async (...asked) => {
    if (left-- <= 0 || chance(0.02)) throw new Error('never arrived');
    const answer = await side.stream.publish(...asked);
    if (chance(0.02)) throw new Error('the answer was lost');
    return answer;
  };
}

describe.each(seeds(2))('killed again and again (SEED=%i)', (seed) => {
  test('nothing is told twice, left out or out of order', async () => {
    const side = await openHubside(hub());
    const books = openBooks();
    const { chance, below } = random(seed);
    for (let life = 1; life <= 12; life++) {
      fill(books, 1, Math.ceil((life * perLine) / 12));
      const { book } = books;
      const frozen = chance(0.5); // it dies before its cursor is on disk
      const own = frozen ? { ...book, move: () => undefined } : book;
      const telling = startTelling(side, { book: own }, { publish: lossy(side, seed + life) });
      await new Promise((resolve) => setTimeout(resolve, below(30)));
      await telling.stop();
    }
    startTelling(side, books);
    await toldAll(books);
    await isWhole(side, books);
  });
});

test('a cursor that was never moved is where the feed is, once somebody looks', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  fill(books, 1, 14);
  const { book } = books;
  const dies = startTelling(side, { book: { ...book, move: () => undefined } });
  const messages = () =>
    side.state().then(
      (state) => state.messages,
      () => 0,
    );
  await waitFor(async () => (await messages()) === 42, 30_000, 'all to be told');
  await dies.stop();
  expect(book.cursor().position).toBe(0);
  startTelling(side, books);
  await toldAll(books);
  await isWhole(side, books);
});

test('a hub that has lost the end of the feed is told it again, from there', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  fill(books, 1, 20);
  let telling = startTelling(side, books);
  await toldAll(books);
  await telling.stop();
  const { streamSequence, position } = books.book.cursor();
  const further = { position: position + 30, streamSequence: streamSequence + 30 };
  books.book.move({ position, streamSequence }, further); // once told
  fill(books, 21, 40);
  telling = startTelling(side, books);
  await toldAll(books);
  await isWhole(side, books);
});

test('a restored ledger tells nothing twice, though its positions are others', async () => {
  const side = await openHubside(hub());
  const first = openBooks();
  fill(first);
  const telling = startTelling(side, first);
  await toldAll(first);
  await telling.stop();
  const again = openBooks();
  for (const line of [...lines].reverse()) {
    again.ledger.accept([{ segment: history(line, reports(line, perLine + 5)).segment(1, 45) }]);
  }
  startTelling(side, again);
  await toldAll(again);
  const told = await side.told();
  expect(told).toHaveLength(lines.length * (perLine + 5));
  expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(told.length);
  for (const line of lines) {
    const own = told.filter((fact) => fact.line === line).map(({ sequence }) => sequence);
    expect(own).toEqual(own.map((_, at) => at + 1));
  }
});

test('a new feed begins with the days that it keeps, and not with the whole history', async () => {
  const side = await openHubside(hub());
  const dayMs = 86_400_000;
  let nowMs = Date.UTC(2026, 0, 1);
  const books = openBooks(undefined, () => nowMs);
  fill(books, 1, 7);
  nowMs += 40 * dayMs;
  fill(books, 8, 14);
  startTelling(side, books, { nowMs: () => nowMs + dayMs, config: configOf({ keepDays: 30 }) });
  await toldAll(books);
  const told = await side.told();
  expect(told.map(({ position }) => position)).toEqual(
    Array.from({ length: 21 }, (_, at) => at + 22),
  );
});

test('what was purged is not told again, and a stream that was deleted is made anew', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  fill(books, 1, 7);
  const telling = startTelling(side, books);
  await toldAll(books);
  await telling.stop();
  await side.manager.streams.purge(factStream);
  fill(books, 8, 14);
  const second = startTelling(side, books);
  await toldAll(books);
  expect((await side.told()).map(({ sequence }) => sequence)).not.toContain(7);
  expect(await side.told()).toHaveLength(21);
  await side.manager.streams.delete(factStream);
  fill(books, 15, 21);
  second.bell.ring();
  await toldAll(books);
  await isWhole(side, books);
});

/** The same facts once more in a new epoch, with one that no program here knows, and a conflict. */
test('a repeat in a new epoch is told once, a foreign fact too, and a conflict never', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  const [line] = lines as [string];
  const told = reports(line, 2);
  books.ledger.accept([{ segment: history(line, told).segment(1, 2) }]);
  books.ledger.begin(line, 2, () => undefined);
  const other = { ...told[1]!, actor: 'person:9' };
  const unknown = content('unknown', 'RobotDanced' as never, { steps: 3 } as never);
  const more = [told[1]!, other, unknown, ...reports(line, 3).slice(2)];
  const log = history(line, more, 2);
  expect(encodeContent(unknown).length).toBeGreaterThan(0);
  books.ledger.accept([{ segment: log.segment(1, more.length) }]);
  startTelling(side, books, { mask: openMask(books.book.pepper()) });
  await toldAll(books);
  const all = await side.told();
  expect(all.map(({ type, epoch, sequence }) => [type, epoch, sequence])).toEqual([
    ['QuantityReported', 1, 1],
    ['QuantityReported', 1, 2],
    ['RobotDanced', 2, 3],
    ['QuantityReported', 2, 4],
  ]);
  expect(JSON.stringify(all)).not.toContain('4445');
  expect(books.book.pepper()).toEqual(books.book.pepper());
});

test('limits of the config are those of the stream, also when they change', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  fill(books, 1, 7);
  const consumers = [{ name: 'qms', subjects: ['hf.fact.acme.lyon.*.*.*'], inFlightMax: 5 }];
  let telling = startTelling(side, books, { config: configOf({ keepDays: 2, consumers }) });
  await toldAll(books);
  await telling.stop();
  const config = configOf({ keepDays: 3, consumers: [{ ...consumers[0], inFlightMax: 6 }] });
  telling = startTelling(side, books, { config });
  fill(books, 8, 14);
  await toldAll(books);
  const info = await side.manager.streams.info(factStream);
  expect(info.config).toMatchObject({ max_age: 3 * 86_400e9, discard: 'old', deny_delete: true });
  const consumer = await side.manager.consumers.info(factStream, 'qms');
  expect(consumer.config).toMatchObject({ max_ack_pending: 6, ack_policy: 'explicit' });
  expect(consumer.num_pending).toBe(28);
});
