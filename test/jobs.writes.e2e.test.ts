// Goal: machines without Job Control get what a job needs, by PackTags, by the methods of OPC 30050
// and by variables of their own, and nothing else. Method: a real edge and the three kinds of
// server; what a machine was written, it says itself.
import { expect, test } from 'vitest';
import { jobsOf } from './helpers/jobline.ts';
import { headOf, startLive } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import { shop } from './helpers/shop.ts';

const counters = (before: string) => `    counters:
      good: { at: "m;s=Filler.${before}", counts: good, maxPerSec: 50, slack: 50 }
`;
const packml = `    writes:
      allow: [product, dose]
      when: [stopped, idle]
      modes: [1]
      perMinute: 60
      values:
        product: { product: 0, from: material, map: { BOLT: 77 }, empty: 0 }
        dose: { parameter: 1, low: 0, high: 5, empty: 0 }
        other: { parameter: 0, value: 9 }
`;
const tags = (port: number) => `${headOf(port)}  press:
    profile: packml-tags
    root: "m;s=Filler."
${counters('Good')}${packml}`;
const nested = (port: number) => `${headOf(port)}  press:
    profile: packml-opc30050
    root: /pk:PackMLObjects/m:Filler
    counters:
      good: { from: ProdProcessedCount, counts: good, maxPerSec: 50, slack: 50 }
${packml}`;
const generic = (port: number) => `${headOf(port)}  press:
    profile: generic
${counters('Good')}    state: { at: "m;s=Filler.State", map: { "0": stopped, "1": execute } }
    writes:
      allow: [job]
      when: [stopped]
      perMinute: 60
      values:
        job: { at: "/m:Filler/m:JobOrder", readBack: "m;s=Filler.JobInHand", from: job, empty: "" }
`;
const given = { parameters: { dose: 2.5 } };

async function stopped(profile: 'packml-tags' | 'packml-opc30050' | 'generic') {
  const text = { 'packml-tags': tags, 'packml-opc30050': nested, generic }[profile];
  const { machine, line } = await startLive({ profile }, text, 1);
  const { written } = await machine.truth();
  expect(written.count).toBe(0);
  await machine.perform('state', { state: 'stopped' });
  const is = async () => (await line.status()).machines.lines[0]!.units[0]!.state === 'stopped';
  await waitFor(is, 30_000, 'the machine to be known as stopped');
  return { machine, line, ...jobsOf(line) };
}

test.each([
  {
    ...({ profile: 'packml-tags' } as const),
    ways: ['Filler.Command.Product[0].ProductID', 'Filler.Command.Parameter[1].Value'],
  },
  { ...({ profile: 'packml-opc30050' } as const), ways: ['SetProduct', 'SetParameter'] },
])(
  '$profile: product and parameter are written and read back; a hold empties them',
  async (one) => {
    const { machine, line, done, row, until, ask, writes } = await stopped(one.profile);
    await done('Prepare', given);
    expect(await row()).toMatchObject({
      ...{ state: 'Prepared', calls: 1, sent: { values: { product: 77, dose: 2.5 } } },
    });
    const { asked } = await machine.truth();
    expect(asked).toMatchObject({ product: 77, parameters: { '0': 0, '1': 2.5 } });

    await line.decide(shop.hold('H1', 'order', { order: 'WO-1' }));
    await until(({ state }) => state === null, 'the job to be taken back');
    expect((await machine.truth()).asked).toMatchObject({ product: 0, parameters: { '1': 0 } });
    expect((await ask('Prepare', given)).why).toContain('WO-1 is held by H1');
    await writes(false);
    const { why } = await ask('Prepare', { ...given, operation: '0020' });
    expect(why).toContain('switched off by person:9');
    const { written } = await machine.truth();
    expect(written.last.map(({ name }) => name)).toEqual([...one.ways, ...one.ways]);
    expect(written.count).toBe(4);
  },
);

test('generic: the job is written once, read back, only while the machine is stopped', async () => {
  const { machine, done, ask, row } = await stopped('generic');
  expect((await ask('Prepare', given)).why).toContain('dose: is none that the mapping asks for');
  await done('Prepare');
  const job = 'WO-1/0010';
  expect((await machine.truth()).asked.job).toBe(job);
  await machine.perform('state', { state: 'execute' });
  const isRefused = async () => (await ask('Empty')).why.includes('the machine is execute');
  await waitFor(isRefused, 30_000, 'the running machine to be left alone');
  await machine.perform('state', { state: 'stopped' });
  await waitFor(async () => (await ask('Empty')).status === 200, 30_000, 'Empty to be asked');
  await waitFor(async () => (await row())!.outcome === 'done: Empty', 30_000, 'it to be empty');
  const { written } = await machine.truth();
  expect(written).toEqual({
    count: 2,
    last: [
      { name: 'JobOrder', value: job },
      { name: 'JobOrder', value: '' },
    ],
  });
});

test('a machine that takes it and does not show it is given up, and no other write', async () => {
  const { machine, ask, until } = await stopped('generic');
  await machine.perform('deaf', { on: true });
  expect((await ask('Prepare')).status).toBe(200);
  const why = 'not done: Prepare: not seen at the machine';
  await until(({ outcome }) => outcome === why, 'it to be given up');
  // Its variable holds what was written: the server tells a client's second write no change.
  expect((await machine.truth()).written.count).toBeGreaterThanOrEqual(1);
  expect((await machine.truth()).asked.job).toBe('');
});

test('E2: killed between what is written down and the call, the edge writes it once', async () => {
  const { machine, line, ask, until } = await stopped('generic');
  line.link.freeze();
  expect((await ask('Prepare')).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await line.kill();
  line.link.heal();
  await line.start();
  await until(({ outcome }) => outcome === 'done: Prepare', 'the job to be prepared', 60_000);
  expect((await machine.truth()).written).toMatchObject({ count: 1 });
});

test('a server that has started anew is not written what was asked before', async () => {
  const { machine, line, ask, until } = await stopped('generic');
  line.link.freeze();
  expect((await ask('Prepare')).status).toBe(200);
  await machine.kill();
  await machine.restart('kept');
  line.link.heal();
  await until(({ action }) => action === null, 'it to be given up', 90_000);
  const anew = 'not done: Prepare: the server has started anew since it was asked';
  const late = 'not done: Prepare: not seen at the machine';
  await until(({ outcome }) => outcome === anew || outcome === late, 'it to be not done');
  expect((await machine.truth()).written.count).toBe(0);
});
