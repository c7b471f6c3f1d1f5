// Goal: whatever comes late or again, central ends where it would have ended in order (D1, D5, D6).
// Method: two lines of one real edge; their facts in every order of arrival that matters, and in
// random ones with repeats; everything central remembers, after the ERP has taken what it may.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Posting } from '../central/erp.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openDatabase } from '../shared/database.ts';
import type { Segment } from '../shared/segment.ts';
import { openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { random, seeds } from './helpers/random.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const hourMs = 3_600_000;
const there = { line: m02 };
const at = (atMs: number) => ({ atMs });

/** Three runs of M01 are over; the fourth is facts 12 to 14, as its start, its report, its end. */
const early = ['A', 'B', 'C'].flatMap((run, index) => [
  shop.phase(run, {}, at(1_000 * index)),
  shop.report(run, { good: '10' }, at(1_000 * index + 400)),
  shop.end(run, at(1_000 * index + 400)),
]);
const late = [
  shop.phase('D', { phase: 'setup' }, at(10_000)),
  shop.report('D', { good: '7', scrap: '1' }, at(12_000)),
  shop.end('D', at(70_000)),
];
/** M02 works at the same operation; it is M02 where operation and order are finished. */
const beside = [
  shop.phase('E', {}, { ...there, ...at(20_000) }),
  shop.report('E', { good: '5' }, { ...there, ...at(21_000) }),
  shop.produce('L-1', { quantity: '40' }, there),
  shop.end('E', { ...there, ...at(80_000) }),
  shop.complete({ ...there, ...at(90_000) }),
  { ...shop.close(), ...there },
];

/** Both lines have stated all of it, in its true order. */
function openEdge() {
  const box = openBox();
  const day = [shop.release(), shop.start(), ...early, ...late, ...beside];
  expect(day.map(box.decide).map(outcome)).toEqual(day.map(() => 'accepted'));
  return (line: string, first: number, last: number): Segment =>
    box.outbox.segment(line, first - 1, last)!;
}

/** Central on a fresh disk, an ERP that takes whatever it is sent, and a clock. */
function openCentral(path = join(testFolder(), 'central.db'), time = { nowMs: 1_000_000 }) {
  const own = openDatabase(path, migrations);
  const memory = openMemory({
    db: own,
    nowMs: () => time.nowMs,
    waitMs: () => time.nowMs,
    maxInFlightMs: 0,
    skewMaxMs: Number.POSITIVE_INFINITY, // the days are made up
  });
  const { ledger, postings } = memory;
  const posted: Posting[] = [];
  return {
    ...{ ledger, time, posted },
    /** The same central, started anew. */
    again() {
      own.close();
      return openCentral(path, time);
    },
    /** A segment comes, and whatever may be posted then is posted. */
    hear(segment: Segment): void {
      ledger.accept([{ segment }]);
      for (let tasks = postings.next(new Set(), 9); tasks.length > 0; ) {
        for (const { posting } of tasks) {
          posted.push(posting);
          postings.settle(posting.key, { kind: 'posted', document: posting.key });
        }
        tasks = postings.next(new Set(), 9);
      }
    },
    /** All that it remembers but the order of arrival; it is closed. */
    memory() {
      const parts = { orders: memory.dossier.orders(), lot: memory.dossier.lot('L-1') };
      const heads = [m01, m02]
        .map((line) => ledger.head(line))
        .map(({ sequence, hash }) => [...[sequence, hash.toString('hex')]]);
      const gaps = ledger.gaps();
      own.close();
      const db = new Sqlite(path, { readonly: true });
      const rows = (sql: string) => db.prepare(sql).all();
      const tables = {
        totals: rows('SELECT * FROM total ORDER BY kind, key'),
        orders: rows('SELECT * FROM production_order'),
        runs: rows('SELECT * FROM run'),
        unposted: rows('SELECT * FROM unposted WHERE facts > 0 ORDER BY reason'),
        parked: rows('SELECT * FROM parked'),
        waiting: rows('SELECT * FROM waiting'),
        postings: rows(
          `SELECT key, event_id, line, sequence, at_ms, lane, kind, state, order_number, operation,
             lot, material, unit, quantity, blocked, yield, scrap, rework, setup_ms, machine_ms,
             final, document FROM posting ORDER BY key`,
        ),
      };
      db.close();
      return { ...parts, heads, gaps, ...tables };
    },
  };
}

/** What central remembers of it when nothing comes late. */
function inOrder() {
  const edge = openEdge();
  const central = openCentral();
  central.hear(edge(m01, 1, 14));
  central.hear(edge(m02, 1, 6));
  return { edge, should: central.memory(), posted: central.posted };
}

test('in order, the order ends with its documents, and the last one is the final one', () => {
  const { should, posted } = inOrder();
  expect(should).toMatchObject({
    orders: [{ order_number: 'WO-1', closed: 1, judged: 1, facts: 20 }],
    ...{ gaps: [], runs: [], parked: [], waiting: [] },
  });
  expect(posted.map(({ kind }) => kind)).toHaveLength(should.postings.length);
  expect(posted.filter(({ final }) => final)).toEqual([posted.at(-1)]);
  expect(posted.filter(({ setupMs }) => setupMs === 60_000)).toHaveLength(1);
});

test('D5, D6: 12 and 13, 40 h after 14, end as in order, and nothing is final before', () => {
  const { edge, should } = inOrder();
  const central = openCentral();
  central.hear(edge(m01, 1, 11));
  central.hear(edge(m01, 14, 14));
  central.hear(edge(m02, 1, 6));
  expect(central.ledger.gaps()).toEqual([{ line: m01, epoch: 1, from: 12, to: 13 }]);
  expect(central.ledger.head(m01).sequence).toBe(11);
  expect(central.posted.some(({ final }) => final)).toBe(false);
  central.time.nowMs += 40 * hourMs;
  central.hear(edge(m01, 13, 13));
  expect(central.posted.some(({ final }) => final)).toBe(false);
  central.hear(edge(m01, 12, 12));
  expect(central.posted.filter(({ final }) => final)).toEqual([central.posted.at(-1)]);
  expect(central.memory()).toEqual(should);
});

test('D6: an operation completed at one line, before its start at another is known', () => {
  const { edge, should } = inOrder();
  const central = openCentral();
  central.hear(edge(m02, 1, 6));
  expect(central.ledger.head(m02).sequence).toBe(6);
  expect(central.posted).toEqual([]);
  central.hear(edge(m01, 12, 14)); // the phase that the operation was completed after
  central.time.nowMs += 40 * hourMs;
  central.hear(edge(m01, 1, 11));
  expect(central.memory()).toEqual(should);
});

test('D1: the same facts five times in 48 h, over a restart, count once and post once', () => {
  const { edge, should } = inOrder();
  let central = openCentral();
  const posted: Posting[] = [];
  for (const hours of [0, 1, 3, 20, 24]) {
    central.time.nowMs += hours * hourMs;
    if (hours === 20) {
      posted.push(...central.posted);
      central = central.again();
    }
    central.hear(edge(m01, 1, 14));
    central.hear(edge(m02, 1, 6));
  }
  expect([central.ledger.head(m01).repeats, central.ledger.head(m02).repeats]).toEqual([56, 24]);
  expect([posted.length, central.posted.length]).toEqual([should.postings.length, 0]);
  expect(central.memory()).toEqual(should);
});

test.each(seeds(8))('D6: in whatever order and how often each fact comes (seed %i)', (seed) => {
  const { edge, should } = inOrder();
  const { below } = random(seed);
  const central = openCentral();
  const left = [
    ...Array.from({ length: 14 }, (_, index) => edge(m01, index + 1, index + 1)),
    ...Array.from({ length: 6 }, (_, index) => edge(m02, index + 1, index + 1)),
  ];
  const came: Segment[] = [];
  while (left.length > 0) {
    const [segment] = left.splice(below(left.length), 1);
    came.push(segment!);
    central.hear(segment!);
    central.hear(came[below(came.length)]!);
    central.time.nowMs += below(40) * hourMs;
  }
  expect(central.posted.filter(({ final }) => final)).toEqual([central.posted.at(-1)]);
  expect(central.memory()).toEqual(should);
});
