// Goal: jobs come down to a simulated machine as OPC 10031-4 v2 has it; the machine decides when
// one runs. Method: a client that calls its methods; the standard's table against the list's ways.
import { readFileSync } from 'node:fs';
import { coerceNodeId, DataType, StatusCodes, Variant, VariantArrayType } from 'node-opcua';
import { afterEach, expect, test } from 'vitest';
import {
  answers,
  ask,
  type JobMethod,
  jobOf,
  jobStates,
  store,
  ways,
} from '../cli/machine/joblist.ts';
import { closer, openPair } from './machine/pair.ts';
import { until, type Watcher } from './machine/watcher.ts';

const closing = closer();
afterEach(closing.run);
const uri = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/';
const jobOrderType = 3_008;

test('a job goes the ways of the standard, every one and no other', () => {
  const name = (state: number): string => Object.keys(jobStates)[state - 1]!.toLowerCase();
  const ours = Object.values(jobStates).flatMap((state) =>
    (Object.keys(ways) as JobMethod[]).flatMap((method) => {
      const { answer, jobs } = ask([jobOf('J', state)], 'J', method);
      if (answer !== answers.ok) return [];
      const to = jobs[0] ? name(jobs[0].state) : '(removed)';
      return [`${name(state)} ${method.toLowerCase()} ${to}`];
    }),
  );
  const known = readFileSync('test/data/transitions/isa95_job_order_opc10031_4_v2.csv', 'utf8')
    .toLowerCase()
    .split('\n')
    .map((line) => line.split(','))
    .filter(([, from, event, , kind]) => {
      return from !== '(none)' && event !== 'update' && kind === 'command';
    })
    .map(([, from, event, to]) => `${from} ${event} ${to}`);
  expect(ours.sort()).toEqual(known.sort());
});

test('at most twenty jobs are kept, and one runs at a time', () => {
  let jobs = store([], 'J0', true).jobs;
  for (let count = 1; count < 20; count += 1) jobs = store(jobs, `J${count}`, false).jobs;
  expect(store(jobs, 'J20', false)).toEqual({ answer: answers.unable, jobs });
  const two = [jobOf('A', jobStates.running), jobOf('B', jobStates.interrupted)];
  expect(ask(two, 'B', 'Resume').answer).toBe(answers.unable);
});

async function jobsOf({ session, nodeId, namespaces, below }: Watcher) {
  const control = nodeId('s=Filler.JobOrderControl');
  const comment = new Variant({
    ...{ dataType: DataType.LocalizedText, arrayType: VariantArrayType.Array, value: [] },
  });
  const type = coerceNodeId(`ns=${namespaces.indexOf(uri)};i=${jobOrderType}`);
  const construct = async (fields: Record<string, unknown>) => {
    const value = await session.constructExtensionObject(type, fields);
    return new Variant({ dataType: DataType.ExtensionObject, value });
  };
  return {
    construct,
    order: (id: string) => construct({ jobOrderID: id }),
    async call(name: string, first: Variant): Promise<bigint> {
      const methodId = await below(control, uri, name);
      const { statusCode, outputArguments } = await session.call({
        ...{ objectId: control, methodId, inputArguments: [first, comment] },
      });
      expect(statusCode).toBe(StatusCodes.Good);
      const [high, low] = outputArguments![0]!.value as [number, number];
      return (BigInt(high) << 32n) + BigInt(low);
    },
    list: async () =>
      (await session.read({ nodeId: await below(control, uri, 'JobOrderList') })).value.value,
    async response(id: string): Promise<unknown[]> {
      const results = nodeId('s=Filler.JobOrderResults');
      const { outputArguments } = await session.call({
        objectId: results,
        methodId: await below(results, uri, 'RequestJobResponseByJobOrderID'),
        inputArguments: [new Variant({ dataType: DataType.String, value: id })],
      });
      return outputArguments!.map(({ value }) => value);
    },
  };
}

