// Goal: sums that are remembered are those that the postings come to; what is asked before each
// document does not grow with the documents of its order.
// Method: stories at random, before and after every step the remembered sums against fresh ones;
// reads are counted.
import type { Statement } from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PostingRow } from '../central/posting/queue.ts';
import { openSums } from '../central/posting/sums.ts';
import { m1, openSide, stated } from './helpers/central.ts';
import { random, seeds } from './helpers/random.ts';
import { openSearch } from './helpers/search.ts';
import { undoingsOf } from './helpers/undoings.ts';

type Sums = ReturnType<typeof openSums>;

/** Every sum that could be asked of these postings. */
function allOf(sums: Sums, rows: readonly PostingRow[]): object {
  const own = (names: readonly (string | null)[]) => [...new Set(names)].filter((name) => !!name);
  const operations = rows.filter(({ order, operation }) => order !== null && operation !== null);
  return {
    confirmed: operations.map(sums.confirmed),
    received: own(rows.map(({ order }) => order)).map((order) => sums.received(order!)),
    issued: own(rows.map(({ lot }) => lot)).map((lot) => sums.issued(lot!)),
    stock: own(rows.map(({ lot }) => lot)).map((lot) => ({ ...sums.of(lot!) })),
  };
}

/** Tells what has moved between two looks at the postings, as central's own moves do. */
function follow(sums: Sums, before: readonly PostingRow[], now: readonly PostingRow[]): void {
  const known = new Map(before.map((row) => [row.key, row]));
  for (const row of now) {
    const old = known.get(row.key);
    if (old && old.state !== row.state) sums.moved(old, row);
  }
}

test.each(seeds(40))('what is remembered follows what moves (SEED=%i)', (seed) => {
  const search = openSearch(undoingsOf(seed));
  const { below } = random(seed);
  const { db, postings, rows } = search.side;
  const rowsNow = () => rows().map(({ key }) => postings.one(key));
  const kept = openSums(db);
  let place = search.start;
  let steps = 0;
  for (let moves = search.moves(place); moves.length > 0; moves = search.moves(place)) {
    const before = rowsNow();
    allOf(kept, before); // everything is remembered from here on
    place = moves[below(moves.length)]!.go();
    const now = rowsNow();
    follow(kept, before, now);
    expect(allOf(kept, now)).toEqual(allOf(openSums(db), now));
    steps += 1;
  }
  expect(steps).toBeGreaterThan(3);
});

test('a hundred reports of an order read its documents once, not a hundred times', () => {
  const side = openSide(':memory:', 0);
  const anyStatement = Object.getPrototypeOf(side.db.prepare('SELECT 1')) as Statement;
  const all = vi.spyOn(anyStatement, 'all');
  onTestFinished(() => all.mockRestore());
  const reports = Array.from({ length: 100 }, () => stated.report('1'));
  side.note(m1, stated.release('WO-1', '100'), ...reports);
  expect(side.drain()).toHaveLength(100);
  const sources = all.mock.contexts.map((statement) => (statement as Statement).source);
  expect(sources.filter((sql) => sql.includes('yield IS NOT NULL'))).toHaveLength(1);
});

test('what an undone transaction has moved is not in the sums', () => {
  const side = openSide(':memory:', 0);
  side.note(m1, stated.release('WO-1', '1'), stated.report('1'), stated.report('0.1'));
  const fail = () =>
    side.postings.together(() => {
      expect(side.next()).toHaveLength(1);
      throw new Error('the disk is full');
    });
  expect(fail).toThrow('the disk is full');
  expect(side.drain().map(({ yield: good }) => good)).toEqual(['1', '0.1']);
  expect(side.rows().map(({ state }) => state)).toEqual(['posted', 'posted']);
});

/** So many reports of an order are reversed; which went first, and how much was read for that. */
function reversed(reports: number): { order: readonly string[]; reads: number } {
  const side = openSide(':memory:', 0);
  const good = Array.from({ length: reports }, () => stated.report('1'));
  side.note(m1, stated.release('WO-1', '1000'), ...good);
  side.drain();
  side.note(m1, ...good.map((report) => stated.reverse(report)));
  const anyStatement = Object.getPrototypeOf(side.db.prepare('SELECT 1')) as Statement;
  const get = vi.spyOn(anyStatement, 'get');
  const order = side.drain().map(({ cancels }) => cancels!);
  const reads = get.mock.calls.length;
  get.mockRestore();
  return { order, reads };
}

test('many reversals of one order go youngest first, each weighed a few times', () => {
  const [some, twice] = [reversed(100), reversed(200)];
  const numbers = Array.from({ length: 100 }, (_, at) => `D${100 - at}`);
  expect(some.order).toEqual(numbers);
  expect(twice.order).toHaveLength(200);
  expect(twice.reads / some.reads).toBeLessThan(2.5);
});
