// Goal: salvage takes the history, all of it, and nothing that was taken out of it.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { besides } from '../edge/store/beside.ts';
import { inOrder } from '../edge/store/positions.ts';
import { salvageFile } from '../edge/store/salvage.ts';
import { decodeContent, link } from '../shared/codec.ts';
import { openReplica } from '../shared/replica.ts';
import { edition } from '../statecharts/edition.ts';
import { storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';

type Row = { line: number; bytes: Buffer; hash: Buffer };

function rowsOf(path: string): Row[] {
  const db = openReplica(path);
  const rows = db.prepare('SELECT * FROM event ORDER BY position').all() as Row[];
  db.close();
  return rows;
}

test('S4: a fact that was taken out of the history does not come back into it', async () => {
  const { path, box } = storeOfShop();
  box.db.close();
  const all = rowsOf(path);
  const own = all.filter(({ line }) => line === 1);
  const { bytes, hash } = own.at(-1)!;
  const db = openReplica(path);
  db.prepare("INSERT INTO aside VALUES (NULL, 1, 1, ?, ?, ?, NULL, NULL, 900, 'stray')").run(
    own.length + 1,
    bytes,
    link(hash, bytes),
  );
  db.close();
  const to = join(testFolder(), 'new.sqlite');
  await salvageFile(path, to);
  expect(rowsOf(to)).toEqual(all);
});

test('S4: a store that lost which charts have judged it begins with those of today', async () => {
  const { path, box } = storeOfShop();
  box.db.close();
  const db = openReplica(path);
  db.prepare('INSERT OR REPLACE INTO edition VALUES (0, ?)').run(edition);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const root = db.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'edition'").pluck();
  const [page, size] = [root.get() as number, db.pragma('page_size', { simple: true }) as number];
  db.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
  closeSync(file);
  const to = join(testFolder(), 'new.sqlite');
  expect((await salvageFile(path, to)).lost).toEqual(['edition']);
  const saved = openReplica(to);
  const known = saved.prepare('SELECT charts FROM edition').pluck().all();
  saved.close();
  expect(known).toEqual([edition]);
});

test('S4: what stands beside a fact in another form than it is written in is left out', () => {
  const { path, box } = storeOfShop();
  box.db.close();
  const { bytes, hash } = rowsOf(path)[0]!;
  const fact = decodeContent(bytes);
  const row = [null, 1, 1, 1, bytes, hash, 'of nobody'];
  expect(besides([...row, 'no bytes', 7])).toEqual([fact.commandId, null, null]);
  const [asked, state] = [Buffer.alloc(16), Buffer.alloc(8)];
  expect(besides([...row, asked, state])).toEqual([fact.commandId, asked, state]);
});

test('S4: a place that cannot be right is behind the fact before, and each is there once', () => {
  const places = [
    [2, 900, 5, 8],
    [1, 4, 6, 6],
  ];
  const rows = places.map((own, line) => own.map((position, at) => ({ line, position, at })));
  const order = inOrder(rows).map(({ line, at, position }) => `${position}: ${line} ${at}`);
  expect(order).toEqual([
    ...['1: 1 0', '2: 0 0', '3: 0 1', '4: 1 1', '5: 0 2', '6: 1 2', '7: 1 3', '8: 0 3'],
  ]);
});
