// Goal: what a machine says a job came to is kept beside what was booked from its counters, and
// corrects nothing. Method: a machine that answers, knows nothing, hangs, and counts otherwise.
import { expect, test } from 'vitest';
import { outcomeOf } from '../edge/machine/outcome.ts';
import type { JobResponse } from '../edge/machine/port.ts';
import { settleMs } from '../edge/machine/results.ts';
import { Fault } from '../shared/fault.ts';
import { openJobs } from './helpers/jobbox.ts';

const job = 'WO-1/0010';
const mapped = (more = '', allow = 'Store, Start, Clear', perMinute = 60) =>
  `    jobs: { object: "/m:Jobs", allow: [${allow}], perMinute: ${perMinute}${more} }\n`;
const actuals = ', actuals: { good: Good, scrap: Bad }';
const says = (good: string, bad: string): JobResponse => ({
  ...{ id: 'R-1', state: 'Ended', startMs: 1_000, endMs: 2_000 },
  data: [
    { id: 'Good', value: good, unit: '' },
    { id: 'Bad', value: bad, unit: '' },
  ],
  materials: [
    { material: 'BOLT', use: 'Produced', quantity: '4', unit: 'EA', lot: 'L1' },
    { material: 'BOLT', use: 'Produced', quantity: '3.5', unit: 'EA', lot: 'L2' },
    { material: 'STEEL', use: 'Consumed', quantity: '9', unit: 'KGM', lot: '' },
  ],
});
const settledMs = settleMs + 1_000;

/** A job that ran; five good ones and one scrapped were counted while it did. */
async function ran(more?: string, allow?: string, perMinute?: number) {
  const box = openJobs(mapped(more, allow, perMinute));
  const count = (good: bigint, scrap: bigint) => {
    box.say('counter good', good);
    box.say('counter scrap', scrap);
    box.pass(1_000);
  };
  box.ask('Store');
  await box.rounds();
  count(110n, 10n); // by hand, before it
  box.ask('Start');
  await box.rounds();
  box.jobs.set(job, 'Running');
  await box.rounds();
  count(115n, 11n);
  return { ...box, count };
}

test('a result is fetched once and kept, then the job is cleared; all is as booked', async () => {
  const box = await ran(actuals);
  box.responds(() => says('5', '1'));
  box.jobs.set(job, 'Ended');
  await box.rounds(4);
  expect(box.calls.filter((call) => call === 'response')).toHaveLength(1);
  expect(box.calls.at(-1)).toBe(`Clear ${job}`);
  await box.rounds(2, settledMs);
  expect(box.told()).toMatchObject({
    ...{ state: null, outcome: 'done: Clear', askedBy: 'system:result', settled: true },
    result: { ...says('5', '1'), good: '5', scrap: '1' },
    ...{ booked: { good: '5', scrap: '1' }, differs: [], resultWhy: null },
  });
  const log = box.db.prepare("SELECT what FROM job_log WHERE what LIKE 'result %'").pluck().all();
  expect(log).toHaveLength(1);
});

test('other pieces than were booked are told, and nothing is corrected', async () => {
  const box = await ran(actuals, 'Store, Start');
  box.responds(() => says('6', '1.0'));
  box.jobs.set(job, 'Ended');
  await box.rounds(2);
  expect(box.told()).toMatchObject({ settled: false, differs: [] });
  box.count(116n, 13n); // the last of it, that was booked after its end
  await box.rounds(2, settledMs);
  box.count(200n, 20n); // no longer of it
  expect(box.told()).toMatchObject({
    ...{ state: 'Ended', booked: { good: '6', scrap: '3' } },
    differs: ['scrap: the machine says 1, booked 3'],
  });
  expect(box.row()).toMatchObject({ askedBy: 'person:1', outcome: 'done: Start' }); // no Clear
  expect(box.reports().at(-1)).toBe('R1 84/7');
});

test('without names in the mapping the good ones are of the material that is made', async () => {
  const box = await ran();
  box.responds(() => says('99', '99'));
  box.jobs.set(job, 'Aborted');
  await box.rounds(2);
  expect(box.told().result).toMatchObject({ good: '7.5', scrap: null });
  await box.rounds(3, settledMs);
  expect(box.told().differs).toEqual(['good: the machine says 7.5, booked 5']);
});

test('what is no quantity is not known, and not compared', async () => {
  const box = await ran(actuals);
  box.responds(() => says('many', '-'));
  box.jobs.set(job, 'Ended');
  await box.rounds(4);
  await box.rounds(2, settledMs);
  expect(box.told().result).toMatchObject({ good: null, scrap: null });
  expect(box.told().differs).toEqual([]);
  const [first, ...rest] = says('0', '0').materials;
  const half = { ...says('0', '0'), materials: [{ ...first!, quantity: 'few' }, ...rest] };
  const none = { ...half, materials: [] };
  for (const response of [half, none]) {
    expect(outcomeOf(response, { actuals: {} }, 'BOLT').good).toBeNull();
  }
});

