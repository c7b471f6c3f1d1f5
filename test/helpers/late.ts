import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import type { Posting } from '../../central/erp/erp.ts';
import type { Cursor } from '../../central/ledger/shelf.ts';
import { migrations, openMemory } from '../../central/memory.ts';
import type { Segment } from '../../shared/segment.ts';
import { openBox, outcome } from './box.ts';
import { testFolder } from './folder.ts';
import { openMedium } from './medium.ts';
import { m01, m02, shop } from './shop.ts';

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
export function openEdge() {
  const box = openBox();
  const day = [shop.release(), shop.start(), ...early, ...late, ...beside];
  expect(day.map(box.decide).map(outcome)).toEqual(day.map(() => 'accepted'));
  return (line: string, first: number, last: number): Segment =>
    box.outbox.segment(line, first - 1, last)!;
}

/** Central on a fresh disk, an ERP that takes whatever it is sent, and a clock. */
export function openCentral(path = join(testFolder(), 'central.db'), time = { nowMs: 1_000_000 }) {
  const own = openMedium(path, migrations);
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
    ...{ ledger, time, posted, db: own },
    /** The same central, started anew. */
    again() {
      own.close();
      return openCentral(path, time);
    },
    /** A segment comes, and whatever may be posted then is posted. */
    hear(segment: Segment, cursor?: Cursor): void {
      ledger.accept([{ segment }], cursor);
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
export function inOrder() {
  const edge = openEdge();
  const central = openCentral();
  central.hear(edge(m01, 1, 14));
  central.hear(edge(m02, 1, 6));
  return { edge, should: central.memory(), posted: central.posted };
}
