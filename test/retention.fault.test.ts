// Goal: a crash at any statement of forgetting leaves a store that says what it said before.
// Method: a trigger that fails one kind of statement, for every kind there is; the file is read
// again as after a power cut, verified, and then goes on to the same end. Damaged pages as well.
import { closeSync, copyFileSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDepot } from '../edge/store/depot.ts';
import { salvageFile } from '../edge/store/salvage.ts';
import { rehearse } from '../edge/store/trial.ts';
import { verifyStore } from '../edge/verification.ts';
import { openReplica } from '../shared/replica.ts';
import { openBox } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { openPlateau, said } from './helpers/plateau.ts';
import { m01, m02 } from './helpers/shop.ts';

const storeIn = (folder = testFolder()) => join(folder, 'edge.sqlite');

/** A store that is about to forget its first days. */
function aged(path: string) {
  const box = openPlateau(path, 2);
  for (let day = 1; day <= 5; day++) {
    box.known.entered = false;
    box.day(`WO-${day}`, 600);
  }
  box.known.entered = true;
  return box;
}

const statements: [string, string][] = [
  ['a state begins', 'BEFORE INSERT ON edition'],
  ['its first fact is stated', 'BEFORE INSERT ON event'],
  ['its last fact was stated', 'BEFORE INSERT ON carried'],
  ['central has it', 'BEFORE UPDATE ON carried'],
  ['it is noted how far is forgotten', 'BEFORE INSERT ON forgotten'],
  ['it is noted again', 'BEFORE UPDATE ON forgotten'],
  ['the first fact is erased', 'BEFORE DELETE ON event WHEN old.sequence = 1'],
  ['a fact in the middle is erased', 'BEFORE DELETE ON event WHEN old.sequence = 500'],
  ['the last fact of a round was erased', 'AFTER DELETE ON event WHEN old.sequence = 1000'],
  ['a refusal is erased', 'BEFORE DELETE ON refusal'],
  ['an older day is erased', 'BEFORE DELETE ON day'],
];
test.each(statements)('a crash when %s changes nothing', (_name, when) => {
  const path = storeIn();
  const box = aged(path);
  const facts = box.facts();
  box.db.exec(`CREATE TEMP TRIGGER crash ${when} BEGIN SELECT raise(ABORT, 'crash'); END`);
  expect(() => box.settle()).toThrow('crash');
  box.roster.rebuild();
  const before = said(box);
  box.close();
  const again = openPlateau(path, 2);
  expect(said(again)).toEqual(before);
  again.close();
  expect(verifyStore(path).findings).toEqual([]);

  const last = openPlateau(path, 2);
  last.time.nowMs = box.time.nowMs;
  // What central was told before the crash, it still has.
  for (const line of [m01, m02]) {
    const { epoch, head } = last.outbox.marks(line);
    last.outbox.setSent(line, epoch, head);
    last.outbox.keep(line, epoch, head);
  }
  last.known.entered = true;
  while (last.retention.step()) {
    for (const line of [m01, m02]) last.outbox.keep(line, 1, last.outbox.marks(line).head);
  }
  expect(last.first(m01)).toBeGreaterThan(1_000);
  expect(last.facts()).toBeLessThan(facts - 1_000);
});

/** A store whose state was just said by facts that central lacks; nothing is erased yet. */
function carried(path: string) {
  const box = aged(path);
  while (!box.store.forgotten.carried()) box.retention.step();
  expect(box.first(m01)).toBe(1);
  expect([...box.book.rows('order').keys()]).toEqual(['WO-3', 'WO-4', 'WO-5']);
  return box;
}

test('who reads all facts, that a state was said included, comes to the same state', () => {
  const path = storeIn();
  const box = carried(path);
  const before = said(box);
  box.close();
  harm(path, 'DELETE FROM edition', 'DELETE FROM carried');
  expect(said(openBox(path))).toEqual(before);
});

test('a state whose facts are set aside stands for nothing any more', () => {
  const box = carried(storeIn());
  const { kept } = box.outbox.marks(m01);
  const { position } = box.store.forgotten.carried()!;
  expect(box.store.snapshots.editions()).toContain(position);
  box.store.commit(() => openDepot(box.db).setAside(1, 1, kept, 0));
  expect(box.store.forgotten.carried()).toBeUndefined();
  expect(box.store.snapshots.editions()).not.toContain(position);
});

