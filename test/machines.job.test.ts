// Goal: pieces are booked on the work that the machine itself names, and on no other.
import { expect, test } from 'vitest';
import { jobAt, jobsIn } from '../edge/machine/inhand.ts';
import { readMachines } from '../edge/machine/report.ts';
import type { Plain } from '../edge/machine/sample.ts';
import { testFolder } from './helpers/folder.ts';
import { told } from './helpers/machine.ts';
import { type MachineBox, openMachineBox, running } from './helpers/machinebox.ts';
import { shop } from './helpers/shop.ts';

const more = '    job: { at: "m;s=Job" }';

/** The press, whose job tag shows this; known at 100 good pieces of run R1 (WO-1/0010). */
function working(job: Plain, path?: string) {
  const box = running({ more, ...(path === undefined ? {} : { path }) });
  box.say('job', job);
  box.pass(1_000);
  return box;
}

const names: [Plain, string[]][] = [
  ['WO-1', []],
  ['WO-1/0010', []],
  [' WO-1/0010 ', []],
  ['', []],
  [null, []],
  [0n, []],
  ['WO-2', ['otherJob good 4']],
  ['WO-1/0020', ['otherJob good 4']],
  ['WO-10', ['otherJob good 4']],
  [4711n, ['otherJob good 4']],
];
test.each(names)('job %s while WO-1/0010 is open', (job, loose) => {
  const box = working(job);
  box.say('counter good', 104n);
  box.pass(1_000);
  expect(box.loose()).toEqual(loose);
  expect(box.reports()).toEqual(loose.length === 0 ? ['R1 4/0'] : []);
});

test('pieces of another job wait with its name, and a person may book them', () => {
  const box = working('WO-2/0010');
  box.say('counter good', 104n);
  box.pass(1_000);
  const status = readMachines(box.machines, box.book);
  expect(status.lines[0]!.units[0]!.job).toBe('WO-2/0010');
  const [row] = status.unattributed;
  expect(row).toMatchObject({ why: 'otherJob', job: 'WO-2/0010', run: 'R1', pieces: '4' });
  box.desk.pieces({ id: row!.id, run: 'R1', by: 'person:7' });
  expect(box.reports()).toEqual(['R1 4/0']);
});

test('a job that changes between two counts: each is of the job of its time', () => {
  const box = working('WO-1/0010');
  const { nowMs } = box.time;
  const at = (ms: number) => ({ sourceMs: nowMs + ms, serverMs: nowMs + ms });
  // As a server may send it: the later job before the count that was made under the one before.
  box.say('job', 'WO-2/0010', at(200));
  box.say('counter good', 103n, at(100));
  box.say('counter good', 105n, at(300));
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 3/0']);
  expect(box.loose()).toEqual(['otherJob good 2']);
});

/** The link is away for a while, in which something happens. */
function away(box: MachineBox, what: () => void): void {
  box.lose();
  box.pass(20_000);
  what();
  box.pass(20_000);
}

test('behind a gap: another job than before, and nobody knows whose they are', () => {
  const box = working('WO-2');
  away(box, () => undefined);
  box.say('job', 'WO-1/0010');
  box.say('counter good', 150n);
  box.live();
  box.pass(1_000);
  expect(box.reports()).toEqual([]);
  expect(box.loose()).toEqual(['jobChanged good 50']);
  box.pass(3_000);
  box.say('counter good', 151n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 1/0']);
});

/** Run R1 ends and R2 of the same operation begins while the link is away. */
function nextRun(job: Plain): MachineBox {
  const box = working(job);
  away(box, () => {
    box.decide(shop.end('R1'));
    box.decide(shop.phase('R2'));
  });
  box.say('counter good', 150n);
  box.live();
  box.pass(1_000);
  return box;
}

test('behind a gap: the same order and operation by its own word is the same job', () => {
  expect(nextRun('WO-1/0010').reports()).toEqual(['R2 50/0 catchUp']);
});

test('behind a gap: an order alone, or no job, does not say which operation it was', () => {
  for (const job of ['WO-1', '']) {
    const box = nextRun(job);
    expect(box.reports()).toEqual([]);
    expect(box.loose()).toEqual(['jobChanged good 50']);
  }
});

test('S1: the job is known over a restart of the edge: it stands beside the mark', () => {
  const path = `${testFolder()}/edge.db`;
  const before = working('WO-2', path);
  before.db.close();
  const box = openMachineBox({ path, more });
  box.time.nowMs = before.time.nowMs + 1_000;
  box.say('mode', 1n);
  box.say('job', 'WO-1/0010');
  box.say('counter good', 150n);
  box.live();
  box.pass(3_000);
  expect(box.reports()).toEqual([]);
  expect(box.loose()).toEqual(['jobChanged good 50']);
});

test('a job that is not known says nothing: the open run counts', () => {
  const box = working('WO-2');
  box.say('job', null, { status: 0x80310000 });
  box.say('counter good', 104n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 4/0']);
});

test('what was in hand before anything is known is the earliest that is', () => {
  const skew = { skewMs: 0, skewMaxMs: 2_000, bufferMaxMs: 600_000 };
  const jobs = jobsIn(undefined, [told('job', 'A', 10), told('job', 'B', 20)], skew);
  expect([5, 10, 15, 20, 99].map((ms) => jobAt(jobs, ms))).toEqual(['A', 'A', 'A', 'B', 'B']);
  expect(jobAt([], 5)).toBeUndefined();
});
