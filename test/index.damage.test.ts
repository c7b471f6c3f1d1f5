// Goal: a small table and its indexes say the same, or the file is refused: a line that its index
// does not find would be made a second time.
// Method: a name stands twice in a file, in its table and in its index; each is changed in turn.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judgedBy } from '../edge/store/legacy.ts';
import { migrations } from '../edge/store/schema.ts';
import { openStore } from '../edge/store/store.ts';
import { openDatabase } from '../shared/database.ts';
import { edition } from '../statecharts/edition.ts';
import { storeOfShop } from './helpers/disk.ts';
import { m02 } from './helpers/shop.ts';

test.each([0, 1])('D9: one bit of a name, where it stands as number %i', (which) => {
  const { path, box } = storeOfShop(0);
  box.db.pragma('wal_checkpoint(TRUNCATE)');
  box.db.close();
  const bytes = readFileSync(path);
  const places: number[] = [];
  for (let at = bytes.indexOf(m02); at >= 0; at = bytes.indexOf(m02, at + 1)) places.push(at);
  expect(places).toHaveLength(2);
  const last = places[which]! + m02.length - 1;
  bytes[last] = bytes[last]! ^ 0x04;
  writeFileSync(path, bytes);
  expect(() => openDatabase(path, migrations)).toThrow(/index|line/);
});

test.each(['x'.repeat(501), 'line 2\u0000order 2', ''])(
  'charts that nobody can read (%#)',
  (text) => {
    const { box } = storeOfShop(0);
    const { snapshots } = openStore(box.db);
    snapshots.begin(edition);
    expect(judgedBy(snapshots)).toBe(edition);
    box.db.prepare('UPDATE edition SET charts = ?').run(text);
    expect(judgedBy(snapshots)).toBe('unknown');
  },
);
