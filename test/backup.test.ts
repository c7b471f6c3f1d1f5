// Goal: a backup over a slow link comes to its end, and one that stands still is given up.
// Method: an edge that sends its file chunk by chunk, at a pace that the test sets.
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { download } from '../cli/backup.ts';
import { testFolder } from './helpers/folder.ts';

const stillMs = 400;

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
  const edge = await edgeThat(async (response) => {
    for (let chunk = 0; chunk < 8; chunk++) {
      await sleep(stillMs / 4);
      response.write(`${chunk}`);
    }
    response.end();
  });
  const part = join(testFolder(), 'backup.part');
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
