// Goal: each thing that can be wrong with an edge is said in words, with what to do next.
// Method: the table of what an edge tells, one thing wrong at a time; then the command itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { diagnose } from '../cli/diagnosis.ts';
import type { Told } from '../cli/symptom.ts';
import { flip, storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { m01, shop } from './helpers/shop.ts';

const nowMs = 1_700_000_000_000;
const line: Told['lines'][number] = {
  ...{ line: m01, failure: null, orphans: 0, head: 9, unsent: 0, waiting: 0 },
  way: { state: 'up', sinceMs: nowMs - 1_000 },
};
const room = { roomBytes: 500 * 2 ** 20, budgetBytes: 600 * 2 ** 20, walBytes: 0, daysLeft: null };
const well: Told = {
  ...{ nowMs, unsent: 0, oldestUnsentMs: null, lines: [line], holds: [] },
  central: { atMs: nowMs - 5_000, skewMs: 20, roundTripMs: 4 },
  disk: { level: 'ok', ...room },
  program: { release: '1', charts: 'line 1', journalMode: 'wal', synchronous: 2 },
};
const asker = { release: '1', charts: 'line 1', store: 'e.db' };
const hold = {
  hold: 'H1',
  line: m01,
  reason: 'crack',
  placedBy: 'person:9',
  placedMs: nowMs - 9e7,
};
const minute = 60_000;
const way = (state: string, sinceMs: number, detail?: string) => ({
  lines: [
    { ...line, unsent: 7, way: { state, sinceMs: nowMs - sinceMs, ...(detail && { detail }) } },
  ],
});
const heard = (skewMs: number, ago = 1_000) => ({
  central: { atMs: nowMs - ago, skewMs, roundTripMs: 4 },
});

test('of an edge that is well nothing is said', () => {
  expect(diagnose(well, asker)).toEqual([]);
});

const ills: [string, Partial<Told>, 'bad' | 'warn', string, string][] = [
  [
    'a stopped line',
    { lines: [{ ...line, failure: 'M01 stopped at epoch 1, sequence 5: it does not lead' }] },
    ...([
      'bad',
      'stopped at epoch 1, sequence 5',
      'verify --store e.db; where it finds nothing: docs',
    ] as const),
  ],
  [
    'a broken file of people',
    { people: { people: 4, trouble: 'file of people: is not JSON' } },
    ...(['bad', 'is not JSON; 4 people are known as they were', 'people check --file'] as const),
  ],
  [
    'nobody who can sign in',
    { people: { people: 0, trouble: null } },
    ...(['warn', 'nobody can sign in yet', 'holdfast people add ID'] as const),
  ],
  ['a link that is down', way('down', 5 * minute), 'warn', 'down for 5 min; 7 facts', 'leaf'],
  ['N1: refused credentials', way('down', minute, 'auth: no'), 'bad', 'auth: no; 7 facts', 'seed'],
  ['a link long down', way('down', 200 * minute, 'gone'), 'bad', 'for 3 h (gone)', 'leaf'],
  [
    'a forked line',
    way('forked', 0, 'the stream ends at 9'),
    'bad',
    'forked: the stream',
    'delete',
  ],
  ['a line in no known state', way('odd', 0), 'bad', 'odd: its history', 'delete nothing'],
  ['a line being fetched', way('seeding', 0, 'M02 first'), 'warn', 'seeding: M02 first', 'wait'],
  ["another box's line", way('owned', 0), 'bad', 'owned: it belongs', 'holdfast swap'],
  ['a line taken over', way('stale', 0), 'bad', 'stale: another box', 'parked at central'],
  ['a silent central', heard(0, 5 * minute), 'warn', 'has not answered for 5 min', 'log'],
  ['no word of central', { central: null }, 'warn', 'since this edge began', 'central runs'],
  ['a clock that is off', heard(8_000), 'warn', "8 s behind central's", 'chronyc'],
  ['a clock that is far off', heard(-90_000), 'bad', "2 min ahead of central's", 'chronyc'],
  [
    'a clock that nobody has confirmed since it was set',
    { clock: { state: 'suspect', says: 'clock was set back by 3 h' } },
    ...(['bad', 'clock was set back by 3 h', 'chronyc'] as const),
  ],
  [
    'facts that stay though the link is up',
    { unsent: 3, oldestUnsentMs: nowMs - 20 * minute },
    ...(['warn', '3 facts are unsent for 20 min', 'log'] as const),
  ],
  ['what waits at central', { lines: [{ ...line, waiting: 4 }] }, 'warn', '4 facts', 'parked'],
  ['a disk to be watched', { disk: { level: 'warn', ...room } }, 'warn', '500 MB of 600', 'room'],
  ['a full disk', { disk: { level: 'full', ...room } }, 'bad', 'level full', 'diskBudgetMb'],
  [
    'a disk for days',
    { disk: { level: 'ok', ...room, daysLeft: 3 } },
    'warn',
    '3 days',
    'diskBudgetMb',
  ],
  [
    'a long write-ahead log',
    { disk: { level: 'ok', ...room, walBytes: 100 * 2 ** 20 } },
    ...(['warn', '100 MB', 'other program'] as const),
  ],
  [
    'a file that may lose facts',
    { program: { ...well.program!, synchronous: 1 } },
    ...(['bad', 'synchronous 1', 'power cut'] as const),
  ],
  ['a hold that nobody decides', { holds: [hold] }, 'warn', 'undecided for 25 h', 'quality'],
  [
    'another release',
    { program: { ...well.program!, release: '2' } },
    ...(['warn', 'runs release 2', 'upgrade'] as const),
  ],
  [
    'other charts',
    { program: { ...well.program!, charts: 'line 2' } },
    ...(['warn', 'other charts than this release has: line 2', 'dry-run --store e.db'] as const),
  ],
];
test.each(ills)('%s is said', (_name, ill, level, says, next) => {
  expect(diagnose({ ...well, ...ill }, asker)).toEqual([
    expect.objectContaining({
      ...{ level, says: expect.stringContaining(says), next: expect.stringContaining(next) },
    }),
  ]);
});

test('what a forked line has unsent is its own, not what all lines have', () => {
  const [forked] = way('forked', 0).lines;
  const [said] = diagnose({ ...well, unsent: 900, lines: [line, forked!] }, asker);
  expect(said!.next).toContain('delete nothing (7 facts are unsent here)');
});

test('D7: facts that have no effect are said line by line, with where to read on', () => {
  const lines = [line, { ...line, line: 'acme/lyon/turning/M02', orphans: 3 }];
  expect(diagnose({ ...well, lines }, asker)).toMatchObject([
    {
      ...{ level: 'warn', about: 'acme/lyon/turning/M02' },
      says: '3 facts rest on what a lost disk had: recorded, without effect here',
      next: expect.stringContaining('docs/swap.md'),
    },
  ]);
});

test('many lines that wait and many holds are said once, with what to type', () => {
  const lines = ['M01', 'M02', 'M03'].map((name) => ({ ...line, line: name, waiting: 4 }));
  const holds = [1, 2, 3].map((day) => ({ ...hold, hold: `H${day}`, placedMs: nowMs - day * 9e7 }));
  const said = diagnose({ ...well, lines, holds }, { ...asker, edge: 'http://edge:8080' });
  expect(said).toEqual([
    {
      ...{ level: 'warn', about: '3 lines' },
      says: '12 facts wait at central for the ERP or a person',
      next: expect.stringMatching(
        /^holdfast desk --central http:\S+ .*curl -s http:\S+\/v1\/postings\/held /,
      ),
    },
    {
      ...{ level: 'warn', about: 'holds' },
      says: expect.stringMatching(/^3 holds are undecided .* the oldest: hold H3 .* for 3 days$/),
      next: expect.stringMatching(
        /ReleaseHold; all of them: curl -s http:\/\/edge:8080\/v1\/status$/,
      ),
    },
  ]);
});

test('a hold under review is being decided; the worst is said first', () => {
  expect(diagnose({ ...well, holds: [{ ...hold, reviewedBy: 'person:8' }] }, asker)).toEqual([]);
  const both = diagnose({ ...well, holds: [hold], disk: { level: 'full', ...room } }, asker);
  expect(both.map(({ level }) => level)).toEqual(['bad', 'warn']);
});

async function doctor(...args: string[]) {
  const child = spawn(process.execPath, ['cli/holdfast.ts', 'doctor', ...args]);
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { status, stdout, stderr };
}

test('a store that stands still is read; what is undecided in it is said', async () => {
  const { path, box } = storeOfShop();
  box.decide({ ...shop.hold('H1', 'line'), atMs: 1_000 });
  box.db.close();
  const { status, stdout } = await doctor('--store', path);
  expect(status).toBe(1);
  expect(stdout).toContain('2 lines, 26 facts, 26 unsent');
  expect(stdout).toMatch(/! acme\/lyon\/turning\/M01: hold H1 \(crack\) by person:9: undecided/);
  expect(stdout).not.toContain('link');
});

test('S4: a damaged store is said to be damaged, and what to type', async () => {
  const { path, box } = storeOfShop();
  box.db.close();
  flip(path, 4_096 * 3 + 1);
  const { status, stdout } = await doctor('--store', path);
  expect(status).toBe(1);
  expect(stdout).toMatch(/✗ store: is damaged: .*\n {4}next: holdfast verify --store .*salvage/);
});

test('a running edge is asked, and a config is read', async () => {
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ ...well, holds: [{ ...hold, placedMs: nowMs }] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const config = join(testFolder(), 'edge.json');
  writeFileSync(config, JSON.stringify({ storePath: 'x', natsUr: 1 }));
  const { status, stdout } = await doctor(
    ...['--edge', `http://127.0.0.1:${port}`, '--config', config, '--json'],
  );
  expect(status).toBe(1);
  const { symptoms } = JSON.parse(stdout);
  expect(symptoms.map(({ says }: { says: string }) => says)).toEqual([
    expect.stringContaining('natsUr: unknown'),
    ...['natsUrl', 'lines'].map((name) => expect.stringContaining(name)),
    ...['runs release 1', 'other charts'].map((words) => expect.stringContaining(words)),
  ]);
});

test('what cannot be found out says what to try', async () => {
  const away = await doctor('--edge', 'http://127.0.0.1:9');
  expect(away).toMatchObject({ status: 2, stdout: '' });
  expect(away.stderr).toContain('no edge answers at http://127.0.0.1:9: see that it runs');
  expect((await doctor()).stderr).toContain('--edge: or --store or --config must be given');
});
