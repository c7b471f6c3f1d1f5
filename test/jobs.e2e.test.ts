// Goal: a job goes down to a machine by ISA-95 Job Control, and comes back as what it became.
// Method: a real edge, and a real server with the nodeset of OPC 10031-4 v2.
import { expect, test } from 'vitest';
import { jobsOf } from './helpers/jobline.ts';
import { simulated, startLive } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import { shop } from './helpers/shop.ts';
import { openWatcher } from './machine/watcher.ts';

const uri = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/';
const job = 'WO-1/0010';
const mapped = (port: number) => `${simulated(port)}
    jobs:
      object: "/m:Filler/m:JobOrderControl"
      allow: [Store, Start, RevokeStart, Clear]
      perMinute: 60
      parameters:
        Speed: { value: 60, unit: 1/min }
        Recipe: { from: material, map: { BOLT: R-7 } }
        Temp: { low: 100, high: 220 }
      actuals: { good: GoodPieces, scrap: ScrapPieces }
`;
const given = {
  ...{ parameters: { Temp: 180.5 }, quantity: '12', priority: 3, startMs: 1_800_000_000_000 },
  materials: [{ material: 'STEEL', quantity: '2.5', unit: 'KGM', lot: 'L-1' }],
};

test('a job is stored with its contents, run, ended, cleared; its result is kept', async () => {
  const { machine, line, make } = await startLive({ jobs: true, jobWaitMs: 2_000 }, mapped);
  const { row, until, ask, done } = jobsOf(line);
  await done('Store', given);
  expect(await row()).toMatchObject({ state: 'NotAllowedToStart' });

  // The list as any client reads it.
  const watcher = await openWatcher({ url: machine.url, login: null });
  const control = watcher.nodeId('s=Filler.JobOrderControl');
  const nodeId = await watcher.below(control, uri, 'JobOrderList');
  const [entry] = (await watcher.session.read({ nodeId, attributeId: 13 })).value.value;
  await watcher.close();
  expect(entry.jobOrder).toMatchObject({
    ...{ jobOrderID: job, priority: 3, startTime: new Date(1_800_000_000_000) },
    description: [{ text: 'order WO-1, operation 0010' }],
    workMasterID: [{ ID: 'BOLT' }],
    jobOrderParameters: [
      { ID: 'Speed', value: { value: 60 }, engineeringUnits: { displayName: { text: '1/min' } } },
      { ID: 'Recipe', value: { value: 'R-7' } },
      { ID: 'Temp', value: { value: 180.5 } },
    ],
    materialRequirements: [
      { materialDefinitionID: 'BOLT', materialUse: 'Produced', quantity: '12' },
      { materialDefinitionID: 'STEEL', materialUse: 'Consumed', materialLotID: 'L-1' },
    ],
  });

  await done('Start');
  await until(({ state }) => state === 'Running', 'the job to run');
  const refused = await ask('Pause');
  expect(refused).toMatchObject({ status: 409, why: expect.stringContaining('not allowed') });
  await make(5, 2);
  await machine.perform('endJob', { saysScrap: 3 });
  await until(({ state, settled }) => state === null && settled, 'the job to be cleared, settled');
  expect(await row()).toMatchObject({
    ...{ outcome: 'done: Clear', askedBy: 'system:result', booked: { good: '5', scrap: '2' } },
    result: {
      ...{ id: `response-${job}`, state: 'Ended', good: '5', scrap: '3' },
      ...{ startMs: expect.any(Number), endMs: expect.any(Number) },
      materials: [{ material: 'BOLT', use: 'Produced', quantity: '5', unit: 'EA', lot: '' }],
    },
    differs: ['scrap: the machine says 3, booked 2'],
  });
  const metrics = await (await fetch(`${line.url()}/metrics`)).text();
  expect(metrics).toContain('machine_job_differences{line="acme/lyon/turning/M01",unit="press"} 1');
  expect(await line.booked()).toBe('5/2');
  const { jobs, written } = await machine.truth();
  expect(jobs).toEqual([]);
  expect(written.last).toEqual(
    ['Store', 'Start', 'Clear'].map((name) => ({ name: `JobOrderControl.${name}`, value: job })),
  );
  expect(written.count).toBe(3);
});

test('a hold revokes a prepared job; once switched off nothing is asked', async () => {
  const { machine, line } = await startLive({ jobs: true, jobWaitMs: 600_000 }, mapped);
  const { row, until, ask, done, writes } = jobsOf(line);
  await done('Store', given);
  await done('Start');
  expect(await row()).toMatchObject({ state: 'AllowedToStart' });
  await line.decide(shop.hold('H1', 'order', { order: 'WO-1' }));
  await until(({ state }) => state === 'NotAllowedToStart', 'the job to be revoked');
  expect(await row()).toMatchObject({ askedBy: 'system:hold', holds: ['H1'] });
  expect((await ask('Start')).why).toContain('WO-1 is held by H1');
  await writes(false);
  expect((await ask('Store', { ...given, operation: '0020' })).status).toBe(409);
  const names = (await machine.truth()).written.last.map(({ name }) => name.split('.')[1]);
  expect(names).toEqual(['Store', 'Start', 'RevokeStart']);
});

test('a machine that knows no result is asked three times, where the mapping says', async () => {
  const results = '"/m:Filler/m:JobOrderControl"\n      results: "/m:Filler/m:JobOrderResults"';
  const text = (port: number) => mapped(port).replace(/"[^"]+JobOrderControl"/, results);
  const { machine, line } = await startLive({ jobs: true, jobWaitMs: 0 }, text);
  const { row, until, done } = jobsOf(line);
  await machine.perform('results', { told: false });
  await done('Store', given);
  await done('Start');
  await until(({ state }) => state === 'Running', 'the job to run');
  await machine.perform('endJob', { good: false });
  await until(({ resultTries }) => resultTries === 3, 'the result to be given up');
  expect(await row()).toMatchObject({
    ...{ state: 'Aborted', result: null, resultWhy: 'the machine does not know it' },
  });
});

test('E2: killed between what is written down and the call, the edge stores it once', async () => {
  const { machine, line } = await startLive({ jobs: true, jobWaitMs: 600_000 }, mapped);
  const { until, ask } = jobsOf(line);
  line.link.freeze();
  expect((await ask('Store', given)).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await line.kill();
  expect((await machine.truth()).written.count).toBe(0);
  line.link.heal();
  await line.start();
  await until(({ outcome }) => outcome === 'done: Store', 'the job to be stored', 60_000);
  await waitFor(async () => (await machine.truth()).jobs.length === 1, 30_000, 'it to be there');
  expect((await machine.truth()).written.count).toBe(1);
});
