// Goal: the write-ahead log stays small, however long an edge is under load.
import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openDisk } from '../edge/store/disk.ts';
import { mega } from '../edge/store/gauge.ts';
import { readCommand } from '../shared/command.ts';
import { type Box, openBox } from './helpers/box.ts';
import { fakeClock } from './helpers/clock.ts';
import { storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { m01, shop } from './helpers/shop.ts';

const sizeOf = (path: string): number => statSync(`${path}-wal`).size;
const reason = 'x'.repeat(200);

function report({ store, roster }: Box, count: number): void {
  store.commit(() => {
    for (let piece = 0; piece < count; piece++) {
      roster.actor(m01).decide(readCommand(shop.report('R1', { reason })));
    }
  });
}

test('under a long load it does not grow beyond 20 MB', () => {
  const path = `${testFolder()}/edge.sqlite`;
  const { store } = openBox(path);
  const bytes = Buffer.alloc(50_000, 'fact');
  let head = store.head(m01);
  let largest = 0;
  for (let commit = 0; commit < 60; commit++) {
    store.commit(() => {
      for (let fact = 0; fact < 20; fact++) head = store.append(head, bytes, null);
    });
    largest = Math.max(largest, sizeOf(path));
  }
  expect(statSync(path).size).toBeGreaterThan(32 * mega);
  expect(largest).toBeLessThan(20 * mega);
});

test('what one large transaction made of it is cut when it begins anew', () => {
  const path = `${testFolder()}/edge.sqlite`;
  const box = openBox(path);
  box.db.exec('CREATE TABLE big (bytes BLOB)');
  const fill = box.db.prepare('INSERT INTO big VALUES (zeroblob(1000000))');
  box.db.transaction(() => {
    for (let count = 0; count < 40; count++) fill.run();
  })();
  expect(sizeOf(path)).toBeGreaterThan(35 * mega);
  for (const asked of [shop.release(), shop.start(), shop.phase('R1')]) box.decide(asked);
  expect(sizeOf(path)).toBeLessThanOrEqual(16 * mega + 64 * 1_024);
});

test('when an edge is idle its log is taken into the store', () => {
  const { path, box } = storeOfShop(100);
  const disk = openDisk({ db: box.db, budgetMb: 1_000, clock: fakeClock() });
  report(box, 10);
  disk.look();
  expect(sizeOf(path)).toBeGreaterThan(0);
  disk.look();
  expect(sizeOf(path)).toBe(0);
  report(box, 1);
  expect([...box.store.history()]).toHaveLength(100 + 5 + 11);
});