/** A store that has forgotten more than once, closed. */
function forgetful() {
  const path = storeIn();
  const box = openPlateau(path, 2);
  for (let day = 1; day <= 8; day++) box.day(`WO-${day}`);
  const before = said(box);
  const first = box.first(m01);
  const carried = box.store.snapshots.editions();
  box.close();
  return { path, before, first, carried };
}

test('a store that has forgotten is salvaged from what was not', async () => {
  const { path, before, first } = forgetful();
  const to = join(testFolder(), 'new.sqlite');
  const { lines, lost } = await salvageFile(path, to);
  expect(lost).toEqual([]);
  expect(lines[0]).toMatchObject({ line: m01, forgotten: first - 1, aside: 0 });
  expect(verifyStore(to).findings).toEqual([]);
  const box = openBox(to);
  expect(said(box)).toEqual(before);
  // Central keeps what was forgotten; the rest is owed again.
  expect(box.outbox.marks(m01)).toMatchObject({ kept: first - 1, sent: first - 1 });
  expect(box.outbox.next(m01)).toMatchObject({ first });
});

test('without its header it still finds the state by its facts', async () => {
  const { path, before } = forgetful();
  const headless = storeIn();
  copyFileSync(path, headless);
  const file = openSync(headless, 'r+');
  writeSync(file, Buffer.alloc(100), 0, 100, 0);
  closeSync(file);
  const to = join(testFolder(), 'new.sqlite');
  const { lost } = await salvageFile(headless, to);
  expect(lost).toContain('edition');
  expect(said(openBox(to))).toEqual(before);
});

const harm = (path: string, ...statements: string[]) => {
  const db = openReplica(path);
  const triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
  for (const name of db.prepare(triggers).pluck().all()) db.exec(`DROP TRIGGER ${name}`);
  for (const statement of statements) db.exec(statement);
  db.close();
};

test('a damaged state stops its own line; the other goes on from an older one', () => {
  const { path, before, carried } = forgetful();
  const [newest] = carried;
  harm(
    path,
    `UPDATE event SET bytes = CAST(substr(bytes, 1, 900) || x'2e' || substr(bytes, 902) AS BLOB)
     WHERE position = ${newest! + 2}`,
  );
  const { roster, book } = openBox(path);
  expect(roster.actor(m01).failure()).toContain('do not match the hash chain');
  expect(roster.actor(m02).failure()).toBeUndefined();
  expect(book.tally('line', m02).facts).toBe(8);
  expect(before.failures).toEqual([undefined, undefined]);
});

test('where no state is left that stands for what is forgotten, it says so', () => {
  const { path } = forgetful();
  harm(path, 'DELETE FROM edition', 'DELETE FROM snapshot');
  const { roster, db } = openBox(path);
  for (const line of [m01, m02]) {
    expect(roster.actor(line).failure()).toContain('no state can be read that stands for');
  }
  db.close();
  expect(verifyStore(path).findings).toMatchObject([{ what: 'state' }, { what: 'state' }]);
});

test('a wrong note of what is forgotten is found', () => {
  const { path } = forgetful();
  harm(path, 'UPDATE forgotten SET hash = zeroblob(32) WHERE line = 1');
  expect(verifyStore(path).findings).toMatchObject([{ what: 'chain', line: m01 }]);
  harm(path, 'UPDATE forgotten SET sequence = sequence - 1 WHERE line = 1');
  expect(verifyStore(path).findings).toMatchObject([{ what: 'hole', line: m01 }]);
  expect(openBox(path).roster.actor(m01).failure()).toContain('the facts before it are missing');
});

test('a dry run goes over what is left', () => {
  const path = storeIn();
  const box = openPlateau(path);
  for (let day = 1; day <= 8; day++) box.day(`WO-${day}`);
  const left = box.facts();
  box.close();
  const db = openReplica(path);
  const { way, facts, counts, lines } = rehearse(db);
  db.close();
  expect({ way, facts }).toEqual({ way: 'same', facts: left });
  expect(counts).toMatchObject({ changed: 0, stopped: 0, refused: 0 });
  expect(lines.every(({ stopped }) => stopped === undefined)).toBe(true);
});
