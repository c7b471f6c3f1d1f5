// Goal: reports are read from the store when they are asked for, and not remembered: nobody can
// tell the difference, and the memory of an edge does not grow with an order that stays open.
// Method: the same facts in two books, one that reads its store and one that remembers all of it.
import { expect, test } from 'vitest';
import { type Book, openBook } from '../edge/line/book.ts';
import { openRoster } from '../edge/line/roster.ts';
import { decodeContent as contentOf } from '../shared/codec.ts';
import type { Reports } from '../statecharts/tables.ts';
import { contentsOf, openBox } from './helpers/box.ts';
import { random, seeds } from './helpers/random.ts';
import { m01, m02, planning, shop } from './helpers/shop.ts';

type Box = ReturnType<typeof openBox>;
const on2 = { line: m02 };

/** Another book of the same store. */
function reread({ store }: Box, book: Book): Book {
  const lines = [m01, m02].map((line) => ({ line, lanes: 9 }));
  openRoster(lines, { store, book, nowMs: Date.now, eventId: () => '', stated: () => undefined });
  return book;
}

function workshop(): Box {
  const box = openBox(
    undefined,
    [m01, m02].map((line) => ({ line, lanes: 9 })),
  );
  for (const order of ['WO-1', 'WO-2']) box.decide(shop.release({}, order));
  for (const [order, line, run] of [
    ['WO-1', m01, 'R1'],
    ['WO-2', m01, 'R2'],
    ['WO-1', m02, 'R3'],
  ] as const) {
    const at = { order, line, operation: '0010' };
    box.decide(shop.start(at));
    box.decide(shop.phase(run, { lane: Number(run.slice(1)) }, at));
  }
  return box;
}

/** What a snapshot says, whatever the order of its reports. */
function sorted(book: Book) {
  const contents = book.contents();
  return { ...contents, reports: [...contents.reports].sort(([a], [b]) => (a < b ? -1 : 1)) };
}

/** The reports whose facts a snapshot says, because the store may lose them; with their places. */
const kept = (book: Book) =>
  book
    .contents()
    .bygone!.reports.map(([key, { eventId }, at]) => [key, eventId, at.line, at.sequence])
    .sort();

const idsOf = (reports: Reports | undefined): string[] =>
  [...(reports?.since(0) ?? [])].map(([id]) => id);

test.each(seeds(6))('a book that reads says what one says that remembers (seed %i)', (seed) => {
  const { below } = random(seed);
  const box = workshop();
  const known: string[] = [];
  for (let step = 0; step < 400; step++) {
    const [order, line, run] = (
      [
        ['WO-1', m01, 'R1'],
        ['WO-2', m01, 'R2'],
        ['WO-1', m02, 'R3'],
      ] as const
    )[below(3)]!;
    const at = { order, line, operation: '0010' };
    box.time.nowMs += below(3) * 1_000;
    const original = known[below(known.length)];
    const way = below(10);
    const asked =
      way < 7 || original === undefined
        ? shop.report(run, { good: `${1 + below(3)}` }, at)
        : way < 9
          ? planning.reverse(original, { order, line })
          : planning.correct(original, '1', {}, at);
    const answer = box.decide(asked);
    if (answer.status === 'accepted') known.push(answer.facts[0]!.eventId);
  }
  expect(known.length).toBeGreaterThan(200);
  const remembering = reread(box, openBook());
  expect(contentsOf({ book: remembering })).toEqual(contentsOf(box));
  const reading = reread(box, openBook(box.store.written));
  expect(contentsOf({ book: reading })).toEqual(contentsOf(box));
  expect(sorted(reading)).toEqual(sorted(remembering));
  for (const order of ['WO-1', 'WO-2']) {
    const ids = idsOf(box.book.look('reports', order));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      const row = box.book.look('report', `${order}\n${id}`);
      expect(row?.fact?.eventId).toBe(row?.state === 'waiting' ? undefined : id);
    }
    expect(box.book.look('report', `${order}\n${'f'.repeat(36)}`)).toBeUndefined();
  }
});

