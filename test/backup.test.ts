// Goal: a backup over a slow link comes to its end, and one that stands still is given up;
// whoever needs a copy says so where there is no room for it.
// Method: an edge that sends its file chunk by chunk, at a pace that the test sets,
// and a small file system for temporary files.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { download } from '../cli/backup.ts';
import { openBackups } from '../edge/store/backup.ts';
import { sizeOf, storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';

const stillMs = 400;
const canMount = spawnSync('unshare', ['-Urm', 'true']).status === 0;

async function edgeThat(sends: (response: ServerResponse) => Promise<void>): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    void sends(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a backup that goes on comes to its end, however long it takes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const part = join(testFolder(), 'backup.part');
  const come = () => (existsSync(part) ? readFileSync(part, 'utf8') : '');
  const edge = await edgeThat(async (response) => {
    for (const chunk of '01234567') {
      response.write(chunk);
      await waitFor(() => come().endsWith(chunk), 30_000, `chunk ${chunk} to come`);
      vi.advanceTimersByTime(stillMs - 1);
    }
    response.end();
  });
  await download(edge, part, stillMs);
  expect(readFileSync(part, 'utf8')).toBe('01234567');
});

const still: [string, string[]][] = [
  ['before its first byte', []],
  ['in the middle', ['0', '1']],
];
test.each(still)('a backup that stands still %s is given up', async (_, chunks) => {
  const edge = await edgeThat(async (response) => {
    for (const chunk of chunks) response.write(chunk);
  });
  await expect(download(edge, join(testFolder(), 'backup.part'), stillMs)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: `${edge}: backup: nothing came for 0.4 s`,
  });
});

test('a backup needs room for the file twice, also for pages that are not in use', async () => {
  const { box } = storeOfShop(1_000);
  box.db.exec('CREATE TABLE more AS SELECT * FROM event; DROP TABLE more');
  box.db.pragma('wal_checkpoint(TRUNCATE)');
  const room = { bytes: 2 * sizeOf(box.db.name) - 1 };
  const backups = openBackups(box.db, new AbortController().signal, () => room.bytes);
  await expect(backups.make()).rejects.toMatchObject({ code: 'FULL', message: /no room/ });
  room.bytes += 1;
  const { bytes, stream } = await backups.make();
  expect(bytes).toBe(sizeOf(box.db.name));
  stream.destroy();
  await backups.idle();
});

test.skipIf(!canMount)('S4: without room for its copies, verify and salvage say so', () => {
  const { path, box } = storeOfShop(3_000);
  box.db.close();
  const small = testFolder();
  const to = join(testFolder(), 'new.sqlite');
  for (const asked of [
    `verify --store ${path}`,
    `dry-run --store ${path}`,
    `salvage --store ${path} --to ${to}`,
  ]) {
    const run = `TMPDIR=${small} ${process.execPath} cli/holdfast.ts ${asked}`;
    const mount = `mount -t tmpfs -o size=200k none ${small}`;
    const { status, stderr } = spawnSync('unshare', ['-Urm', 'sh', '-c', `${mount} && ${run}`], {
      encoding: 'utf8',
    });
    expect([asked, stderr]).toEqual([
      ...[
        asked,
        expect.stringContaining(`${small}: has no room for a copy of ${path}; TMPDIR may`),
      ],
    ]);
    expect(status).toBe(2);
  }
});
