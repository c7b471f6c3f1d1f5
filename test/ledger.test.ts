import { expect, test } from 'vitest';
import { type Accepted, openLedger, waitingMax } from '../central/ledger/ledger.ts';
import { ledgerMigrations } from '../central/ledger/shelf.ts';
import { openTotals, totalsMigrations } from '../central/ledger/totals.ts';
import { encodeContent } from '../shared/codec.ts';
import { history, report } from './helpers/facts.ts';
import { onPostgres, openMedium } from './helpers/medium.ts';

const line = 'acme/lyon/turning/M03';

/** Central's memory on a fresh disk, and everything it noted. */
function central() {
  const db = openMedium(':memory:', [...ledgerMigrations, ...totalsMigrations]);
  const totals = openTotals(db, () => undefined);
  const noted: Accepted[] = [];
  const note = (facts: readonly Accepted[]) => {
    for (const fact of facts) totals.note(fact, undefined);
    totals.save();
    noted.push(...facts);
  };
  const ledger = openLedger({ db, nowMs: () => 7, note, undone: totals.undone });
  return { db, ledger, totals, noted };
}
const made = (count: number) =>
  history(
    line,
    Array.from({ length: count }, (_, index) => report(`piece ${index + 1}`, '1')),
  );
const sequences = (facts: readonly Accepted[]) => facts.map(({ sequence }) => sequence);
const good = ({ totals }: ReturnType<typeof central>) => totals.all('line')[0]?.[1].good;
const reasons = ({ ledger }: ReturnType<typeof central>) =>
  ledger.parked(9).map(({ sequence, reason }) => [sequence, reason]);

