// Goal: a start after a power cut judges few facts again. Method: what was written down of a real
// book, and on a disk that does not take it.
import { expect, test } from 'vitest';
import { openSnapshotter, snapshotEvery } from '../edge/store/snapshotter.ts';
import { readCommand } from '../shared/command.ts';
import type { Logger } from '../shared/log.ts';
import { openBox } from './helpers/box.ts';
import { m01, shop } from './helpers/shop.ts';

function openKept() {
  const box = openBox();
  const warned: string[] = [];
  let orders = 0;
  const log = { warn: ({ reason }: { reason: string }) => warned.push(reason) } as never as Logger;
  const snapshotter = openSnapshotter({ ...box, log });
  const state = (count: number) =>
    box.store.commit(() => {
      for (let at = 0; at < count; at++) {
        box.roster.actor(m01).decide(readCommand(shop.release({}, `WO-${++orders}`)));
      }
    });
  return { ...box, snapshotter, state, warned, at: () => box.store.snapshots.read()?.position };
}

test('another snapshot is written after so many facts, and at the end', () => {
  const { snapshotter, state, at, store } = openKept();
  state(snapshotEvery - 1);
  snapshotter.committed();
  expect(at()).toBeUndefined();
  state(1);
  snapshotter.committed();
  expect(at()).toBe(snapshotEvery);
  state(10);
  snapshotter.committed();
  expect(at()).toBe(snapshotEvery);
  snapshotter.write();
  expect(at()).toBe(store.snapshots.position());
});

test('a full disk costs no more than the snapshot', () => {
  const { snapshotter, state, warned, at, db, store } = openKept();
  state(2_000);
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  const before = store.snapshots.position();
  snapshotter.write();
  expect(at()).toBeUndefined();
  expect(warned).toEqual([expect.stringContaining('SQLITE_FULL')]);
  expect(store.snapshots.position()).toBe(before);
});

test('a book that missed a fact is not written down', () => {
  const { snapshotter, state, at, book } = openKept();
  state(5);
  book.miss();
  snapshotter.write();
  expect(at()).toBeUndefined();
});
