// Goal: whatever is damaged in a store, what comes out is an honest, shorter store: no line holds a
// fact that was not stated there, and everything that is missing is named.
// Method: one byte is flipped in every page of a real file, of every kind there is; the write-ahead
// log is cut; the new store is compared row by row with the one that was.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDepot } from '../edge/store/depot.ts';
import { openPages } from '../edge/store/pages.ts';
import { rowsIn } from '../edge/store/records.ts';
import { salvageFile } from '../edge/store/salvage.ts';
import { openEnrolments } from '../edge/uplink/enrolments.ts';
import { verifyStore } from '../edge/verification.ts';
import { openReplica } from '../shared/replica.ts';
import { flip, sizeOf, storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { command, m01, m02, shop } from './helpers/shop.ts';

const pageBytes = 4_096;
type Row = { line: number; epoch: number; sequence: number; bytes: Buffer; hash: Buffer };

function rowsOf(path: string): Row[] {
  const db = openReplica(path);
  const rows = db.prepare('SELECT * FROM event ORDER BY position').all() as Row[];
  db.close();
  return rows;
}

/** A closed store with interior, leaf, overflow, index and refusal pages. */
function bigStore() {
  const { path, box } = storeOfShop(400);
  const operations = Array.from({ length: 100 }, (_, index) => ({
    ...{ operation: `${index}`, name: `turning ${index} `.repeat(10) },
  }));
  box.decide(shop.release({ operations }, 'WO-9')); // longer than a page
  for (let more = 0; more < 5; more++) box.decide(shop.start());
  box.decide(command('ChangeEquipmentState', { line: m02 }, { state: 'held', reason: 'y' }));
  return { path, box };
}

test('of a whole store all is saved, overflow pages and refusals too', async () => {
  const { path, box } = bigStore();
  box.db.close();
  const to = join(testFolder(), 'new.sqlite');
  const { lines, lost } = await salvageFile(path, to);
  expect(lines).toEqual([
    { line: m01, epoch: 1, facts: 404, aside: 0 },
    { line: m02, epoch: 1, facts: 3, aside: 0 },
  ]);
  expect(lost).toEqual([]);
  expect(rowsOf(to)).toEqual(rowsOf(path));
  expect(existsSync(`${to}.aside`)).toBe(false);
  const refusals = (file: string) => {
    const db = openReplica(file);
    const rows = db.prepare('SELECT * FROM refusal').all();
    db.close();
    return rows;
  };
  expect(refusals(to)).toHaveLength(6);
  expect(refusals(to)).toEqual(refusals(path));
  expect(verifyStore(to).findings).toEqual([]);
});

test('who the box is and what it set aside is saved; what it fetched comes anew', async () => {
  const { path, box } = bigStore();
  const enrolments = openEnrolments(box.db, () => 'a store');
  const fetching = { reason: 'behind', epoch: 2, ended: 404 };
  enrolments.set(m01, { ...fetching, state: 'ready', common: 300 });
  enrolments.set(m02, { state: 'entered' });
  const depot = openDepot(box.db);
  depot.setAside(1, 1, 300, 0);
  depot.stage(1, { ...box.outbox.segment(m02, 0, 1)!, line: m01, first: 301 });
  box.db.close();
  const to = join(testFolder(), 'new.sqlite');
  const { lines, lost } = await salvageFile(path, to);
  expect(lost).toEqual([]);
  expect(lines.map(({ facts }) => facts)).toEqual([300, 3]);
  const [before, after] = [path, to].map((file) => {
    const db = openReplica(file);
    const all = (name: string) => db.prepare(`SELECT * FROM ${name}`).all();
    const found = { enrolment: all('enrolment'), pulled: all('pulled'), aside: all('aside') };
    db.close();
    return found;
  });
  expect(after!.aside).toEqual(before!.aside);
  expect([before!.aside.length, before!.pulled.length]).toEqual([104, 1]);
  expect(after!.pulled).toEqual([]);
  const [own, other] = before!.enrolment as object[];
  expect(after!.enrolment).toEqual([{ ...own, state: 'pulling', common_sequence: null }, other]);
});

test('what is committed in the write-ahead log is saved, and no more', async () => {
  const { path, box } = bigStore();
  const rows = [...box.store.history()].map(({ hash }) => hash.toString('hex'));
  const copy = join(testFolder(), 'edge.sqlite');
  for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${copy}${end}`);
  expect(sizeOf(copy)).toBeLessThan(sizeOf(`${copy}-wal`));
  const to = join(testFolder(), 'new.sqlite');
  await salvageFile(copy, to);
  expect(rowsOf(to).map(({ hash }) => hash.toString('hex'))).toEqual(rows);

  const torn = join(testFolder(), 'edge.sqlite');
  for (const end of ['', '-wal']) copyFileSync(`${copy}${end}`, `${torn}${end}`);
  flip(`${torn}-wal`, sizeOf(`${torn}-wal`) - 1);
  const without = join(testFolder(), 'new.sqlite');
  await salvageFile(torn, without);
  expect(rowsOf(without).length).toBe(rows.length - 1);

  truncateSync(`${copy}-wal`, sizeOf(`${copy}-wal`) - 10);
  const cut = join(testFolder(), 'new.sqlite');
  await salvageFile(copy, cut);
  const kept = rowsOf(cut).map(({ hash }) => hash.toString('hex'));
  expect(kept.length).toBe(rows.length - 1);
  expect(kept).toEqual(rows.slice(0, -1));
});

test('S4: what a row says beside its fact is taken from the fact, or left out', async () => {
  const { path, box } = bigStore();
  box.db.close();
  const all = rowsOf(path);
  const db = openReplica(path);
  db.exec('DROP TRIGGER event_is_history; PRAGMA ignore_check_constraints = 1');
  db.exec(
    "UPDATE event SET command_id = 'of nobody', state = x'01' WHERE line = 1 AND sequence = 9",
  );
  db.close();
  const to = join(testFolder(), 'new.sqlite');
  await salvageFile(path, to);
  const isBehind = ({ line, sequence }: Row) => line === 1 && sequence >= 9;
  const proven = all.map((row) => (isBehind(row) ? { ...row, state: null } : row));
  expect(rowsOf(to)).toEqual(proven);
  expect(verifyStore(to).findings).toEqual([]);
});

const isPrefix = (part: readonly Row[], all: readonly Row[], line: number): boolean => {
  const [some, every] = [part, all].map((rows) => rows.filter((row) => row.line === line));
  return some!.every((row, index) => row.hash.equals(every![index]!.hash));
};

test('S4: a flipped byte in any page leaves a prefix of each line', async () => {
  const { path, box } = bigStore();
  box.db.close();
  const all = rowsOf(path);
  const folder = testFolder();
  const pages = sizeOf(path) / pageBytes;
  let shortened = 0;
  for (let page = 0; page < pages; page++) {
    for (const at of page % 2 === 0 ? [0, 2_000] : [3, 200]) {
      const copy = join(folder, 'edge.sqlite');
      copyFileSync(path, copy);
      flip(copy, page * pageBytes + at);
      const to = join(folder, `${page}-${at}.sqlite`);
      const { lines } = await salvageFile(copy, to);
      const saved = rowsOf(to);
      expect([page, at, isPrefix(saved, all, 1) && isPrefix(saved, all, 2)]).toEqual([
        ...[page, at, true],
      ]);
      if (saved.length < all.length) shortened += 1;
      const told = lines.reduce((sum, { facts }) => sum + facts, 0);
      expect([page, at, saved.length]).toEqual([page, at, told]);
      for (const { facts, missing, aside } of lines) {
        expect(missing === undefined || missing.from === facts + 1).toBe(true);
        expect(aside > 0).toBe(missing !== undefined);
      }
    }
  }
  expect(shortened).toBeGreaterThan(pages / 2);
});

test('S4: without its header, or with a page of noise, it gives its facts', async () => {
  const { path, box } = bigStore();
  box.db.close();
  const all = rowsOf(path);
  const headless = join(testFolder(), 'edge.sqlite');
  copyFileSync(path, headless);
  writeFileSync(headless, Buffer.alloc(100), { flag: 'r+' });
  const first = join(testFolder(), 'new.sqlite');
  const { lost } = await salvageFile(headless, first);
  expect(rowsOf(first)).toEqual(all);
  expect(lost).toEqual([
    ...['refusal', 'edition', 'enrolment', 'aside', 'day'],
    ...['counter', 'machine', 'job', 'job_log', 'unattributed'],
    ...['session', 'lockout'],
    ...['reference_set', 'reference', 'reference_active', 'reference_told'], // central has them
    ...['order_version', 'offer', 'software'],
  ]);

  const pages = openPages(path);
  const middle = [...rowsIn(pages)].find(
    ({ rowid, values }) => values.length === 9 && rowid === 200,
  );
  pages.close();
  const noisy = join(testFolder(), 'edge.sqlite');
  const bytes = readFileSync(path);
  bytes.fill(0xa5, (middle!.at[0] - 1) * pageBytes, middle!.at[0] * pageBytes);
  writeFileSync(noisy, bytes);
  const second = join(testFolder(), 'new.sqlite');
  const { lines } = await salvageFile(noisy, second);
  const [one, other] = lines;
  expect(one!.facts).toBeLessThan(200);
  expect(one!.missing).toEqual({ from: one!.facts + 1, to: 404 });
  expect(one!.aside).toBeGreaterThan(150);
  expect(other).toEqual({ line: m02, epoch: 1, facts: 3, aside: 0 });
  const db = openReplica(`${second}.aside`);
  const aside = db.prepare('SELECT line, sequence, hash FROM aside ORDER BY sequence').all() as {
    line: string;
    sequence: number;
    hash: Buffer;
  }[];
  db.close();
  expect(aside.length).toBe(one!.aside);
  const known = new Map(all.filter(({ line }) => line === 1).map((row) => [row.sequence, row]));
  expect(aside.every(({ sequence, hash }) => known.get(sequence)!.hash.equals(hash))).toBe(true);
});

const holdfast = (...args: string[]) =>
  spawnSync(process.execPath, ['cli/holdfast.ts', 'salvage', ...args], { encoding: 'utf8' });

test('the command says what was saved and what is missing, and verifies the new store', () => {
  const { path, box } = bigStore();
  const to = join(testFolder(), 'new.sqlite');
  expect(holdfast('--store', path, '--to', to)).toMatchObject({
    ...{ status: 2, stderr: expect.stringContaining('another process has it open') },
  });
  box.db.close();
  expect(holdfast('--store', path, '--to', to)).toMatchObject({ status: 0 });
  const db = openReplica(path);
  db.exec('DROP TRIGGER event_is_history');
  db.exec('UPDATE event SET hash = zeroblob(32) WHERE line = 1 AND sequence = 100');
  db.close();
  const before = readFileSync(path);
  const shorter = join(testFolder(), 'new.sqlite');
  const { status, stdout } = holdfast('--store', path, '--to', shorter);
  expect(status).toBe(1);
  expect(stdout).toMatch(/M01 +1 +99 +100 to 404 at least +305/);
  expect(stdout).toContain('✓ nothing is wrong');
  expect(readFileSync(path)).toEqual(before);
  expect(holdfast('--store', path, '--to', shorter).stderr).toContain('is there already');
});
