import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrations } from '../edge/store/schema.ts';
import { type Head, openStore } from '../edge/store/store.ts';
import { genesis, link } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import { openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { testFolder } from './helpers/folder.ts';
import { forgetFacts } from './helpers/forgetting.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const bytes = (name: string): Buffer => Buffer.from(`fact ${name}`);
const by = (commandId: string) => ({ commandId, asked: bytes('c') });

/** A store with `count` facts of M01, and one of M02. */
function filled(count = 3, path = ':memory:') {
  const db = openDatabase(path, migrations);
  const store = openStore(db);
  let head = store.head(m01);
  store.commit(() => {
    for (let n = 1; n <= count; n++) head = store.append(head, bytes(`${n}`), null, by(`c-${n}`));
    store.append(store.head(m02), bytes('x'), null);
  });
  return { db, store, head };
}
const code = (name: string) => expect.objectContaining({ code: name });

test('facts are numbered from 1 without holes, each line for itself, and chained', () => {
  const { store, head } = filled();
  const rows = [...store.history()];
  expect(rows.map(({ position, sequence }) => [position, sequence])).toEqual([
    ...[
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 1],
    ],
  ]);
  const chain = ['1', '2', '3'].map(bytes).reduce<Buffer>(link, genesis(m01, 1));
  expect(rows[2]!.hash).toEqual(chain);
  expect(store.head(m01)).toEqual(head);
  expect(rows[3]!.hash).toEqual(link(genesis(m02, 1), bytes('x')));
});

test('a new line stands before its first fact', () => {
  const { store } = filled();
  const head = store.head('acme/lyon/turning/M99');
  expect(head).toMatchObject({ epoch: 1, sequence: 0 });
  expect(head.hash).toEqual(genesis('acme/lyon/turning/M99', 1));
});

const insert = (values: string) =>
  `INSERT INTO event (line, epoch, sequence, bytes, hash) VALUES (${values})`;
const refused: [string, string, string][] = [
  ['editing a fact', 'UPDATE event SET bytes = bytes', 'a fact is never edited'],
  ['moving a fact', 'UPDATE event SET line = 2 WHERE sequence = 3', 'a fact is never edited'],
  ['deleting what central lacks', 'DELETE FROM event WHERE sequence = 2', 'central does not hold'],
  ['a gap', insert("1, 1, 5, x'01', zeroblob(32)"), 'no holes and no repeats'],
  ['a repeat', insert("1, 1, 3, x'01', zeroblob(32)"), 'no holes and no repeats'],
  ['a first fact that is none', insert("2, 1, 0, x'01', zeroblob(32)"), 'no holes and no repeats'],
  ['another epoch', insert("1, 2, 1, x'01', zeroblob(32)"), 'the epoch is over'],
  ['an unknown line', insert("9, 1, 1, x'01', zeroblob(32)"), 'FOREIGN KEY'],
  ['no bytes', insert("1, 1, 4, x'', zeroblob(32)"), 'CHECK constraint'],
  ['more than 64 KB', insert('1, 1, 4, zeroblob(65537), zeroblob(32)'), 'CHECK constraint'],
  ['a hash of 31 bytes', insert("1, 1, 4, x'01', zeroblob(31)"), 'CHECK constraint'],
  ['a text for bytes', insert("1, 1, 4, 'x', zeroblob(32)"), 'cannot store TEXT'],
  ['kept beyond sent', 'UPDATE line SET kept = 1', 'CHECK constraint'],
  ['epoch 0', "INSERT INTO line (path, epoch) VALUES ('x', 0)", 'CHECK constraint'],
  ['an epoch that falls', 'UPDATE line SET epoch = 0', 'an epoch that is over stays over'],
  ['a line twice', `INSERT INTO line (path, epoch) VALUES ('${m01}', 1)`, 'UNIQUE constraint'],
];
test.each(refused)('the schema refuses %s', (_name, sql, reason) => {
  const { db, store } = filled();
  expect(() => db.exec(sql)).toThrow(reason);
  expect([...store.history()]).toHaveLength(4);
});

test('the schema refuses that kept falls, and that a fact is of an epoch that is over', () => {
  const { db, store, head } = filled();
  db.exec('UPDATE line SET sent = 3, kept = 2');
  expect(() => db.exec('UPDATE line SET kept = 1')).toThrow('central does not forget');
  db.exec('UPDATE line SET epoch = 2 WHERE id = 1');
  expect(() => store.commit(() => void store.append(head, bytes('4'), null))).toThrow(
    'the epoch is over',
  );
});

