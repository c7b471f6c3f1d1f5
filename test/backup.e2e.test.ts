// Goal: a backup taken under load is a state that was, and an edge starts from it as if it were its
// own. Method: the drill of docs/backup.md, with real processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { ask, read } from '../cli/drive.ts';
import { startProgram } from '../cli/program.ts';
import { openBackups } from '../edge/store/backup.ts';
import { openReplica } from '../shared/replica.ts';
import { openBox } from './helpers/box.ts';
import { storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const signal = new AbortController().signal;

async function startEdge(directory: string) {
  const config = {
    ...{ storePath: join(directory, 'edge.db'), natsUrl: 'nats://127.0.0.1:9', httpPort: 0 },
    lines: [{ line: m01, lanes: 2 }, { line: m02 }],
  };
  const edge = await startProgram({ name: 'edge', entry: 'edge/main.ts', config, directory });
  onTestFinished(() => edge.kill());
  return edge;
}
async function holdfast(...args: string[]) {
  const child = spawn(process.execPath, ['cli/holdfast.ts', ...args]);
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { status, stdout, stderr };
}
function rowsOf(path: string) {
  const db = openReplica(path);
  const rows = db.prepare('SELECT position, hex(hash) AS hash FROM event ORDER BY position').all();
  db.close();
  return rows;
}

test('S4: the drill: backup under load, restore, verify, start', async () => {
  const edge = await startEdge(testFolder());
  const to = join(testFolder(), 'backup.db');
  const before = [shop.release(), shop.start(), shop.phase('R1'), shop.report('R1', { good: '7' })];
  const answers = await ask(edge.url, before, signal);
  const load = { commands: [] as object[], isOver: false };
  const loading = (async () => {
    while (!load.isOver) {
      const batch = Array.from({ length: 50 }, () => shop.report('R1'));
      await ask(edge.url, batch, signal);
      load.commands.push(...batch);
    }
  })();
  while (load.commands.length < 2_000) await new Promise((resolve) => setTimeout(resolve, 20));
  const made = await holdfast('backup', '--edge', edge.url, '--to', to);
  load.isOver = true;
  await loading;
  expect(made.stderr).toBe('');
  expect(made.status).toBe(0);
  expect(made.stdout).toContain('✓ nothing is wrong');
  expect(readdirSync(dirname(to))).toEqual(['backup.db']);

  const head = (await read<{ lines: { head: number }[] }>(edge.url, '/v1/status')).lines[0]!.head;
  await edge.stop();
  const folder = testFolder();
  copyFileSync(to, join(folder, 'edge.db'));
  const restored = rowsOf(to);
  expect(restored.length).toBeGreaterThanOrEqual(2_004);
  expect(restored.length).toBeLessThanOrEqual(head);
  const again = await startEdge(folder);
  expect(await ask(again.url, before, signal)).toEqual(answers);
  const known = await ask(again.url, load.commands.slice(0, 100), signal);
  expect(new Set(known.map(({ status }) => status))).toEqual(new Set(['accepted']));
  const status = await read<{ lines: { head: number; good: string }[] }>(again.url, '/v1/status');
  expect(status.lines[0]).toMatchObject({
    head: restored.length,
    good: `${restored.length - 4 + 7}`,
  });
});

test('a backup is every fact up to its last, whatever was stated meanwhile', async () => {
  const { path, box } = storeOfShop(3_000);
  const backups = openBackups(box.db, signal);
  const made = backups.make();
  await expect(backups.make()).rejects.toMatchObject({ code: 'FULL', message: /another one/ });
  for (let more = 0; more < 30; more++) {
    box.decide(shop.report('R1'));
    await new Promise(setImmediate);
  }
  const { stream, bytes } = await made;
  const copied = Buffer.concat(await stream.toArray());
  await backups.idle();
  expect(copied.length).toBe(bytes);
  expect(existsSync(`${path}.backup`)).toBe(false);
  const copy = join(testFolder(), 'copy.db');
  writeFileSync(copy, copied);
  const known = [...box.store.history()].map(({ hash }) => hash.toString('hex'));
  const rows = openBox(copy).store.history();
  const hashes = [...rows].map(({ hash }) => hash.toString('hex'));
  expect(hashes.length).toBeGreaterThanOrEqual(3_004);
  expect(hashes).toEqual(known.slice(0, hashes.length));
});

test('an edge that stops gives a backup up, and leaves nothing of it', async () => {
  const { path, box } = storeOfShop(3_000);
  const stop = new AbortController();
  writeFileSync(`${path}.backup`, 'of an edge that was killed');
  const backups = openBackups(box.db, stop.signal);
  expect(existsSync(`${path}.backup`)).toBe(false);
  const made = backups.make();
  stop.abort();
  await expect(made).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await backups.idle();
  expect(readdirSync(dirname(path)).sort()).toEqual(['edge.sqlite', 'edge.sqlite-wal']);
});

test('a store that stands still is backed up; a file that is there stays', async () => {
  const { path, box } = storeOfShop();
  const to = join(testFolder(), 'backup.db');
  expect((await holdfast('backup', '--store', path, '--to', to)).stderr).toContain('has it open');
  box.db.close();
  expect(await holdfast('backup', '--store', path, '--to', to)).toMatchObject({ status: 0 });
  expect(rowsOf(to)).toEqual(rowsOf(path));
  const bytes = readFileSync(to);
  const twice = await holdfast('backup', '--store', path, '--to', to);
  expect(twice).toMatchObject({ status: 2, stdout: '' });
  expect(twice.stderr).toContain('is there already, and stays as it is');
  expect(readFileSync(to)).toEqual(bytes);
  const away = await holdfast('backup', '--edge', 'http://127.0.0.1:9', '--to', `${to}2`);
  expect(away).toMatchObject({ status: 2, stdout: '' });
  expect(readdirSync(dirname(to))).toEqual(['backup.db']);
});