test('of what is simply counted nothing is remembered', () => {
  const box = workshop();
  const at = { order: 'WO-1', operation: '0010' };
  for (let piece = 0; piece < 300; piece++) box.decide(shop.report('R1', {}, at));
  let reads = 0;
  const book = reread(
    box,
    openBook((position) => {
      reads += 1;
      return box.store.written(position);
    }),
  );
  expect(reads).toBe(0); // to read the store again, none is asked for
  const ids = idsOf(book.look('reports', 'WO-1'));
  expect(ids).toHaveLength(300);
  expect(reads).toBe(300);
  reads = 0;
  expect(book.look('report', `WO-1\n${ids[123]}`)).toMatchObject({ state: 'counted' });
  expect(reads).toBeGreaterThan(0); // it is not in memory
  expect(reads).toBeLessThan(12); // and found by halves
});

test('a report whose id stands below an earlier one is found as well', () => {
  const box = workshop();
  const at = { order: 'WO-1', operation: '0010' };
  const stated = [
    shop.report('R1', {}, at),
    shop.report('R1', {}, at),
    shop.report('R3', {}, { ...at, ...on2 }),
  ];
  const ids = stated.map((asked) => {
    const answer = box.decide(asked);
    return answer.status === 'accepted' ? answer.facts[0]!.eventId : '';
  });
  // The same facts in another order, as a merge of two histories may leave them.
  const rows = [...box.store.history()];
  const places = new Map(rows.map((row) => [row.position, row]));
  const turned = [...rows.slice(0, -3), ...rows.slice(-3).reverse()];
  const book = openBook((position) => {
    const row = places.get(position);
    return row && { ...row, line: box.store.lines()[row.line - 1]! };
  });
  const { recall } = book;
  for (const { line, ...row } of turned) {
    recall(box.store.lines()[line - 1]!, contentOf(row.bytes), row);
  }
  expect(idsOf(book.look('reports', 'WO-1')).sort()).toEqual([...ids].sort());
  for (const id of ids) expect(book.look('report', `WO-1\n${id}`)?.fact?.eventId).toBe(id);
});

test.each(seeds(20))(
  'what may go is remembered first, whichever line it is of (seed %i)',
  (seed) => {
    const { below } = random(seed);
    const box = workshop();
    const at = { order: 'WO-1', operation: '0010' };
    for (let piece = 0; piece < 700; piece++) {
      const isFirst = piece < 400 && below(2) > 0;
      box.decide(isFirst ? shop.report('R1', {}, at) : shop.report('R3', {}, { ...at, ...on2 }));
    }
    const rows = new Map([...box.store.history()].map(({ position }) => [position, position]));
    const read = (position: number) =>
      rows.has(position) ? box.store.written(position) : undefined;
    const [reading, remembering] = [reread(box, openBook(read)), reread(box, openBook())];
    const ids = idsOf(remembering.look('reports', 'WO-1'));
    expect(ids).toHaveLength(700);
    // All of what the first line has stated may go, but of the second only some: it is behind.
    for (const share of [below(100), 100 + below(200)]) {
      const upTo = [
        { line: m01, epoch: 1, sequence: 10_000 },
        { line: m02, epoch: 1, sequence: share },
      ];
      const gone = { fromMs: 0, untilMs: 1, upTo };
      for (const book of [reading, remembering]) {
        book.forget(gone);
        book.forget(gone); // as whoever states it, and as whoever reads that
      }
      for (const position of rows.keys()) {
        const { line, sequence } = box.store.written(position)!;
        if (line === m01 || sequence <= share) rows.delete(position);
      }
      expect(kept(reading)).toEqual(kept(remembering));
      expect(idsOf(reading.look('reports', 'WO-1')).sort()).toEqual([...ids].sort());
      for (const id of ids) {
        const key = `WO-1\n${id}`;
        expect(reading.look('report', key)?.fact?.eventId, `${ids.indexOf(id)}`).toBe(id);
      }
    }
  },
);
