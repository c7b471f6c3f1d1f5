// Goal: whoever refuses an upgrade has not touched the file, and whoever takes a state over still
// knows what was stated before it. Method: a file of version 1 with a fact that no charts take in,
// and a report that is taken back after its state was carried.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { readEdgeConfig } from '../edge/config.ts';
import { migrations } from '../edge/store/schema.ts';
import { upgrade, upgradeWith } from '../edge/store/upgrade.ts';
import { encodeContent, link } from '../shared/codec.ts';
import { openDatabase } from '../shared/database.ts';
import { openBox, outcome } from './helpers/box.ts';
import { content } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { storeOf } from './helpers/oldstores.ts';
import { m01, m02, planning, shop } from './helpers/shop.ts';

test('a file whose charts cannot be taken over keeps the tables of its old program', () => {
  const path = storeOf('v1');
  const old = new Sqlite(path);
  const last = old.prepare(
    'SELECT * FROM event WHERE position = (SELECT max(position) FROM event)',
  );
  const {
    line,
    epoch,
    sequence,
    hash: before,
  } = last.get() as { line: number; epoch: number; sequence: number; hash: Buffer };
  const unknown = { ...content('x', 'OrderClosed', {}, { order: 'WO-404' }) };
  const bytes = encodeContent(unknown);
  old
    .prepare('INSERT INTO event (line, epoch, sequence, bytes, hash) VALUES (?, ?, ?, ?, ?)')
    .run(line, epoch, sequence + 1, bytes, link(before, bytes));
  const lines = old
    .prepare('SELECT path FROM line')
    .pluck()
    .all()
    .map((line) => ({ line }));
  old.close();
  const files = { storePath: path, natsUrl: 'nats://127.0.0.1:1' };
  const means = { nowMs: () => 0, eventId: () => unknown.eventId, stated: () => undefined };
  const takeOver = upgradeWith(readEdgeConfig({ ...files, lines }), means);
  expect(() => openDatabase(path, migrations, takeOver)).toThrow('stop it in good order');
  const still = new Sqlite(path);
  expect(still.pragma('user_version', { simple: true })).toBe(1);
  expect(() => still.prepare('SELECT * FROM edition')).toThrow('no such table');
  still.close();
});

test('a report before the carried state is taken back from the line that stated it', () => {
  const path = join(testFolder(), 'edge.sqlite');
  const box = openBox(path);
  box.store.snapshots.begin('lot 1');
  for (const asked of [shop.release(), shop.start(), shop.phase('R1')]) box.decide(asked);
  const answer = box.decide(shop.report('R1', { good: '5' }));
  const original = answer.status === 'accepted' ? answer.facts[0]!.eventId : '';
  upgrade(box);
  box.db.close();
  const again = openBox(path);
  const good = (line: string) => again.book.tally('line', line).good;
  expect([good(m01), good(m02)]).toEqual([5_000_000n, 0n]);
  expect(outcome(again.decide(planning.reverse(original, { line: m02 })))).toBe('accepted');
  expect([good(m01), good(m02)]).toEqual([0n, 0n]);
});
