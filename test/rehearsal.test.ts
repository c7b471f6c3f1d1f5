// Goal: before charts are replaced, a plant's own log says what they would decide differently; and
// a line whose facts would mean something else stops, alone, and does not go on from it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { rehearseFile } from '../edge/store/rehearsal.ts';
import { templates } from '../statecharts/policy.ts';
import { openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { nothing, withLanes, written } from './helpers/rehearsal.ts';
import { command, m01, m02, quantityHold, shop } from './helpers/shop.ts';

const work = [
  shop.release(),
  shop.start(),
  shop.phase('R1'),
  shop.report('R1', { good: '5' }),
  quantityHold('H1', '3'),
  shop.dispose('H1', '3'),
  shop.phase('R2', { lane: 2 }),
  shop.phase('R3', { lane: 3 }), // no third lane
  shop.end('R9'), // no such run
  shop.consume('L1'),
  shop.hold('H2', 'lot', { lot: 'L1' }, { quantity: '5', unit: 'EA' }),
  shop.free('H2'),
  command('ChangeEquipmentState', { line: m02 }, { state: 'execute', reason: 'begin' }),
  shop.end('R1'),
];

/** Rewrites the stored state of one fact, which no program of ours can. */
function tamper(path: string, line: string, sequence: number): void {
  const raw = new Sqlite(path);
  raw.exec('DROP TRIGGER event_is_history');
  const { changes } = raw
    .prepare(
      `UPDATE event SET state = zeroblob(8)
       WHERE sequence = ? AND line = (SELECT id FROM line WHERE path = ?)`,
    )
    .run(sequence, line);
  expect(changes).toBe(1);
  raw.close();
}

test('a fact that leads to another state than it did stops its line, alone', () => {
  const { path } = written(work);
  tamper(path, m01, 4);
  const box = openBox(path);
  const [first, second] = box.roster.actors;
  expect(first!.failure()).toBe(
    `${m01} stopped at epoch 1, sequence 4: ` +
      'it does not lead to the state that was stored with it',
  );
  expect(outcome(box.decide(shop.end('R2')))).toMatch(/^CORRUPT acme.*sequence 4/);
  expect(second!.failure()).toBeUndefined();
  const idle = command('ChangeEquipmentState', { line: m02 }, { state: 'held', reason: 'jam' });
  expect(outcome(box.decide(idle))).toBe('accepted');
});

test('a line goes on in a new epoch, whose first fact follows nothing', () => {
  const { path } = written(work);
  const raw = new Sqlite(path);
  raw.exec('UPDATE line SET epoch = 2, sent = 0');
  raw.close();
  const box = openBox(path);
  expect(outcome(box.decide(shop.end('R2')))).toBe('accepted');
  box.roster.rebuild();
  expect(box.roster.actors.map((actor) => actor.failure())).toEqual([undefined, undefined]);
});

test('by the charts and terms that wrote it, nothing differs', async () => {
  const { path, answers } = written(work);
  expect(answers.filter((answer) => answer !== 'accepted')).toHaveLength(2);
  const found = await rehearseFile(path, withLanes(2));
  expect(found).toMatchObject({ facts: 12, refusals: 2, unjudged: 0, counts: nothing });
  expect(found.differences).toEqual([]);
  expect(found.lines).toEqual([
    { line: m01, facts: 11 },
    { line: m02, facts: 1 },
  ]);
});

test('a refusal is found that would be accepted with more lanes', async () => {
  const { path } = written(work);
  const found = await rehearseFile(path, withLanes(3));
  expect(found.counts).toEqual({ ...nothing, accepted: 1 });
  expect(found.differences).toEqual([
    expect.objectContaining({
      ...{ kind: 'accepted', line: m01, type: 'StartPhase', position: 7 },
      before: expect.stringContaining('lane'),
    }),
  ]);
});

test('with fewer lanes a fact is found that would be refused; the log goes on', async () => {
  const { path } = written(work);
  const found = await rehearseFile(path, withLanes(1));
  expect(found.counts).toEqual({ ...nothing, refused: 1, otherwise: 1 });
  const [fact, refusal] = found.differences;
  expect(fact).toMatchObject({ kind: 'refused', position: 7, sequence: 7, type: 'PhaseStarted' });
  expect(refusal).toMatchObject({ kind: 'otherwise', type: 'StartPhase' });
  expect(refusal!.reason).not.toBe(refusal!.before);
});

test('a stricter template finds what it would not have allowed', async () => {
  const { path } = written(work);
  const found = await rehearseFile(path, withLanes(2, templates.regulated));
  expect(found.differences.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
    'refused HoldDispositioned',
    'refused HoldReleased',
  ]);
});

test('a fact that would change something else is found, and its line named', async () => {
  const { path } = written(work);
  tamper(path, m01, 11);
  const found = await rehearseFile(path, withLanes(2));
  expect(found.counts).toEqual({ ...nothing, changed: 1 });
  expect(found.lines[0]!.stopped).toMatch(/^epoch 1, sequence 11: it does not lead/);
  expect(found.lines[1]).not.toHaveProperty('stopped');
});

