// Goal: a statement means the same on PostgreSQL as on SQLite.
// Method: the same tests on both.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShared } from '../central/sql/sharing.ts';
import { type Database, openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { postgresOrWhy } from './helpers/again.ts';

const cluster = await postgresOrWhy();
const table = `
  CREATE TABLE thing (
    id    INTEGER PRIMARY KEY,
    name  TEXT    NOT NULL UNIQUE,               -- a comment; with a semicolon
    big   INTEGER,
    bytes BLOB,
    is_open INTEGER GENERATED ALWAYS AS (big IS NULL OR big > 5 AND NOT released) STORED,
    released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1))
  ) STRICT;
  CREATE TABLE try (name TEXT NOT NULL, words TEXT NOT NULL) STRICT;
  CREATE INDEX thing_open ON thing (name) WHERE is_open;
  CREATE TRIGGER thing_is_kept BEFORE DELETE ON thing WHEN old.name <> 'x'
    BEGIN SELECT raise(ABORT, 'no thing is forgotten; ever'); END;
  INSERT INTO thing (name, big, bytes) VALUES ('a', 3, x'00ff');
`;
const onBoth: [string, () => Database][] = [['SQLite', () => openDatabase(':memory:', [table])]];
if (typeof cluster !== 'string') {
  const { url, password } = cluster;
  const where = { url, password, schema: 'things' };
  onBoth.push(['PostgreSQL', () => openShared(where, 'things', [table])]);
}

describe.each(onBoth)('on %s', (_name, open) => {
  let db: Database;
  beforeAll(() => {
    db = open();
  });
  afterAll(() => void db.close());

  test('what was written is read as it was', () => {
    const row = { name: "é ' ? :x '' 漢", big: 9_007_199_254_740_991, bytes: Buffer.of(0, 255, 7) };
    const insert = db.prepare('INSERT INTO thing (name, big, bytes) VALUES (:name, :big, :bytes)');
    expect(insert.run({ ...row, more: 'is not read' }).changes).toBe(1);
    const one = db.prepare('SELECT name, big, bytes FROM thing WHERE name = ?');
    expect(one.get(row.name)).toEqual(row);
    expect((one.get(row.name) as typeof row).bytes).toBeInstanceOf(Buffer);
    expect(one.get('nobody')).toBeUndefined();
    expect(one.all('nobody')).toEqual([]);
    const sum = db.prepare('SELECT sum(big) FROM thing').pluck().safeIntegers();
    expect(sum.get()).toBe(9_007_199_254_740_994n);
  });

  test('conditions are 0 or 1, and texts compare byte by byte', () => {
    const say = (sql: string, ...values: unknown[]) =>
      db
        .prepare(sql)
        .pluck()
        .get(...values);
    expect(say("SELECT big IS NULL AS isNone FROM thing WHERE name = 'a'")).toBe(0);
    expect(db.prepare("SELECT name = 'a' AS isA FROM thing WHERE name = 'a'").get()).toEqual({
      isA: 1,
    });
    expect(say("SELECT is_open FROM thing WHERE name = 'a'")).toBe(0);
    expect(say("SELECT count(*) FROM thing WHERE name = 'a' AND NOT released AND is_open")).toBe(0);
    expect(say("SELECT max(big, ?) FROM thing WHERE name = 'a'", 7)).toBe(7);
    expect(say("SELECT iif(big = 3, ?, 0) FROM thing WHERE name = 'a'", 1_795_995_070_597)).toBe(
      1_795_995_070_597,
    );
    expect(say("SELECT name FROM thing WHERE name GLOB 'a*' AND big IS NOT 4")).toBe('a');
    db.prepare('INSERT INTO thing (name) VALUES (?), (?), (?)').run('B', 'b', 'Z');
    const names = db.prepare(
      "SELECT name FROM thing WHERE name < 'c' AND name > '@' ORDER BY name",
    );
    expect(names.pluck().all()).toEqual(['B', 'Z', 'a', 'b']);
  });

  test('rows are read one by one, as many as are wanted', () => {
    const add = db.prepare('INSERT INTO try VALUES (?, ?)');
    db.transaction(() => {
      for (let at = 0; at < 100; at++) add.run('many', `${at}`);
    })();
    const all = db.prepare<[string], string>('SELECT words FROM try WHERE name = ? ORDER BY rowid');
    const read: string[] = [];
    for (const words of all.pluck().iterate('many')) if (read.push(words) === 40) break;
    expect(read).toEqual(Array.from({ length: 40 }, (_, at) => `${at}`));
    expect([...all.iterate('many')]).toHaveLength(100);
  });

  test('a transaction that throws is undone as a whole, with those within it', () => {
    const add = db.prepare('INSERT INTO try VALUES (?, ?)');
    const count = db.prepare("SELECT count(*) FROM try WHERE name = 'undone'").pluck();
    const inner = db.transaction((fails: boolean) => {
      expect(db.inTransaction).toBe(true);
      add.run('undone', 'inner');
      if (fails) throw new Fault('REFUSED', 'no');
      return 7;
    });
    const outer = db.transaction((fails: boolean) => {
      add.run('undone', 'outer');
      return inner(fails);
    });
    expect(() => outer.immediate(true)).toThrow('no');
    expect(count.get()).toBe(0);
    expect(db.inTransaction).toBe(false);
    expect(outer.immediate(false)).toBe(7);
    expect(count.get()).toBe(2);
  });

  test('the tables refuse what they must', () => {
    expect(() => db.exec("DELETE FROM thing WHERE name = 'a'")).toThrow(
      'no thing is forgotten; ever',
    );
    expect(() => db.exec("INSERT INTO thing (name) VALUES ('a')")).toThrow(/unique/i);
    expect(() => db.exec("INSERT INTO thing (name, released) VALUES ('r', 2)")).toThrow(/check/i);
    expect(db.prepare("SELECT name FROM thing WHERE name = 'a'").pluck().get()).toBe('a');
  });
});

if (typeof cluster === 'string') test('on PostgreSQL', ({ skip }) => skip(cluster));
