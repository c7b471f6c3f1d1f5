// Goal: one command replays a day of production, from its central or a backup, into a test central.
// Method: the real command and its program, asking two centrals over HTTP.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Switch } from '../central/posting/modes.ts';
import { openReplays } from '../central/replay/replays.ts';
import { run } from '../cli/replay.ts';
import type { Replayed } from '../shared/replay.ts';
import { openAsked } from './helpers/board.ts';
import { threeDays } from './helpers/days.ts';
import { testFolder } from './helpers/folder.ts';

const skewMaxMs = Number.MAX_SAFE_INTEGER;
type App = ReturnType<typeof openAsked>['app'];
const listen = (app: App) => app.listen({ host: '127.0.0.1', port: 0 });

async function testCentral(switches: readonly Switch[]) {
  const path = join(testFolder(), 'replay.db');
  const rules = { switches, inspections: [], skewMaxMs };
  const replays = openReplays({ path, environment: 'test', rules });
  onTestFinished(() => replays.close());
  return listen(openAsked([], { replays }).app);
}

const holdfast = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['cli/holdfast.ts', 'replay', ...args])
    .then(({ stdout }) => [0, stdout] as const)
    .catch((error: { code: number; stdout: string; stderr: string }) => {
      return [error.code, error.stdout + error.stderr] as const;
    });

test('in words: holdfast replay, from a central and from a backup', async () => {
  const { app, db } = threeDays(4, 20);
  const backup = join(testFolder(), 'backup.db');
  writeFileSync(backup, db.serialize());
  const [production, same] = [await listen(app), await testCentral([])];
  const day = ['--day', '2026-11-23'];
  const [code, text] = await holdfast('--from', production, ...day, '--into', same);
  expect([code, text]).toEqual([0, expect.stringContaining('every document is the same')]);
  const other = await testCentral([{ mode: 'off' }]);
  const [differs, json] = await holdfast('--from', backup, ...day, '--into', other, '--json');
  const told = JSON.parse(json) as Replayed;
  expect([differs, told.source, told.factsOfDay]).toEqual([1, 'backup.db', 20]);
  expect(told.differences.length).toBeGreaterThan(3);
  expect(new Set(told.differences.map(({ what }) => what))).toEqual(new Set(['missing']));
  expect(await holdfast('--from', backup, ...day, '--into', production)).toEqual([
    ...[2, expect.stringMatching(/replay: this central is of production/)],
  ]);
  const into = ['--into', same];
  await expect(run(['--from', '/none.db', ...day, ...into])).rejects.toThrow(
    /^--from: \/none\.db: there is no such file/,
  );
  await expect(run(['--from', backup, '--day', 'today', ...into])).rejects.toThrow(/^--day: must/);
});

test('what is fed is read strictly, and what no test central is says so', async () => {
  const { app } = openAsked();
  const begin = { source: 'x', day: '2026-02-30' };
  const post = async (url: string, payload: object) => {
    const { statusCode, json } = await app.inject({ method: 'POST', url, payload });
    return [statusCode, json().message] as const;
  };
  expect(await post('/v1/replay', begin)).toEqual([400, expect.stringMatching(/^body\.day: must/)]);
  expect(await post('/v1/replay', { ...begin, day: '2026-02-28' })).toEqual([
    ...[409, 'replay: this central is of production: name one of a test'],
  ]);
  const entry = { position: 0, line: 'a', receivedMs: 1, bytes: '?', postings: [{}] };
  const [status, message] = await post('/v1/replay/facts', {
    replay: 'x',
    after: 0,
    entries: [entry],
  });
  expect(status).toBe(400);
  for (const field of ['position', 'bytes', 'postings[0].key', 'postings[0].tries']) {
    expect(message).toContain(`body.entries[0].${field}: must`);
  }
  const told = await app.inject({ url: '/v1/ledger?limit=201' });
  expect(told.json().message).toMatch(/from 1 to 200/);
});
