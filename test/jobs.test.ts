// Goal: a machine is asked only what was allowed, once, and what it shows is the truth.
// Method: the charts' table of OPC 10031-4 v2 as the oracle; a machine that a test makes lie,
// refuse, hang up and forget.
import { describe, expect, test } from 'vitest';
import {
  isDone,
  isLegal,
  type JobState,
  jobActions,
  jobStates,
  rejectionOf,
} from '../edge/machine/job.ts';
import { seenMaxMs } from '../edge/machine/jobwork.ts';
import { Fault } from '../shared/fault.ts';
import { mapped, openJobs, standard } from './helpers/jobbox.ts';
import { m01, shop } from './helpers/shop.ts';

test.each(jobActions)('%s is asked exactly where the standard has it', (action) => {
  for (const state of [undefined, ...jobStates]) {
    const to = standard(action, state);
    expect([state, isLegal(action, state)]).toEqual([state, to !== undefined]);
    if (to === undefined) continue;
    expect(isDone(action, state)).toBe(false);
    expect(isDone(action, to === '(removed)' ? undefined : (to as JobState))).toBe(true);
  }
});

test('a return status is bits, and 1 alone is well', () => {
  expect(rejectionOf(1n)).toBeUndefined();
  expect(rejectionOf(8n)).toContain('in no state for it');
  expect(rejectionOf(18n)).toContain('does not know the job, it cannot take the job');
  expect(rejectionOf(1n << 32n)).toContain('invalid');
  expect(rejectionOf(0n)).toContain('no reason given');
});

const job = 'WO-1/0010';

test('a job is stored, may start, and the machine itself runs it', async () => {
  const box = openJobs();
  for (const action of ['Store', 'Start'] as const) {
    box.ask(action);
    await box.rounds();
    expect(box.row()).toMatchObject({ action: null, outcome: `done: ${action}` });
  }
  expect(box.row().state).toBe('AllowedToStart');
  box.jobs.set(job, 'Running');
  for (const action of ['Pause', 'Resume']) {
    box.ask(action);
    await box.rounds();
  }
  box.jobs.set(job, 'Ended');
  box.ask('Clear');
  await box.rounds(20); // it waits for the result, which there is not
  const calls = box.calls.filter((call) => call !== 'response');
  expect(calls.map((call) => call.split(' ')[0])).toEqual([
    ...['Store', 'Start', 'Pause', 'Resume', 'Clear'],
  ]);
  expect(box.row()).toMatchObject({ state: null, outcome: 'done: Clear' });
});

describe('nothing is written', () => {
  test('unless the mapping names it', () => {
    const box = openJobs(mapped('Store'));
    expect(() => box.ask('Start')).toThrow('Start is not allowed by the mapping: Store');
    expect(() => openJobs(mapped('')).ask('Store')).toThrow('nothing is');
    expect(() => openJobs('').ask('Store')).toThrow(
      'press of acme/lyon/turning/M01 is mapped for no',
    );
    expect(() => openJobs(mapped('Abort'))).toThrow('must be one of Store, Start');
    expect(() => box.ask('Abort')).toThrow('must be one of Store, Start');
  });
  test('more often than the mapping says', async () => {
    const box = openJobs(mapped('Store, Start, RevokeStart', 2));
    box.ask('Store');
    await box.rounds();
    box.ask('Start');
    await box.rounds();
    expect(() => box.ask('RevokeStart')).toThrow('2 a minute are the most');
    box.time.nowMs += 60_000;
    box.ask('RevokeStart');
  });
  test('once it is switched off, not even what is under way', async () => {
    const box = openJobs();
    box.ask('Store');
    box.desk.turn({ on: false, by: 'person:9' });
    await box.rounds();
    expect(box.calls).toEqual([]);
    expect(box.row().outcome).toBe('not done: Store: switched off');
    expect(() => box.ask('Store')).toThrow('switched off by person:9');
    expect(box.desk.status().writes).toMatchObject({ on: false, by: 'person:9' });
    box.desk.turn({ on: true, by: 'person:9' });
    box.ask('Store');
    await box.rounds();
    expect(box.calls).toEqual([`Store ${job}`]);
  });
  test('while the machine is not live, or something is under way', () => {
    const box = openJobs();
    box.ask('Store');
    expect(() => box.ask('Start')).toThrow('Store is under way');
    box.lose();
    expect(() => openLost(box)).toThrow('press is not live');
  });
  test('that another mapping allowed before the edge was started anew', async () => {
    const box = openJobs(mapped('Store'));
    box.jobs.set(job, 'Running');
    const row = { line: m01, unit: 'press', job, order: 'WO-1', operation: '0010' };
    box.store.commit(() => box.docket.ask(row, 'Pause', 'person:1', box.time.nowMs));
    await box.rounds();
    expect(box.calls).toEqual([]);
    expect(box.row().outcome).toBe('not done: Pause: not allowed');
  });
  test('where nobody could say afterwards that it was', async () => {
    const box = openJobs();
    box.ask('Store');
    const { state } = box.intake;
    box.intake.state = () => false;
    await box.rounds();
    expect(box.calls).toEqual([]);
    box.intake.state = state;
    await box.rounds();
    expect(box.calls).toEqual([`Store ${job}`]);
    expect(() => box.db.exec("UPDATE job_log SET by = 'x'")).toThrow('never edited');
    expect(() => box.db.exec('DELETE FROM job_log')).toThrow('never forgotten');
  });
});
const openLost = (box: ReturnType<typeof openJobs>) => {
  box.db.exec('UPDATE job SET action = NULL');
  return box.ask('Start');
};

