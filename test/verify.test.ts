// Goal: whoever asks whether a file is whole gets a true answer, with the place of what is wrong.
// Method: a store and a ledger of one small shop; each kind of harm is done to them on purpose.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyLedger } from '../central/ledger/verification.ts';
import { compare } from '../cli/comparison.ts';
import { verifyStore } from '../edge/verification.ts';
import { decodeContent, encodeContent, genesis, link } from '../shared/codec.ts';
import { openReplica } from '../shared/replica.ts';
import { ledgerOf, storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { m01, m02 } from './helpers/shop.ts';

/** A closed store and the ledger that has all of it, or all up to a place. */
function files(upTo?: number) {
  const { path, box } = storeOfShop();
  const ledger = ledgerOf(box, upTo);
  box.db.close();
  return { store: path, ledger };
}
const reasons = ({ findings }: { findings: readonly { what: string; reason: string }[] }) =>
  findings.map(({ what, reason }) => `${what}: ${reason}`);
/** Changes a closed file behind the back of its schema. */
function harm(path: string, ...statements: string[]): void {
  const db = openReplica(path);
  db.pragma('ignore_check_constraints = ON');
  db.pragma('foreign_keys = OFF');
  for (const name of triggersOf(db)) db.exec(`DROP TRIGGER ${name}`);
  for (const statement of statements) db.exec(statement);
  db.close();
}
const triggersOf = (db: ReturnType<typeof openReplica>) =>
  db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all() as string[];

test('of whole files nothing is found, and every fact was read', () => {
  const { store, ledger } = files();
  const whole = { facts: 25, found: 0, findings: [] };
  const lines = [
    { line: m01, epoch: 1, first: 1, last: 23 },
    { line: m02, epoch: 1, first: 1, last: 2 },
  ];
  expect(verifyStore(store)).toEqual({ ...whole, lines });
  expect(verifyLedger(ledger)).toEqual({ ...whole, lines });
  expect(compare(store, ledger)).toEqual({ ...whole, lines: [] });
});

const byte = (at: number) =>
  `CAST(substr(bytes, 1, ${at}) || x'2e' || substr(bytes, ${at + 2}) AS BLOB)`;
const harms: [string, string, string][] = [
  [
    'a changed fact',
    `UPDATE event SET bytes = ${byte(100)} WHERE position = 7`,
    'chain: its bytes do not match the hash chain',
  ],
  [
    'a missing fact',
    'DELETE FROM event WHERE position = 7',
    'hole: facts 6 to 6 are missing before it',
  ],
  [
    'a missing beginning',
    'DELETE FROM event WHERE position = 1',
    'hole: facts 1 to 1 are missing before it',
  ],
  [
    'a fact moved to another position',
    'UPDATE event SET position = 99 WHERE position = 7',
    'place: it was stored before the one that it follows',
  ],
  [
    'a fact of a line that is gone',
    'UPDATE event SET line = 9 WHERE position = 7',
    'file: row 7 of event names a row that is gone',
  ],
  [
    'another command id beside a fact',
    "UPDATE event SET command_id = 'other' WHERE position = 7",
    'id: its row names command other, the fact names ',
  ],
  ['a cursor that runs ahead', 'UPDATE line SET sent = 30 WHERE id = 1', 'cursor: sent 30 is beyo'],
  [
    'forgetting too early',
    'UPDATE line SET kept = 24, sent = 23 WHERE id = 1',
    'file: quick_check: CHECK constraint failed in line',
  ],
  [
    'another fingerprint',
    "UPDATE event SET state = x'0102030405060708' WHERE position = 7",
    'state: acme/lyon/turning/M01 stopped at epoch 1, sequence 6: it does not lead to',
  ],
];
test.each(harms)('%s in a store is found', (_name, statement, found) => {
  const { store } = files();
  harm(store, statement);
  expect(reasons(verifyStore(store))).toContainEqual(expect.stringContaining(found));
});

test('a fact that was written anew with all its links is found by its fingerprint', () => {
  const { store } = files();
  const db = openReplica(store);
  for (const name of triggersOf(db)) db.exec(`DROP TRIGGER ${name}`);
  const rows = db.prepare('SELECT * FROM event WHERE line = 1 ORDER BY sequence').all() as {
    position: number;
    sequence: number;
    bytes: Buffer;
  }[];
  const write = db.prepare('UPDATE event SET bytes = ?, hash = ? WHERE position = ?');
  let before = genesis(m01, 1);
  for (const { position, sequence, bytes } of rows) {
    const fact = decodeContent(bytes);
    const more = { ...fact, body: { ...fact.body, good: '9' } } as typeof fact;
    const now = sequence === 5 ? encodeContent(more) : bytes;
    before = link(before, now);
    write.run(now, before, position);
  }
  db.close();
  expect(reasons(verifyStore(store))).toEqual([expect.stringMatching(/^state: .*sequence 5: it/)]);
});

test('an event id that stands there twice is found', () => {
  const { store } = files();
  const db = openReplica(store);
  for (const name of triggersOf(db)) db.exec(`DROP TRIGGER ${name}`);
  db.exec(
    `INSERT INTO event (line, epoch, sequence, bytes, hash)
     SELECT line, epoch, 24, bytes, hash FROM event WHERE position = 7`,
  );
  db.close();
  expect(reasons(verifyStore(store))).toContainEqual(
    expect.stringMatching(/^id: event id \S+ stands there twice$/),
  );
});

const ledgerHarms: [string, string, string][] = [
  ['a changed fact', `UPDATE fact SET bytes = ${byte(100)} WHERE position = 7`, 'chain: its bytes'],
  ['a missing fact', 'DELETE FROM fact WHERE position = 7', 'hole: facts 7 to 7 are missing'],
  [
    'another event id beside a fact',
    'UPDATE fact SET event_id = zeroblob(16) WHERE position = 7',
    'id: its row names another event than the fact',
  ],
  [
    'a lost last fact',
    'DELETE FROM fact WHERE position = 23',
    'cursor: the head stands at 23, the',
  ],
  [
    'a head with another hash',
    'UPDATE line SET hash = zeroblob(32)',
    'cursor: the head stands at 23 with another hash',
  ],
  [
    'a fact that waits and is there',
    'INSERT INTO waiting SELECT line, epoch, sequence, bytes, hash FROM fact WHERE position = 7',
    'place: it waits, and is in the ledger already',
  ],
];
test.each(ledgerHarms)('%s in a ledger is found', (_name, statement, found) => {
  const { ledger } = files();
  harm(ledger, statement);
  expect(reasons(verifyLedger(ledger))).toContainEqual(expect.stringContaining(found));
});

test('both sides together: what may be forgotten must be there, and be the same', () => {
  const { store, ledger } = files(10);
  expect(compare(store, ledger).findings).toEqual([]);
  harm(store, 'UPDATE line SET sent = 12, kept = 12 WHERE id = 1');
  expect(compare(store, ledger).findings).toMatchObject([
    { line: m01, sequence: 11, reason: expect.stringContaining('the ledger does not hold it') },
    { line: m01, sequence: 12 },
  ]);
  harm(ledger, 'UPDATE fact SET hash = zeroblob(32) WHERE position = 4');
  expect(compare(store, ledger).findings).toContainEqual(
    expect.objectContaining({ sequence: 4, reason: expect.stringContaining('another fact') }),
  );
});

test('a store that is an older copy is told from one that is only ahead', () => {
  const { store, ledger } = files();
  harm(store, 'UPDATE line SET sent = 0, kept = 0', 'DELETE FROM event WHERE position > 20');
  expect(reasons(compare(store, ledger))).toContainEqual(
    'ledger: the ledger goes up to 23, this store up to 19: it is an older copy',
  );
});

const holdfast = (...args: string[]) =>
  spawnSync(process.execPath, ['cli/holdfast.ts', 'verify', ...args], { encoding: 'utf8' });

test('the command reads both kinds of file, leaves them as they were, and says so', () => {
  const { store, ledger } = files();
  const before = [store, ledger].map((path) => readFileSync(path));
  const { status, stdout, stderr } = holdfast('--store', store, '--ledger', ledger);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(`${store}: an edge's store, 25 facts`);
  expect(stdout).toContain(`${ledger}: central's ledger, 25 facts`);
  expect(stdout.match(/✓ nothing is wrong/g)).toHaveLength(3);
  expect([store, ledger].map((path) => readFileSync(path))).toEqual(before);
  expect(readdirSync(dirname(store))).toEqual(['edge.sqlite']);

  harm(store, "UPDATE event SET state = x'0102030405060708' WHERE position = 7");
  const harmed = holdfast('--store', store, '--json');
  expect(harmed.status).toBe(1);
  expect(JSON.parse(harmed.stdout)).toMatchObject([{ kind: 'edge', found: 1 }]);
});

test('S4: a file that cannot be read at all is said to be damaged', () => {
  const { store } = files();
  const path = join(testFolder(), 'edge.sqlite');
  copyFileSync(store, path);
  writeFileSync(path, 'x', { flag: 'r+' });
  const { status, stdout } = holdfast('--store', path);
  expect(status).toBe(1);
  expect(stdout).toContain('file is not a database');
});

test('what cannot be done says why', () => {
  const { box, path } = storeOfShop();
  expect(holdfast('--store', path)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('another process has it open; stop its program'),
  });
  expect(box.roster.actors).toHaveLength(2);
  const other = join(testFolder(), 'other.sqlite');
  openOther(other);
  expect(holdfast('--store', other).stderr).toContain("neither an edge's store nor a ledger");
  expect(holdfast('--store', `${other}.no`).stderr).toContain('there is no such file');
  expect(holdfast()).toMatchObject({ status: 2 });
});

function openOther(path: string): void {
  writeFileSync(path, '');
  const db = openReplica(path);
  db.exec('CREATE TABLE note (text TEXT)');
  db.close();
}
