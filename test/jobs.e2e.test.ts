// Goal: a job goes down to a machine by ISA-95 Job Control, and comes back as what it became.
// Method: a real edge, and a real server with the nodeset of OPC 10031-4 v2.
import { expect, test } from 'vitest';
import { simulated, startLive } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01 } from './helpers/shop.ts';

const mapped = (port: number) => `${simulated(port)}
    jobs: { object: "/m:Filler/m:JobOrderControl", allow: [Store, Start, Clear] }
`;
const job = 'WO-1/0010';

test('a job is stored and started, the machine runs and ends it, and it is cleared', async () => {
  const { machine, line } = await startLive({ jobs: true, jobWaitMs: 4_000 }, mapped);
  type Row = { state: string | null; action: string | null; outcome: string | null };
  const row = async () => {
    const { machines } = await line.status();
    return (machines as unknown as { jobs: Row[] }).jobs[0];
  };
  const post = (path: string, body: object) =>
    fetch(`${line.url()}/v1/machines/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const about = { line: m01, unit: 'press', order: 'WO-1', operation: '0010', by: 'person:1' };
  const ask = async (action: string) => {
    expect((await post('jobs', { ...about, action })).status).toBe(200);
    const is = async () => (await row())?.outcome === `done: ${action}`;
    await waitFor(is, 30_000, `${action} to be done`);
  };

  await ask('Store');
  expect(await row()).toMatchObject({ state: 'NotAllowedToStart' });
  await ask('Start');
  expect(await row()).toMatchObject({ state: 'AllowedToStart' });
  await waitFor(async () => (await row())?.state === 'Running', 10_000, 'the job to run');
  const refused = await post('jobs', { ...about, action: 'Pause' });
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ message: expect.stringContaining('not allowed') });
  await machine.perform('endJob');
  await waitFor(async () => (await row())?.state === 'Ended', 10_000, 'the job to end');
  await ask('Clear');
  expect(await row()).toMatchObject({ state: null });
  expect((await post('writes', { on: false, by: 'person:9' })).status).toBe(200);
  expect((await post('jobs', { ...about, action: 'Store' })).status).toBe(409);
  const { jobs, written } = await machine.truth();
  expect(jobs).toEqual([]);
  expect(written.last).toEqual(
    ['Store', 'Start', 'Clear'].map((name) => ({ name: `JobOrderControl.${name}`, value: job })),
  );
});
