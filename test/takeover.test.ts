// Goal: whoever refuses an upgrade has not touched the file: its old program still opens it.
// Method: a file of version 1 with a fact that no charts take in, and its tables after the attempt.
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { readEdgeConfig } from '../edge/config.ts';
import { migrations } from '../edge/schema.ts';
import { upgradeWith } from '../edge/upgrade.ts';
import { encodeContent, link } from '../shared/codec.ts';
import { openDatabase } from '../shared/database.ts';
import { content } from './helpers/facts.ts';
import { storeOf } from './helpers/oldstores.ts';

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
