// Goal: salvage takes the history, all of it, and nothing that was taken out of it.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inOrder } from '../edge/positions.ts';
import { salvageFile } from '../edge/salvage.ts';
import { link } from '../shared/codec.ts';
import { openReplica } from '../shared/replica.ts';
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