test('only what central holds may be forgotten, and never the last fact of a line', () => {
  const { db, store } = filled();
  db.exec('UPDATE line SET sent = 3, kept = 1');
  expect(() => db.exec('DELETE FROM event WHERE line = 1 AND sequence = 2')).toThrow(
    'central does not hold this fact',
  );
  db.exec('UPDATE line SET kept = 3');
  expect(() => db.exec('DELETE FROM event WHERE line = 1 AND sequence = 3')).toThrow(
    'names its next',
  );
  expect(() => db.exec('DELETE FROM event WHERE line = 1 AND sequence < 3')).toThrow(
    'no state behind this fact is kept',
  );
  expect(() => forgetFacts(db, m01, 2)).not.toThrow();
  expect([...store.history()].map(({ sequence }) => sequence)).toEqual([3, 1]);
});

test('S1: a commit is all or nothing', () => {
  const { store, head } = filled();
  const half = () =>
    store.commit(() => {
      store.append(head, bytes('4'), null, by('c-4'));
      const asked = readCommand({ ...shop.release(), commandId: 'c-5' });
      store.refuse(asked, bytes('c'), new Fault('REFUSED', 'no'), 1_000);
      throw new Error('bug');
    });
  expect(half).toThrow('bug');
  expect([...store.history()]).toHaveLength(4);
  expect(store.answered('c-4') ?? store.answered('c-5')).toBeUndefined();
});

test('nothing is appended outside of a commit, nor twice from one head', () => {
  const { store, head } = filled();
  expect(() => store.append(head, bytes('4'), null)).toThrow('inTransaction');
  const twice = (from: Head) =>
    store.commit(() => {
      store.append(from, bytes('4'), null);
      store.append(from, bytes('4'), null);
    });
  expect(() => twice(head)).toThrow('no holes and no repeats');
});

describe('the file', () => {
  const file = () => join(testFolder(), 'edge.db');

  test('S1: is synchronous to the disk, also after it was written', () => {
    const { db } = filled(3, file());
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    db.close();
  });

  test('has one process; a second is refused while the first lives', () => {
    const path = file();
    const first = filled(3, path);
    expect(() => openDatabase(path, migrations)).toThrow(code('CONFLICT'));
    first.db.close();
    const again = openDatabase(path, migrations);
    expect([...openStore(again).history()]).toHaveLength(4);
    again.close();
  });

  test('of a newer program is not touched', () => {
    const path = file();
    const { db } = filled(3, path);
    const newer = migrations.length + 1;
    db.pragma(`user_version = ${newer}`);
    db.pragma(`application_id = ${newer}`); // whoever reads it must know all of it
    db.close();
    expect(() => openDatabase(path, migrations)).toThrow(
      expect.objectContaining({
        code: 'CORRUPT',
        message: expect.stringContaining(`schema ${newer}`),
      }),
    );
  });

  test('of an older program is brought up to date, once', () => {
    const path = file();
    filled(3, path).db.close();
    const added = [...migrations, 'CREATE TABLE note (text TEXT) STRICT'];
    openDatabase(path, added).close();
    const db = openDatabase(path, added);
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length + 1);
    expect([...openStore(db).history()]).toHaveLength(4);
    db.close();
  });

  test('keeps its schema when a migration fails', () => {
    const path = file();
    filled(3, path).db.close();
    expect(() => openDatabase(path, [...migrations, 'CREATE TABLE a (x); nonsense'])).toThrow();
    const db = openDatabase(path, [...migrations, 'CREATE TABLE a (x)']);
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length + 1);
    db.close();
  });

  const damage: [string, (path: string) => void][] = [
    ['that is none', (path) => writeFileSync(path, 'not a database, '.repeat(500))],
    ['whose end is cut off', (path) => truncateSync(path, readFileSync(path).length - 4_096)],
    [
      'with a page overwritten',
      (path) => {
        const handle = openSync(path, 'r+');
        writeSync(handle, Buffer.alloc(4_096, 0xa5), 0, 4_096, 4_096 * 6);
        closeSync(handle);
      },
    ],
  ];
  test.each(damage)('S4: %s is not opened', (_name, spoil) => {
    const path = file();
    filled(400, path).db.close();
    spoil(path);
    expect(() => openDatabase(path, migrations)).toThrow(code('CORRUPT'));
  });
});
