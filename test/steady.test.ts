// Goal: what SQLite is asked is compiled once, and means and is looked up the same.
// Method: texts by hand; every question that an edge and central ask, as they open, and how SQLite
// would look it up as it was written and as it is sent; and answers of both to the same values.
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../shared/database.ts';
import { steady } from '../shared/steady.ts';
import fc from './helpers/check.ts';
import { openFleet } from './helpers/fleet.ts';

test.each([
  ['SELECT a FROM t WHERE b = ? ORDER BY a', 'SELECT a FROM t WHERE b IN (?) ORDER BY a'],
  ['SELECT max(a) FROM t WHERE t.b = ?2', 'SELECT max(a) FROM t WHERE t.b IN (?2)'],
  [
    'SELECT a FROM t WHERE b = :b AND a > ? LIMIT ?',
    'SELECT a FROM t WHERE b = :b AND a > ? LIMIT ? + 0',
  ],
  [
    'SELECT (SELECT a FROM t WHERE b = :b ORDER BY a LIMIT :n) AS x',
    'SELECT (SELECT a FROM t WHERE b IN (:b) ORDER BY a LIMIT :n + 0) AS x',
  ],
  [
    'DELETE FROM t WHERE a IN (SELECT a FROM t LIMIT ?)',
    'DELETE FROM t WHERE a IN (SELECT a FROM t LIMIT ? + 0)',
  ],
])('%s is asked as %s', (written, asked) => {
  expect(steady(written)).toBe(asked);
});

test.each([
  'SELECT a FROM t WHERE b = ?',
  'SELECT a FROM t WHERE b = ? + 1 ORDER BY a',
  'SELECT a FROM t WHERE b = ? COLLATE NOCASE ORDER BY a',
  "SELECT a FROM t WHERE b = ? || 'x' ORDER BY a",
  'SELECT a FROM t WHERE (a, b) = (?, ?) ORDER BY a',
  'UPDATE t SET a = ?, b = ? WHERE c = (SELECT max(c) FROM t)',
  'WITH x AS (SELECT 1) UPDATE t SET a = ?, c = 1 WHERE b = (SELECT min(b) FROM t)',
  'INSERT INTO t VALUES (?, (SELECT max(a) FROM t)) ON CONFLICT DO UPDATE SET a = ?',
  'SELECT a FROM t ORDER BY a LIMIT 10',
])('%s stays as it is', (sql) => {
  expect(steady(sql)).toBe(sql);
});

const { prepare } = Sqlite.prototype;
afterAll(() => {
  Sqlite.prototype.prepare = prepare;
});

/** What may have been written for what is asked. */
const written = (sql: string): string =>
  sql
    .replaceAll(/ IN \((\?\d*|:\w+)\)/g, ' = $1')
    .replaceAll(/LIMIT (\?\d*|:\w+) \+ 0/g, 'LIMIT $1');

function planOf(db: Sqlite.Database, sql: string): string[] {
  const names = [...sql.matchAll(/:(\w+)/g)].map(([, name]) => [name!, null]);
  const values: unknown[] = Array(sql.match(/\?/g)?.length ?? 0).fill(null);
  const bound = names.length > 0 ? [values, Object.fromEntries(names)] : [values];
  const rows = prepare.call(db, `EXPLAIN QUERY PLAN ${sql}`).all(...(bound as [object]));
  return (rows as { detail: string }[]).map(({ detail }) => detail);
}

test('every question of edge and central is looked up as it was before', () => {
  const asked: [Sqlite.Database, string][] = [];
  Sqlite.prototype.prepare = function (this: Sqlite.Database, sql: string) {
    asked.push([this, sql]);
    return prepare.call(this, sql);
  } as typeof prepare;
  openFleet().box('box');
  Sqlite.prototype.prepare = prepare;
  const changed = asked.filter(([, sql]) => written(sql) !== sql);
  for (const [db, sql] of changed) {
    expect(steady(written(sql))).toBe(sql);
    expect(planOf(db, sql), sql).toEqual(planOf(db, written(sql)));
  }
  expect(new Set(changed.map(([, sql]) => sql)).size).toBeGreaterThan(60);
});

test('whatever is bound, what is found is the same', () => {
  const schema = `CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c INTEGER, d) STRICT;`;
  const db = openDatabase(':memory:', [schema.replace(' STRICT', '')]);
  const put = db.prepare('INSERT INTO t (b, c, d) VALUES (?, ?, ?)');
  const values = [null, 0, 1, -1, 1.5, '1', '', 'x', Buffer.from('1')];
  for (const b of values) for (const c of values) put.run(b, c, c);
  const questions = ['b', 'c', 'd', 'a'].map(
    (name) => `SELECT a FROM t WHERE ${name} = ? ORDER BY c, a LIMIT ?`,
  );
  const pairs = questions.map((sql) => [db.prepare(sql), prepare.call(db, sql)] as const);
  for (const [one] of pairs) expect(one.source).toMatch(/ IN \(\?\) .* LIMIT \? \+ 0$/);
  fc.assert(
    fc.property(fc.constantFrom(...values), fc.integer({ min: -1, max: 30 }), (value, limit) => {
      for (const [asked, plain] of pairs) {
        expect(asked.all([value, limit])).toEqual(plain.all([value, limit]));
      }
    }),
  );
  db.close();
});
