// Goal: machines are looked at as often as needed, and one that cannot be looked at keeps nothing
// under way for ever. Method: a machine that refuses, hangs up, and has jobs that are not ours.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobsMs, restingMs } from '../edge/machine/jobwork.ts';
import { jobTables } from '../edge/machine/tables.ts';
import { openSending } from '../edge/opcua/sending.ts';
import { migrations } from '../edge/store/schema.ts';
import { openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { testFolder } from './helpers/folder.ts';
import { openJobs } from './helpers/jobbox.ts';
import { m01 } from './helpers/shop.ts';

const job = 'WO-1/0010';
const writes = `    writes:
      allow: [job]
      values: { job: { at: "m;s=JobAsked", readBack: "m;s=Job", from: job } }
`;

test('a list is read each second while a job is in play, and seldom after it', async () => {
  const box = openJobs();
  let lists = 0;
  box.listener.jobs({
    ...box.port,
    list: async () => {
      lists += 1;
      return new Map(box.jobs);
    },
  });
  await box.rounds(5);
  expect(lists).toBe(0);
  box.ask('Store');
  await box.rounds(10, jobsMs);
  expect(lists).toBe(10);
  box.jobs.delete(job);
  await box.rounds(1);
  lists = 0;
  await box.rounds(60, jobsMs);
  expect(lists).toBeLessThanOrEqual(60_000 / restingMs);
  expect(lists).toBeGreaterThan(0);
});

test('a job that the machine has already is not stored over, nor taken for ours', async () => {
  const box = openJobs();
  box.jobs.set(job, 'Ended');
  box.ask('Store');
  await box.rounds();
  expect(box.calls.filter((call) => call !== 'response')).toEqual([]);
  expect(box.told()).toMatchObject({
    ...{ state: 'Ended', outcome: 'not done: Store: the machine has such a job' },
  });
  expect(() => box.ask('Store')).toThrow('the machine has it: Ended');
});

test('what refuses to be looked at ends what is under way; what hangs up does not', async () => {
  const box = openJobs();
  const fails = (code: 'REFUSED' | 'UNREACHABLE') =>
    box.listener.jobs({
      ...box.port,
      list: async () => {
        throw new Fault(code, 'jobs: /Jobs has no JobOrderList');
      },
    });
  fails('UNREACHABLE');
  box.ask('Store');
  await box.rounds();
  expect(box.row().action).toBe('Store');
  fails('REFUSED');
  await box.rounds(3);
  expect(box.row().action).toBe('Store'); // it rests for five seconds
  await box.rounds(2);
  expect(box.row().outcome).toBe('not done: Store: jobs: /Jobs has no JobOrderList');
});

test('what only Job Control can say is not left out in silence', () => {
  const box = openJobs(writes);
  box.say('state', 2n);
  box.pass(10_000);
  const why = 'are for machines with Job Control';
  const materials = [{ material: 'STEEL', quantity: '1', unit: 'KGM' }];
  for (const more of [{ materials }, { startMs: 1 }, { endMs: 1 }, { priority: 0 }]) {
    expect(() => box.ask('Prepare', more)).toThrow(why);
  }
  box.ask('Prepare');
});

test('a job that an older program was asked for is carried out, with its name alone', async () => {
  const path = join(testFolder(), 'edge.sqlite');
  const old = openDatabase(path, migrations.slice(0, migrations.indexOf(jobTables)));
  old.prepare('INSERT INTO line (path, epoch) VALUES (?, 1)').run(m01);
  old.exec(`INSERT INTO job (line, unit, job, "order", operation, action, asked_by, asked_ms)
    VALUES (1, 'press', '${job}', 'WO-1', '0010', 'Store', 'person:1', 1700000000000)`);
  old.close();
  const box = openJobs(undefined, path);
  await box.rounds();
  expect([box.calls, box.orders]).toEqual([[`Store ${job}`], [undefined]]);
  expect(box.told()).toMatchObject({ outcome: 'done: Store', sent: null, booked: null });
});

test('nothing is asked of a server of which nobody is sure', async () => {
  const touched: PropertyKey[] = [];
  const session = new Proxy({}, { get: (_, name) => touched.push(name) });
  const sure = async () => {
    throw new Fault('UNREACHABLE', 'server: has started anew');
  };
  const port = openSending({ session: session as never, epoch: 'A', sure });
  const at = { uri: 'urn:x', id: 's=Job' };
  await expect(port.call(at, 'Store', job)).rejects.toThrow('has started anew');
  await expect(port.write({ way: 'variable', at }, 'J')).rejects.toThrow('has started anew');
  expect(touched).toEqual([]);
});