describe('a hold', () => {
  test('takes back that a prepared job may start', async () => {
    const box = openJobs();
    box.ask('Store');
    await box.rounds();
    box.ask('Start');
    await box.rounds();
    box.decide(shop.hold('H1', 'order', { order: 'WO-1' }));
    await box.rounds(3);
    expect(box.calls.at(-1)).toBe(`RevokeStart ${job}`);
    expect(box.row()).toMatchObject({ state: 'NotAllowedToStart', askedBy: 'system:hold' });
    expect(() => box.ask('Start')).toThrow('WO-1 is held by H1');
    await box.rounds(3);
    expect(box.calls).toHaveLength(3);
  });
  test('that comes before the call stops it', async () => {
    const box = openJobs();
    box.ask('Store');
    await box.rounds();
    box.ask('Start');
    box.decide(shop.hold('H1', 'line'));
    await box.rounds();
    expect(box.calls).toEqual([`Store ${job}`]);
    expect(box.row().outcome).toBe('not done: Start: held meanwhile');
  });
});

describe('E2: the answer is a hint, the list is the truth', () => {
  test('an answer that is lost is not asked again when the machine has done it', async () => {
    const box = openJobs();
    box.answers(() => {
      box.jobs.set(job, 'NotAllowedToStart');
      throw new Fault('UNREACHABLE', 'no answer');
    });
    box.ask('Store');
    await box.rounds(3);
    expect(box.calls).toEqual([`Store ${job}`]);
    expect(box.row().outcome).toBe('done: Store');
  });
  test('a request that is lost is asked again, a few times', async () => {
    const box = openJobs();
    box.answers(() => {
      throw new Fault('UNREACHABLE', 'no answer');
    });
    box.ask('Store');
    await box.rounds(12);
    expect(box.calls).toHaveLength(3);
    expect(box.row().outcome).toBe('not done: Store: not seen at the machine');
  });
  test('well, says the machine, and shows nothing: it is not done', async () => {
    const box = openJobs();
    box.answers(() => 1n);
    box.ask('Store');
    const { set } = box.jobs;
    box.jobs.set = () => box.jobs;
    await box.rounds(2, seenMaxMs);
    box.jobs.set = set;
    expect(box.row().outcome).toBe('not done: Store: not seen at the machine');
  });
  test('a refusal is told with its bits, and what is in another state is not asked', async () => {
    const box = openJobs();
    box.answers(() => 16n);
    box.ask('Store');
    await box.rounds();
    expect(box.row().outcome).toContain('it cannot take the job (16)');
    box.ask('Pause');
    await box.rounds();
    expect(box.row().outcome).toBe('not done: Pause: the job is not there');
    expect(box.calls).toHaveLength(1);
  });
});