test('facts are accepted in order, with their position and their chain', () => {
  const plant = central();
  const log = made(5);
  expect(sequences(plant.ledger.accept([{ segment: log.segment(1, 3) }]))).toEqual([1, 2, 3]);
  plant.ledger.accept([{ segment: log.segment(4, 5) }], {
    streamSequence: 2,
    digest: Buffer.from('x'),
  });
  expect(plant.noted.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
  expect(plant.ledger.head(line)).toMatchObject({ sequence: 5, hash: log.links[5], repeats: 0 });
  expect(plant.ledger.cursor()).toEqual({ streamSequence: 2, digest: Buffer.from('x') });
  expect(good(plant)).toBe(5_000_000n);
});

test('a repeat is counted and moves nothing, also when it overlaps what is new (D1, D9)', () => {
  const plant = central();
  const log = made(5);
  plant.ledger.accept([{ segment: log.segment(1, 3) }]);
  expect(plant.ledger.accept([{ segment: log.segment(1, 3) }])).toEqual([]);
  expect(sequences(plant.ledger.accept([{ segment: log.segment(2, 5) }]))).toEqual([4, 5]);
  expect(plant.ledger.head(line)).toMatchObject({ sequence: 5, repeats: 5 });
  expect(good(plant)).toBe(5_000_000n);
});

test('other content at a known place is parked as a conflict, both are kept (D3)', () => {
  const plant = central();
  const log = made(3);
  plant.ledger.accept([{ segment: log.segment(1, 3, false) }]);
  const other = history(line, [report('piece 1', '1'), report('piece 2', '99')]);
  for (let times = 0; times < 2; times++) {
    expect(plant.ledger.accept([{ segment: other.segment(2, 2, false) }])).toEqual([]);
  }
  expect(reasons(plant)).toEqual([[2, 'conflict: other content at this place']]);
  expect(plant.ledger.parkedCount()).toBe(1);
  expect(plant.ledger.head(line)).toMatchObject({ sequence: 3, repeats: 0 });
  expect(good(plant)).toBe(3_000_000n);
  const bytesIn = (table: string) =>
    plant.db.prepare(`SELECT bytes FROM ${table} WHERE sequence = 2`).pluck().all();
  expect([bytesIn('fact'), bytesIn('parked')]).toEqual([[log.bytes[1]], [other.bytes[1]]]);
});

test('two reports with the same content and their own ids both count (D4)', () => {
  const plant = central();
  plant.ledger.accept([{ segment: made(2).segment(1, 2) }]);
  expect(good(plant)).toBe(2_000_000n);
});

test('an event id that is known at another place keeps its place and counts once', () => {
  const plant = central();
  const log = history(line, [report('a', '1'), report('a', '1'), report('a', '5')]);
  plant.ledger.accept([{ segment: log.segment(1, 3) }]);
  expect(plant.ledger.head(line)).toMatchObject({ sequence: 3, repeats: 1 });
  expect(reasons(plant)).toEqual([[3, 'conflict: other content under this id']]);
  expect(good(plant)).toBe(1_000_000n);
});

test('a gap waits, is named, and closes in order when it is filled late (D5, D6)', () => {
  const plant = central();
  const log = made(9);
  plant.ledger.accept([{ segment: log.segment(1, 2) }]);
  expect(plant.ledger.accept([{ segment: log.segment(7, 9) }])).toEqual([]);
  expect(plant.ledger.accept([{ segment: log.segment(5, 5) }])).toEqual([]);
  expect(plant.ledger.gaps()).toEqual([{ line, epoch: 1, from: 3, to: 4 }]);
  const filled = plant.ledger.accept([{ segment: log.segment(3, 6) }]);
  expect(sequences(filled)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(plant.ledger.gaps()).toEqual([]);
  expect(plant.ledger.head(line)).toMatchObject({ sequence: 9, hash: log.links[9] });
});

test('any order of arrival with repeats ends in the same state', () => {
  const log = made(6);
  const orders = [
    [6, 5, 4, 3, 2, 1],
    [2, 1, 2, 4, 6, 4, 3, 5, 5],
    [1, 3, 5, 2, 4, 6, 1, 6],
  ];
  for (const order of orders) {
    const plant = central();
    for (const at of order) plant.ledger.accept([{ segment: log.segment(at, at, false) }]);
    expect(sequences(plant.noted)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(plant.ledger.head(line)).toMatchObject({
      hash: log.links[6],
      repeats: order.length - 6,
    });
  }
});

test('what waited behind a gap and belongs to another history stays out', () => {
  const plant = central();
  const log = made(4);
  const clone = history(line, [report('x', '1'), report('y', '1'), report('z', '1')]);
  plant.ledger.accept([{ segment: clone.segment(3, 3) }]);
  plant.ledger.accept([{ segment: log.segment(1, 2) }]);
  expect(reasons(plant)).toEqual([[3, 'fork: the chain does not lead here']]);
  expect(sequences(plant.ledger.accept([{ segment: log.segment(3, 4) }]))).toEqual([3, 4]);
});

test('a segment that does not continue the chain is parked whole (D8)', () => {
  const plant = central();
  const log = made(2);
  plant.ledger.accept([{ segment: log.segment(1, 2) }]);
  const clone = history(line, [report('x', '1'), report('y', '1'), report('z', '1')]);
  plant.ledger.accept([{ segment: clone.segment(3, 3) }]);
  plant.ledger.accept([{ segment: made(3).segment(3, 3, false) }]);
  plant.ledger.accept([{ segment: { ...made(3).segment(3, 3), epoch: 2 } }]);
  expect(reasons(plant).reverse()).toEqual([
    [3, 'fork: the chain does not lead here'],
    [3, 'unchained: this line keeps a chain'],
    [3, 'unknown epoch: this line is in epoch 1'],
  ]);
  expect(plant.ledger.head(line).sequence).toBe(2);
});

test('what an incarnation that is over states is stale, and parked (D8)', () => {
  const plant = central();
  const log = made(3);
  plant.ledger.accept([{ segment: log.segment(1, 2) }]);
  plant.db.exec('UPDATE line SET epoch = 2, sequence = 0');
  const ledger = openLedger({ db: plant.db, nowMs: () => 7, note: () => {}, undone: () => {} });
  expect(ledger.accept([{ segment: log.segment(3, 3) }])).toEqual([]);
  expect(ledger.parked(9)).toMatchObject([
    { epoch: 1, sequence: 3, reason: 'stale epoch: this line is in epoch 2' },
  ]);
  expect(ledger.head(line)).toMatchObject({ epoch: 2, sequence: 0 });
  expect(good(plant)).toBe(2_000_000n);
});

test('a clone that overlaps what is known is parked from its first own fact on (D8)', () => {
  const plant = central();
  const log = made(3);
  plant.ledger.accept([{ segment: log.segment(1, 3) }]);
  const names = ['piece 1', 'x', 'y', 'z'];
  const clone = history(
    line,
    names.map((name) => report(name, '1')),
  );
  plant.ledger.accept([{ segment: clone.segment(1, 4) }]);
  expect(reasons(plant).reverse()).toEqual([
    [2, 'conflict: other content at this place'],
    [3, 'conflict: other content at this place'],
    [4, 'fork: the chain does not lead here'],
  ]);
  expect(plant.ledger.head(line)).toMatchObject({ sequence: 3, hash: log.links[3], repeats: 1 });
});

test('a fact that cannot be read is kept and parked, and the line goes on (X5)', () => {
  const plant = central();
  const unknown = { ...report('odd', '1'), type: 'PieceTeleported' } as never;
  const log = history(line, [report('a', '1'), unknown, report('b', '1')]);
  expect(sequences(plant.ledger.accept([{ segment: log.segment(1, 3) }]))).toEqual([1, 3]);
  expect(reasons(plant)).toEqual([[2, 'unreadable: type: PieceTeleported is no fact we know']]);
  expect(plant.ledger.head(line)).toMatchObject({ sequence: 3, hash: log.links[3] });
  expect(plant.ledger.facts()).toBe(3);
});

test('bytes that are no segment are parked beside the line they came from', () => {
  const plant = central();
  plant.ledger.accept([{ line: 'hf.evt.x', broken: 'segment: not msgpack', bytes: Buffer.of(9) }]);
  expect(reasons(plant)).toEqual([[null, 'segment: not msgpack']]);
});

test('a transaction that fails leaves memory where the disk is', ({ skip }) => {
  skip(onPostgres(), 'only a file of SQLite can be told here how long it may be');
  const plant = central();
  const log = made(4);
  plant.ledger.accept([{ segment: log.segment(1, 2) }]);
  plant.db.pragma('max_page_count = 1');
  const big = Array.from({ length: 400 }, (_, index) => report(`more ${index}`, '1'));
  const full = history(line, [report('piece 1', '1'), report('piece 2', '1'), ...big]);
  expect(() => plant.ledger.accept([{ segment: full.segment(3, 402) }])).toThrow(
    expect.objectContaining({ code: 'FULL' }),
  );
  plant.db.pragma('max_page_count = 1000000');
  expect(plant.ledger.head(line).sequence).toBe(2);
  expect(sequences(plant.ledger.accept([{ segment: log.segment(3, 4) }]))).toEqual([3, 4]);
  expect(good(plant)).toBe(4_000_000n);
});

test('the ledger forgets and edits nothing, and a head never falls', () => {
  const { db, ledger } = central();
  ledger.accept([{ segment: made(2).segment(1, 2) }]);
  expect(() => db.exec('DELETE FROM fact')).toThrow('forgets nothing');
  expect(() => db.exec("UPDATE fact SET bytes = x'00'")).toThrow('never edited');
  expect(() => db.exec('UPDATE line SET sequence = 1')).toThrow('never falls');
});

test(`more than ${waitingMax} facts behind a gap are parked, not lost`, () => {
  const plant = central();
  const bytes = encodeContent(report('far', '1'));
  const segment = (first: number, count: number) => ({
    ...{ line, epoch: 1, first, before: null, after: null },
    facts: Array(count).fill(bytes),
  });
  for (let at = 0; at < 10; at++) {
    plant.ledger.accept([{ segment: segment(2 + at * 1_000, 1_000) }]);
  }
  expect(plant.ledger.parkedCount()).toBe(0);
  plant.ledger.accept([{ segment: segment(20_000, 1) }]);
  expect(reasons(plant)).toEqual([[20_000, `gap: more than ${waitingMax} facts wait behind it`]]);
});