test('a result that is not there is asked for three times, then named', async () => {
  const box = await ran(actuals);
  box.responds(() => {
    if (box.calls.filter((call) => call === 'response').length > 1) return undefined;
    throw new Fault('UNREACHABLE', 'jobs: result: no answer in 10000 ms');
  });
  box.jobs.set(job, 'Ended');
  await box.rounds(1);
  expect(box.told().resultWhy).toBe('jobs: result: no answer in 10000 ms');
  const asked = () => box.calls.filter((call) => call === 'response').length;
  await box.rounds(3);
  expect(asked()).toBe(1);
  await box.rounds(40);
  expect(asked()).toBe(3);
  expect(box.told()).toMatchObject({
    ...{ state: 'Ended', result: null, resultWhy: 'the machine does not know it' },
    ...{ settled: true, differs: [] },
  });
  box.ask('Clear');
  await box.rounds();
  expect(box.told()).toMatchObject({ state: null, outcome: 'done: Clear' });
});

test('a person who clears waits for the result; a job that is gone has one too', async () => {
  const box = await ran(actuals);
  box.responds(() => says('5', '1'));
  box.jobs.set(job, 'Ended');
  box.ask('Clear');
  await box.rounds();
  expect(box.calls.slice(-2)).toEqual(['response', `Clear ${job}`]);
  expect(box.told().result).toMatchObject({ good: '5' });

  const late = await ran(actuals);
  late.responds(() => (late.calls.includes('tried') ? says('5', '1') : undefined));
  late.jobs.set(job, 'Ended');
  late.ask('Clear');
  await late.rounds(2);
  late.calls.push('tried');
  await late.rounds(6);
  expect(late.calls.slice(-3)).toEqual(['tried', 'response', `Clear ${job}`]);

  const other = await ran(actuals);
  other.responds(() => says('5', '1'));
  other.jobs.delete(job);
  await other.rounds();
  expect(other.told().result).toMatchObject({ good: '5' });
});

test('nothing is cleared once writing is off, or beyond the rate; the result is kept', async () => {
  const box = await ran(actuals);
  box.responds(() => says('5', '1'));
  box.desk.turn({ on: false, by: 'person:9' });
  box.jobs.set(job, 'Ended');
  await box.rounds(10);
  expect(box.told()).toMatchObject({ state: 'Ended', result: { good: '5' } });
  expect(box.row()).toMatchObject({ askedBy: 'person:1', outcome: 'done: Start' });
  const busy = await ran(actuals, 'Store, Start, Clear', 2);
  busy.responds(() => says('5', '1'));
  busy.jobs.set(job, 'Ended');
  await busy.rounds(5);
  expect(busy.calls).not.toContain(`Clear ${job}`);
  await busy.rounds(3, 30_000);
  expect(busy.calls).toContain(`Clear ${job}`);
});

test('a machine that does not clear is asked again after a minute, and no sooner', async () => {
  const box = await ran(actuals);
  box.responds(() => says('5', '1'));
  box.answers((action) => (action === 'Clear' ? 17n : 1n));
  box.jobs.set(job, 'Ended');
  const cleared = () => box.calls.filter((call) => call === `Clear ${job}`).length;
  await box.rounds(30);
  expect(cleared()).toBe(1);
  expect(box.told().outcome).toMatch(/^not done: Clear: the machine refused: it cannot take/);
  await box.rounds(3, 30_000);
  expect(cleared()).toBe(2);
});

test('a job that is revoked counts nothing; one that is stored anew begins anew', async () => {
  const box = await ran(actuals, 'Store, Start, RevokeStart, Clear');
  box.responds(() => says('5', '1'));
  box.jobs.set(job, 'NotAllowedToStart');
  await box.rounds();
  box.count(120n, 11n);
  expect(box.told()).toMatchObject({ booked: { good: '5', scrap: '1' }, settled: true });
  box.jobs.set(job, 'Running');
  await box.rounds();
  box.jobs.set(job, 'Ended');
  await box.rounds(4);
  box.ask('Store');
  await box.rounds();
  expect(box.told()).toMatchObject({ result: null, booked: null, outcome: 'done: Store' });
});

test('jobs that are over are forgotten but for the last twenty; the log keeps them', async () => {
  const box = openJobs(mapped());
  for (let order = 0; order < 23; order++) {
    const row = { line: box.mapping.line, unit: 'press', job: `J${order}` };
    const about = { ...row, order: 'WO-1', operation: '0010' };
    box.store.commit(() => {
      box.docket.ask(about, 'Store', 'person:1', order);
      box.docket.end(row, 'not done: Store: it is full', order);
    });
  }
  const names = box.docket.all().map((row) => row.job);
  expect(names).toHaveLength(21);
  expect(names).not.toContain('J1');
  expect(box.db.prepare('SELECT count(*) FROM job_log').pluck().get()).toBe(46);
});
