// Goal: a document whose rule needs a version of a master record waits until that is known at the
// site, and nothing else waits for it; what is approved is known as a whole, and for ever.
// Method: central's real tables; over HTTP and by the command for people.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openApprovals } from '../central/desk/approvals.ts';
import type { Approval } from '../central/ledger/masters.ts';
import { openLanes } from '../central/posting/lanes.ts';
import { usage } from '../cli/masters.ts';
import { readCommand } from '../shared/command.ts';
import type { MasterVersion } from '../shared/master.ts';
import { openAsked } from './helpers/board.ts';
import { openSide, type Side, stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { random, seeds } from './helpers/random.ts';

const { release, report, consume, produce, block } = stated;
const line = 'acme/lyon/turning/M01';
const by = 'person:17';

const bom: MasterVersion = { kind: 'bom', record: '4711', version: 'C' };
const routing: MasterVersion = { kind: 'routing', record: 'R-7', version: '2' };
const specification: MasterVersion = { kind: 'specification', record: 'Q-1', version: '12' };
const all = [bom, routing, specification];

function releaseBy(...versions: MasterVersion[]) {
  const fact = release();
  return { ...fact, body: { ...fact.body, versions } } as typeof fact;
}
const approval = (...versions: MasterVersion[]) => ({
  ...{ site: 'acme/lyon', by, reason: 'change 12', versions },
});
/** Approves it, as one transaction. */
function approve({ db, dossier, time }: Side, given: Approval): void {
  const nowMs = () => time.nowMs;
  const lanes = openLanes({ db, waitMs: nowMs });
  const approvals = openApprovals({ masters: dossier.masters, lanes, nowMs });
  db.transaction(() => approvals.approve(given)).immediate();
}
const sent = (side: Side) => side.drain().map(({ kind }) => kind);

test('each rule waits for the versions that it needs, and for no other', () => {
  const side = openSide();
  side.note(line, releaseBy(...all), consume('S1', '2'), report('3'), produce('L1', '3'));
  expect(sent(side)).toEqual([]);
  expect(side.rows().map(({ reason }) => reason)).toEqual([
    'waits: version C of bom 4711 is not known',
    'waits: version 2 of routing R-7 is not known',
    'waits: version 12 of specification Q-1 is not known',
  ]);
  for (const [version, kind] of [
    [routing, 'confirmation'],
    [specification, 'goodsReceipt'],
    [bom, 'goodsIssue'],
  ] as const) {
    approve(side, approval(version));
    expect(sent(side)).toEqual([kind]);
  }
});

test('what quality holds is blocked, whatever version is known', () => {
  const side = openSide();
  side.note(line, releaseBy(specification), produce('L1', '3'), block('H1', 'L1', '3'));
  expect(sent(side)).toEqual([]);
  approve(side, approval(specification));
  expect(side.drain()).toMatchObject([{ kind: 'goodsReceipt', blocked: '3' }]);
});

test('a version is known where its site is, and nowhere else', () => {
  const side = openSide();
  side.note(line, releaseBy(routing), report('3'));
  const elsewhere = ['acme/ly', 'acme/paris', 'acme/lyon/turning/M', 'lyon'];
  for (const site of elsewhere) approve(side, { ...approval(routing), site });
  for (const other of [{ record: 'R-8' }, { version: '1' }, { kind: 'item' } as const]) {
    approve(side, approval({ ...routing, ...other }));
  }
  expect(sent(side)).toEqual([]);
  approve(side, { ...approval(routing), site: line });
  expect(sent(side)).toEqual(['confirmation']);
});

test('another line releases the order with another version: both must be known', () => {
  const side = openSide();
  side.note(line, releaseBy(routing), report('1'));
  approve(side, approval(routing));
  expect(sent(side)).toEqual(['confirmation']);
  side.note('acme/lyon/turning/M02', releaseBy({ ...routing, version: '3' }), report('2'));
  expect(sent(side)).toEqual([]);
  approve(side, approval({ ...routing, version: '3' }));
  expect(sent(side)).toEqual(['confirmation']);
});

test.each(seeds(20))('whatever comes first, it ends the same (seed %i)', (seed) => {
  const { below } = random(seed);
  const side = openSide();
  const facts = [releaseBy(...all), consume('S1', '2'), report('3'), produce('L1', '3')];
  const steps: (() => unknown)[] = [
    ...facts.map((fact) => () => side.note(line, fact)),
    ...all.map((version) => () => approve(side, approval(version))),
  ];
  const documents: string[] = [];
  while (steps.length > 0) {
    steps.splice(below(steps.length), 1)[0]!();
    if (below(2) === 0) documents.push(...sent(side));
  }
  documents.push(...sent(side));
  expect(documents.toSorted()).toEqual(['confirmation', 'goodsIssue', 'goodsReceipt']);
});

function asked() {
  const box = openAsked();
  const facts = [releaseBy(...all), report('3')];
  box.ledger.accept([{ segment: history(line, facts).segment(1, 2) }]);
  return box;
}

test('what orders wait for is told, and what was approved, with who and why', async () => {
  const { app, time, told, postAll, db } = asked();
  const read = async () => (await app.inject('/v1/masters')).json();
  postAll();
  const lacked = all.map((version) => ({ ...version, order: 'WO-1', line }));
  expect(await read()).toEqual({ sets: [], lacked });
  time.nowMs = 5_000;
  const payload = approval(routing, specification);
  const reply = await app.inject({ method: 'POST', url: '/v1/masters', payload });
  const sets = [{ site: 'acme/lyon', by, reason: 'change 12', atMs: 5_000, versions: 2 }];
  expect(reply.json()).toMatchObject({ sets, lacked: lacked.slice(0, 1) });
  expect(told.moved).toBe(1);
  postAll();
  expect(db.prepare('SELECT state FROM posting').pluck().all()).toEqual(['posted']);
  for (const change of ["UPDATE master_set SET by = 'x'", 'DELETE FROM master_set']) {
    expect(() => db.exec(change)).toThrow(/is never (edited|deleted)/);
  }
});

test.each([
  [{ site: 'acme/' }, 'body.site: must be the beginning of a line, e.g. acme/lyon'],
  [{ by: undefined }, 'body.by: must be'],
  [{ reason: '' }, 'body.reason: must not be empty'],
  [{ versions: [] }, 'body.versions: must name at least one'],
  [{ versions: [routing, { ...bom, kind: 'bomb' }] }, 'body.versions[1].kind: must be one of item'],
  [{ versions: Array(5_001).fill(bom) }, 'body.versions: must be a list of at most 5000'],
])('what is not right is named, and nothing of it is known: %#', async (wrong, says) => {
  const { app } = asked();
  const payload = { ...approval(...all), ...wrong };
  const reply = await app.inject({ method: 'POST', url: '/v1/masters', payload });
  expect(reply.statusCode).toBe(400);
  expect(reply.json().message).toContain(says);
  expect((await app.inject('/v1/masters')).json()).toMatchObject({
    ...{ sets: [], lacked: [{}, {}, {}] },
  });
});

test.each([
  [Array(21).fill(bom), 'versions: must be a list of at most 20'],
  [[{ ...bom, version: '' }], 'versions[0].version: must be'],
])('a release that names too much, or half, is refused by name: %#', (versions, says) => {
  const body = { material: 'BOLT', unit: 'EA', quantity: '1', versions };
  const given = { commandId: 'c1', line, type: 'ReleaseOrder', order: 'WO-1', body };
  expect(() => readCommand(given)).toThrow(says);
});

test('the command tells what is waited for, approves a file, and says what is wrong', async () => {
  const { app } = asked();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const file = join(testFolder(), 'versions.json');
  const cli = (...args: string[]) => {
    const run = ['cli/holdfast.ts', 'masters', ...args, '--central', url];
    return promisify(execFile)(process.execPath, run).then(
      ({ stdout }) => [0, stdout.split('\n')],
      (error: { code: number; stderr: string }) => [error.code, error.stderr],
    );
  };
  expect(usage).toMatch(/^holdfast masters/);
  const waits = (what: string) => `WO-1 waits for version ${what}, by its release at ${line}`;
  expect(await cli()).toEqual([
    0,
    [
      ...[waits('C of bom 4711'), waits('2 of routing R-7'), waits('12 of specification Q-1')],
      ...['no version was approved yet', ''],
    ],
  ]);
  const who = ['--site', 'acme/lyon', '--by', by, '--reason', 'change 12'];
  writeFileSync(file, JSON.stringify(all));
  expect(await cli('approve', file, ...who)).toEqual([
    0,
    [
      ...['no open order waits for a version', '', 'approved:'],
      ...['1970-01-01T00:00:01.000Z acme/lyon: 3 new by person:17: change 12', ''],
    ],
  ]);
  writeFileSync(file, '[');
  expect(await cli('approve', file, ...who)).toMatchObject([2, /must be a file of JSON/]);
  expect(await cli('approve')).toMatchObject([2, /approve: must name a file/]);
  writeFileSync(file, '[]');
  expect(await cli('approve', file, ...who)).toMatchObject([1, /body.versions: must name at/]);
});