test.each(['generic', 'packml-opc30050'] as const)(
  '%s: a job is stored, allowed, run by the machine when it likes, paused, ended, cleared',
  async (profile) => {
    const { machine, watcher } = await openPair(closing, { profile, jobs: true, jobWaitMs: 100 });
    const { order, call, list, response } = await jobsOf(watcher);
    await machine.perform('make', { good: 2 });
    const [before, named] = ['JOB-0', 'JOB-1'].map(
      (value) => new Variant({ dataType: DataType.String, value }),
    ) as [Variant, Variant];
    const state = (): unknown => machine.truth().jobs[0]?.state;
    // While it runs another one the machine cannot begin this one between two calls.
    expect(await call('Store', await order('JOB-0'))).toBe(answers.ok);
    expect(await call('Start', before)).toBe(answers.ok);
    await until('the machine runs the one before', () => state() === jobStates.running);
    const given = await order('JOB-1');
    expect(await call('Store', given)).toBe(answers.ok);
    expect(await call('Store', given)).toBe(answers.unable);
    expect(await call('Pause', named)).toBe(answers.wrongState);
    expect(machine.truth().jobs[1]).toMatchObject({ state: jobStates.notAllowedToStart });
    for (const method of ['Start', 'RevokeStart', 'Start']) {
      expect(await call(method, named)).toBe(answers.ok);
    }
    expect(machine.truth().jobs[1]).toMatchObject({ state: jobStates.allowedToStart });
    await machine.perform('endJob', {});
    expect(await call('Clear', before)).toBe(answers.ok);
    await until('the machine runs it', () => state() === jobStates.running);
    await machine.perform('make', { good: 4 });
    expect(await call('Pause', named)).toBe(answers.ok);
    expect(await call('Resume', named)).toBe(answers.ok);
    await machine.perform('endJob', {});
    expect(machine.truth().jobs).toMatchObject([
      { id: 'JOB-1', state: jobStates.ended, good: 4, scrap: 0 },
    ]);
    expect(await list()).toMatchObject([
      { jobOrder: { jobOrderID: 'JOB-1' }, state: [{ stateNumber: jobStates.ended }] },
    ]);
    expect(await response('JOB-1')).toMatchObject([
      { jobOrderID: 'JOB-1', jobState: [{ stateNumber: jobStates.ended }] },
      [0, 1],
    ]);
    expect(await call('Clear', named)).toBe(answers.ok);
    expect(await call('Clear', named)).toBe(answers.unknown);
    expect(machine.truth().jobs).toEqual([]);
  },
);

test('what a job says is in the list as it was told, and its result what it came to', async () => {
  const options = { profile: 'generic', jobs: true, jobWaitMs: 10 } as const;
  const { machine, watcher } = await openPair(closing, options);
  const { construct, call, list, response } = await jobsOf(watcher);
  const named = new Variant({ dataType: DataType.String, value: 'JOB-1' });
  const made = { materialDefinitionID: 'BOLT', materialUse: 'Produced', quantity: '12' };
  const given = {
    ...{ workMasterID: [{ ID: 'BOLT' }], startTime: new Date(1_800_000_000_000), priority: -3 },
    jobOrderParameters: [{ ID: 'Temp', value: { dataType: DataType.Double, value: 180.5 } }],
    materialRequirements: [made, { materialDefinitionID: 'STEEL', materialUse: 'Consumed' }],
  };
  await call('Store', await construct({ jobOrderID: 'JOB-1', ...given }));
  expect(await list()).toMatchObject([
    {
      jobOrder: {
        ...{ ...given, jobOrderID: 'JOB-1' },
        jobOrderParameters: [{ ID: 'Temp', value: { dataType: DataType.Double, value: 180.5 } }],
      },
    },
  ]);
  const large = { jobOrderID: 'JOB-2', description: [{ text: 'x'.repeat(2_500) }] };
  expect(await call('Store', await construct(large))).toBe(answers.unable);
  await call('Start', named);
  await until('the machine runs it', () => machine.truth().jobs[0]?.state === jobStates.running);
  await machine.perform('make', { good: 4, bad: 1 });
  await machine.perform('endJob', { good: false, saysGood: 5 });
  expect(machine.truth().jobs).toMatchObject([{ good: 4, scrap: 1, said: { good: 5, scrap: 1 } }]);
  expect(await response('JOB-1')).toMatchObject([
    {
      ...{ startTime: expect.any(Date), endTime: expect.any(Date) },
      jobState: [{ stateNumber: jobStates.aborted }],
      jobResponseData: [
        { ID: 'GoodPieces', value: { value: 5 } },
        { ID: 'ScrapPieces', value: { value: 1 } },
      ],
      materialActuals: [{ ...made, quantity: '5' }],
    },
    [0, 1],
  ]);
  await machine.perform('results', { told: false });
  expect(await response('JOB-1')).toMatchObject([{ jobOrderID: '' }, [0, 2]]);
});
