// Goal: a file whose schema was damaged is not worked on, and is said to be damaged. SQLite checks
// pages and rows, and takes a schema with another name in it for another schema.
// Method: an edge's real file with bits flipped in the words of its schema and in its header.
import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrations } from '../edge/store/schema.ts';
import { openDatabase } from '../shared/database.ts';
import { openBox } from './helpers/box.ts';
import { flip, storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { random, seeds } from './helpers/random.ts';

const opening = (path: string) => () => openDatabase(path, migrations).close();

function stored(): string {
  const { path, box } = storeOfShop(5);
  box.db.pragma('wal_checkpoint(TRUNCATE)');
  box.db.close();
  return path;
}

/** A copy in which a letter of these words is another one, wherever they stand. */
function misspelt(path: string, words: string, letter: number): string {
  const copy = join(testFolder(), 'edge.sqlite');
  copyFileSync(path, copy);
  const bytes = readFileSync(path);
  const first = bytes.indexOf(words);
  if (first < 0) throw new Error(`the schema has no ${words}`);
  for (let at = first; at >= 0; at = bytes.indexOf(words, at + 1)) flip(copy, at + letter, 1);
  return copy;
}

test.each([
  ['a column', 'reason     TEXT', 0, 'column refusal.reason'],
  ['its type', 'kept  INTEGER', 6, undefined],
  ['whose key it is', 'REFERENCES line', 11, 'foreign key '],
  ['an index', 'CREATE INDEX', 14, undefined],
  ['a trigger', 'a fact is never edited', 3, 'trigger event_is_history'],
])('%s that is misspelt is told as damage', (_, words, letter, what) => {
  const copy = misspelt(stored(), words, letter);
  expect(opening(copy)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  if (what) expect(opening(copy)).toThrow(`its schema is damaged at the ${what}`);
});

test.each([
  ['who may write it', 18, 4],
  ['the format of the schema', 47, 8],
  ['fewer migrations than none', 60, 0xff],
  ['fewer migrations than were applied', 63, 1],
])('a header that cannot be is told as damage: %s', (_, at, mask) => {
  const copy = stored();
  flip(copy, at, mask);
  expect(opening(copy)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
});

const pageBytes = 4_096;

test.each(seeds(1))('a bit of the schema is damage, or means nothing (SEED=%i)', (seed) => {
  const path = stored();
  const bytes = readFileSync(path);
  const isSchema = (page: number) =>
    bytes.subarray(page * pageBytes, (page + 1) * pageBytes).includes('CREATE ');
  const pages = Array.from({ length: bytes.length / pageBytes }, (_, page) => page).filter(
    (page) => page === 0 || isSchema(page),
  );
  const { below } = random(seed);
  const seen = { damaged: 0, whole: 0 };
  for (let flips = 0; flips < 300; flips++) {
    const copy = join(testFolder(), 'edge.sqlite');
    copyFileSync(path, copy);
    flip(copy, pages[below(pages.length)]! * pageBytes + below(pageBytes), 1 << below(8));
    try {
      openBox(copy).db.close();
      seen.whole += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'CORRUPT' });
      seen.damaged += 1;
    }
  }
  expect(seen.damaged).toBeGreaterThan(seen.whole / 2);
});

test('a file that may not be written is named', ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write everything');
  const path = stored();
  chmodSync(path, 0o400);
  expect(opening(path)).toThrow(/edge\.sqlite: must be writable/);
});

test('what somebody has added or taken away, and how SQLite writes a name, is no damage', () => {
  const path = stored();
  const db = new Sqlite(path);
  db.exec('CREATE INDEX somebodys ON event (sequence); DROP TRIGGER event_is_history');
  db.exec('ALTER TABLE event RENAME TO other; ALTER TABLE other RENAME TO event');
  db.close();
  opening(path)();
});
