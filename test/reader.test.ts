// Goal: a file that a newer release has written can be worked on by the one before, and again by
// the newer one, where what came between only adds; and is refused where it does not.
// Method: a store and a ledger of today, of a release that has a table and a column more, and of
// today again; SQLite and a real PostgreSQL. The migrations themselves are read.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrations as ledgers } from '../central/memory.ts';
import { openShared } from '../central/sql/sharing.ts';
import { migrations as stores } from '../edge/store/schema.ts';
import { type Database, openDatabase } from '../shared/database.ts';
import { contractions, oldestReader, readableFrom } from '../shared/reader.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { m01, shop } from './helpers/shop.ts';

const cluster = await postgresOrWhy();

/** The next release of a file: it only adds. */
function next(migrations: readonly string[], line: string): readonly string[] {
  const more = `
    ALTER TABLE ${line} ADD COLUMN colour TEXT;
    CREATE TABLE tool (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
    CREATE INDEX tool_by_name ON tool (name);
  `;
  const all = [...migrations, more];
  readableFrom(all, migrations.length);
  return all;
}

test('an edge goes to a release that only adds, back, and there again: no fact is lost', () => {
  const path = join(testFolder(), 'edge.sqlite');
  const newer = next(stores, 'line');
  const own = openBox(path);
  expect(outcome(own.decide(shop.release()))).toBe('accepted');
  const head = own.store.head(m01);
  own.db.close();

  const added = openDatabase(path, newer);
  added.prepare("INSERT INTO tool (name) VALUES ('drill')").run();
  added.prepare("UPDATE line SET colour = 'red'").run();
  added.close();

  const back = openBox(path);
  expect(back.store.head(m01)).toEqual(head);
  expect(outcome(back.decide(shop.start()))).toBe('accepted');
  back.db.close();

  const again = openDatabase(path, newer);
  const count = (of: string) => again.prepare(`SELECT count(*) FROM ${of}`).pluck().get();
  expect([count('event'), count('tool')]).toEqual([2, 1]);
  expect(again.prepare('SELECT colour FROM line').pluck().get()).toBe('red');
  expect(again.pragma('user_version', { simple: true })).toBe(newer.length);
  again.close();
});

test.for(['SQLite', 'PostgreSQL'])(
  'a ledger goes to a release that only adds, back, and there again on %s',
  (medium, { skip }) => {
    if (medium === 'PostgreSQL' && typeof cluster === 'string') skip(cluster);
    const path = join(testFolder(), 'central.db');
    let opened = 0;
    function open(applied: readonly string[], schema = 'reader'): Database {
      if (medium === 'SQLite' || typeof cluster === 'string') {
        return openDatabase(schema === 'reader' ? path : `${path}.other`, applied);
      }
      const { url, password } = cluster;
      return openShared({ url, password, schema }, `reader${++opened}`, applied);
    }
    const newer = next(ledgers, 'line');
    const add = (db: Database, name: string) =>
      db
        .prepare('INSERT INTO line (path, epoch, sequence, hash) VALUES (?, 1, 0, ?)')
        .run(name, Buffer.alloc(32));
    const names = (db: Database) =>
      db.prepare<[], string>('SELECT path FROM line ORDER BY path').pluck().all();
    for (const [applied, name] of [
      [ledgers, 'a/b/c/1'],
      [newer, 'a/b/c/2'],
      [ledgers, 'a/b/c/3'],
      [newer, 'a/b/c/4'],
    ] as const) {
      const db = open(applied);
      add(db, name);
      db.close();
    }
    const db = open(newer);
    expect(names(db)).toEqual(['a/b/c/1', 'a/b/c/2', 'a/b/c/3', 'a/b/c/4']);
    db.close();

    const closed = [...ledgers, 'CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT;'];
    open(closed, 'closed').close(); // nothing is declared of it
    expect(() => open(ledgers, 'closed')).toThrow(/was written by a newer version/);
  },
);

describe.each([
  ['store', stores],
  ['ledger', ledgers],
])('the migrations of a %s', (_name, migrations) => {
  test('only add, behind the one from which an older release can read it', () => {
    const from = oldestReader(migrations);
    const words = `say readableFrom(migrations, ${migrations.length}), or only add`;
    expect(contractions(migrations.slice(from)), words).toEqual([]);
    expect(from).toBeGreaterThan(0);
  });
});

test.each([
  ['DROP TABLE event;'],
  ['ALTER TABLE event DROP COLUMN state;'],
  ['ALTER TABLE event RENAME TO fact;'],
  ['ALTER TABLE event ADD COLUMN shift TEXT NOT NULL;'],
  ['CREATE UNIQUE INDEX one ON event (state);'],
  ["CREATE TRIGGER no BEFORE INSERT ON event BEGIN SELECT raise(ABORT, 'no'); END;"],
  ['UPDATE event SET state = NULL;'],
  ['CREATE TABLE a (b TEXT) STRICT; DELETE FROM event;'],
  ['-- ALTER TABLE event ADD COLUMN c TEXT;\n DROP INDEX it;'],
])('%s takes something away', (script) => {
  expect(contractions([script])).toHaveLength(1);
});

test('what only adds is told from it', () => {
  const script = `
    CREATE TABLE tool (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT; -- DROP TABLE event;
    CREATE TRIGGER kept BEFORE DELETE ON tool BEGIN SELECT raise(ABORT, 'kept'); END;
    CREATE UNIQUE INDEX tool_by_name ON tool (name);
    INSERT INTO tool (name) VALUES ('drill');
    ALTER TABLE event ADD COLUMN colour TEXT CHECK (colour <> '');
    ALTER TABLE event ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX event_by_colour ON event (colour);
  `;
  expect(contractions([script, 'ALTER TABLE tool ADD COLUMN age INTEGER NOT NULL;'])).toEqual([]);
});