test('refusals of a line that is no more cannot be judged again; its facts are read', async () => {
  const { path } = written(work);
  const found = await rehearseFile(path, withLanes(1).slice(1));
  expect(found).toMatchObject({ facts: 12, refusals: 0, unjudged: 2, counts: nothing });
});

test('of many differences the first 200 are listed and all are counted', async () => {
  const runs = Array.from({ length: 250 }, (_, n) => shop.phase(`X${n}`, { lane: 1_000 - n }));
  const { path } = written([shop.release(), shop.start(), ...runs], withLanes(1));
  const found = await rehearseFile(path, withLanes(1_000));
  expect(found.counts.accepted).toBe(250);
  expect(found.differences).toHaveLength(200);
});

const holdfast = (...args: string[]) =>
  spawnSync(process.execPath, ['cli/holdfast.ts', 'dry-run', ...args], { encoding: 'utf8' });

test('the command reads the store only, and its exit code says whether anything differs', () => {
  const { path } = written(work);
  const folder = join(path, '..');
  const before = readFileSync(path);
  const files = readdirSync(folder);
  const config = join(testFolder(), 'edge.json');
  const lines = withLanes(2).map(({ line, lanes }) => ({ line, lanes }));
  writeFileSync(config, JSON.stringify({ storePath: path, natsUrl: 'nats://127.0.0.1', lines }));

  const same = holdfast('--store', path, '--config', config);
  expect(same).toMatchObject({ status: 0, stderr: '' });
  expect(same.stdout).toContain('facts read: 12, refusals asked again: 2');
  expect(same.stdout).toContain('nothing differs');
  const more = holdfast('--store', path);
  expect(more.status).toBe(1);
  expect(more.stdout).toMatch(/^accepted +7 +acme\/lyon\/turning\/M01 +StartPhase +was: /m);
  const found = JSON.parse(holdfast('--store', path, '--json').stdout);
  expect(found.counts).toEqual({ ...nothing, accepted: 1 });
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(folder)).toEqual(files);
});

/** Does to the file what its schema forbids. */
function spoil(path: string, sql: string): void {
  const raw = new Sqlite(path);
  raw.unsafeMode(true);
  raw.pragma('writable_schema = ON');
  raw.exec("UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '') WHERE name = 'event'");
  raw.close();
  const open = new Sqlite(path);
  open.exec(`DROP TRIGGER event_is_history; ${sql}`);
  open.close();
}
const spoilt: [string, string, string][] = [
  [
    'a fact',
    "UPDATE event SET bytes = 'text' WHERE position = 4",
    `position 4, ${m01}, epoch 1, sequence 4: TypeError`,
  ],
  [
    'a refused command',
    "UPDATE refusal SET command = '{' WHERE after = 7",
    'position 7, then refused command command-',
  ],
  [
    'a refused command of a known line',
    `UPDATE refusal SET command = '{"line":"${m01}"}' WHERE after = 7`,
    `of ${m01}: TypeError`,
  ],
];
test.each(spoilt)('%s that nobody foresaw ends it, and its place is named', (_name, sql, place) => {
  const { path } = written(work);
  spoil(path, sql);
  const { status, stdout, stderr } = holdfast('--store', path);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(place);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('of a store that was left by a power cut, the write-ahead log is read and kept', async () => {
  const running = join(testFolder(), 'edge.sqlite');
  openBox(running).decide(shop.release());
  const path = join(testFolder(), 'edge.sqlite');
  for (const end of ['', '-wal']) copyFileSync(`${running}${end}`, `${path}${end}`);
  const files = () => ['', '-wal'].map((end) => readFileSync(`${path}${end}`).toString('hex'));
  const before = files();
  expect(await rehearseFile(path)).toMatchObject({ facts: 1, counts: nothing });
  expect(files()).toEqual(before);
  expect(readdirSync(join(path, '..'))).toEqual(['edge.sqlite', 'edge.sqlite-wal']);
});

test('beside a running edge it says what to do', () => {
  const path = join(testFolder(), 'edge.sqlite');
  const box = openBox(path);
  box.decide(shop.release());
  const files = readdirSync(join(path, '..'));
  const { status, stdout, stderr } = holdfast('--store', path);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('stop its program for as long as this takes, or give a backup');
  expect(readdirSync(join(path, '..'))).toEqual(files);
  expect(outcome(box.decide(shop.start()))).toBe('accepted');
});

const folder = () => {
  const path = testFolder();
  writeFileSync(join(path, 'text.txt'), 'no store');
  new Sqlite(join(path, 'empty.sqlite')).close();
  return path;
};
const misuses: [string, (path: string) => string[], RegExp][] = [
  ['no store', () => [], /--store: must name the SQLite file/],
  ['an unknown option', () => ['--stroe', 'x'], /stroe/],
  ['a store that is not there', (path) => ['--store', join(path, 'no.sqlite')], /no such file/],
  ['a file that is no database', (path) => ['--store', join(path, 'text.txt')], /not a database/],
  ['an empty database', (path) => ['--store', join(path, 'empty.sqlite')], /is no store/],
];
test.each(misuses)('%s: exit code 2, and what is wrong', (_name, args, complaint) => {
  const { status, stdout, stderr } = holdfast(...args(folder()));
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(complaint);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
