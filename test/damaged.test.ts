// Goal: of a damaged file as much is read as can be, and each place is told once.
// Method: a page of the table, or of its index, is destroyed where SQLite says that it lies.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { verifyStore } from '../edge/verification.ts';
import { openReplica } from '../shared/replica.ts';
import { openFindings } from '../shared/verification.ts';
import { flip, storeOfShop } from './helpers/disk.ts';
import { m01, m02 } from './helpers/shop.ts';

const pageBytes = 4_096;

/** A store of 2,005 facts of which a leaf page of this table or index is destroyed. */
function damaged(name: string): string {
  const { path, box } = storeOfShop(2_000);
  box.db.close();
  const db = openReplica(path);
  const pages = db
    .prepare<[string], number>(
      "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path",
    )
    .pluck()
    .all(name);
  db.close();
  flip(path, (pages[Math.floor(pages.length / 2)]! - 1) * pageBytes);
  return path;
}

test('S4: behind a damaged page the other lines are read, and its place is told once', () => {
  const path = damaged('event');
  const { status, stdout } = spawnSync(
    process.execPath,
    ['cli/holdfast.ts', 'verify', '--store', path],
    { encoding: 'utf8' },
  );
  expect(status).toBe(1);
  expect(stdout).toMatch(/: an edge's store, [1-9][\d,]* facts could be read\n/);
  const { facts, lines, found, findings } = verifyStore(path);
  const [first, second] = lines;
  expect(first).toMatchObject({ line: m01, epoch: 1, first: 1 });
  expect(second).toEqual({ line: m02, epoch: 1, first: 1, last: 2 });
  expect(facts).toBe(first!.last + 2);
  const place = { line: m01, epoch: 1, sequence: first!.last + 1 };
  const reason = expect.stringContaining('cannot be read from here on');
  expect(findings).toContainEqual({ what: 'file', ...place, reason });
  expect(new Set(findings.map((one) => JSON.stringify(one))).size).toBe(found);
});

test('S4: behind a damaged index every fact is read from the table', () => {
  const { facts, lines, findings } = verifyStore(damaged('sqlite_autoindex_event_2'));
  expect(facts).toBe(2_005);
  expect(lines).toHaveLength(2);
  expect(findings.map(({ what }) => what)).toContain('file');
  expect(findings.filter(({ line }) => line !== undefined)).toEqual([]);
});

test('damage that two looks meet is told once; at two places it is told twice', () => {
  const { tell, told } = openFindings();
  const damage = { what: 'file', reason: 'malformed' } as const;
  tell(damage);
  tell(damage);
  tell({ ...damage, line: m01 });
  expect(told()).toEqual({ found: 2, findings: [damage, { ...damage, line: m01 }] });
});

test('S4: a file of which nothing can be read says so, and counts nothing', () => {
  const { path, box } = storeOfShop();
  box.db.close();
  flip(path, 110);
  const { stdout } = spawnSync(process.execPath, ['cli/holdfast.ts', 'verify', '--store', path], {
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/: cannot be read\n✗ 1 finding\n/);
  expect(stdout).not.toContain('0 facts');
});
