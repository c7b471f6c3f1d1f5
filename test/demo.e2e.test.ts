// Goal: what the plant of the demo reports, its machines make, and the edge books it once: over a
// pulled cable, a lost counter and a killed edge. Method: three of its machines, encrypted, and a
// real edge without a hub.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ask, read } from '../cli/drive.ts';
import { type Heard, isCalm, openEars } from '../cli/ears.ts';
import { openHands } from '../cli/hands.ts';
import { startPark } from '../cli/park.ts';
import { freePorts } from '../cli/port.ts';
import { startProgram } from '../cli/program.ts';
import type { Status } from '../edge/http/status.ts';
import { testFolder } from './helpers/folder.ts';
import { shop } from './helpers/shop.ts';

const [turning, mixing, checking] = [
  ...['acme/lyon/turning/M01', 'acme/lyon/mixing/MIX1', 'acme/lyon/quality/QC1'],
] as const;
const never = new AbortController().signal;
const none = { of: 'WO-1/0010', good: 0, scrap: 0, rework: 0 };

/** Three machines, an edge that hears them, and a run open in a lane of each. */
async function startFloor() {
  const directory = testFolder();
  const lines = [turning, mixing, checking];
  const lanes = { [turning]: 2, [mixing]: 1, [checking]: 1 };
  const park = await startPark(directory, { lines, lanes });
  onTestFinished(() => park.close());
  const [natsPort, httpPort] = await freePorts(2);
  const config = {
    ...{ storePath: join(directory, 'edge.sqlite'), natsUrl: `nats://127.0.0.1:${natsPort}` },
    ...{ httpPort, lines: park.mappings },
  };
  const start = () => startProgram({ name: 'edge', entry: 'edge/main.ts', config, directory });
  let edge = await start();
  onTestFinished(() => edge.stop());
  const ears = openEars(() => edge.url, never);
  const calm = async (...of: string[]) => expect(await ears.until(isCalm(of), 60_000)).toBe(true);
  await calm(...lines);
  const on = (line: string, order: string, unit: string, runs: [string, number][]) => [
    { ...shop.release({ unit, quantity: '1000' }, order), line },
    { ...shop.start({ order }), line },
    ...runs.map(([run, lane]) => ({ ...shop.phase(run, { lane }, { order }), line })),
  ];
  const answers = await ask(
    edge.url,
    [
      ...on(turning, 'WO-1', 'EA', [
        ['R1', 1],
        ['R2', 2],
      ]),
      ...on(mixing, 'WO-2', 'KG', [['R3', 1]]),
      ...on(checking, 'WO-3', 'EA', [['R4', 1]]),
    ],
    never,
  );
  expect(answers.filter(({ status }) => status !== 'accepted')).toEqual([]);
  await delay(500);
  const status = () => read<Status & { machines: Heard }>(edge.url, '/v1/status');
  return {
    ...{ park, calm, status, hands: openHands(park, ears) },
    kill: () => edge.kill(),
    async start(): Promise<void> {
      edge = await start();
    },
    /** Per line: what is booked, in how many reports, and what of it a machine said. */
    async books(): Promise<Record<string, string>> {
      const { lines: rows, facts } = await status();
      const told = facts.filter(({ type, actor }) => {
        return type === 'QuantityReported' && actor.startsWith('machine:');
      });
      return Object.fromEntries(
        rows.map(({ line, good, scrap, rework, reports }) => {
          const own = told.filter((fact) => fact.line === line).length;
          return [line.split('/').at(-1)!, `${good}/${scrap}/${rework} in ${reports}, ${own} told`];
        }),
      );
    },
  };
}

test('a report of the plant is work of a machine, and one fact of its line', async () => {
  const { hands, books, status, park } = await startFloor();
  await Promise.all([
    hands.make({ ...none, line: turning, lane: 1, good: 40_000, scrap: 2_000 }),
    hands.make({ ...none, line: turning, lane: 2, good: 7_000 }),
    hands.make({ ...none, line: mixing, lane: 1, good: 12_345, scrap: 5 }),
    hands.make({ ...none, line: checking, lane: 1, good: 30_000, scrap: 1_000, rework: 4_000 }),
    hands.make({ line: turning, state: 'execute' }),
  ]);
  expect(hands.lost).toEqual([]);
  expect(await books()).toEqual({
    M01: '47/2/0 in 2, 2 told',
    MIX1: '12.345/0.005/0 in 1, 1 told',
    QC1: '30/1/4 in 1, 1 told',
  });
  const { lines, machines } = await status();
  expect(lines.map(({ state }) => state)).toEqual(['execute', 'idle', 'idle']);
  expect(machines.unattributedRows).toBe(0);
  expect((await park.truth()).get(checking)).toEqual({ good: 30, scrap: 1, rework: 4 });
});

test('what is made unheard is booked when it is heard again, and once', async () => {
  const { hands, books, park, calm, kill, start, status } = await startFloor();
  const onTurning = { ...none, line: turning };
  park.link(checking).cut();
  const unheard = hands.make({ ...none, line: checking, lane: 1, good: 9_000, scrap: 1_000 });
  await hands.make({ ...onTurning, lane: 1, good: 5_000 });
  expect((await books())['QC1']).toBe('0/0/0 in 0, 0 told');
  park.link(checking).heal();
  await unheard;
  await calm(checking);

  park.single.link.cut();
  await park.single.kill();
  await park.single.restart('zeroed');
  park.single.link.heal();
  await calm(turning);
  await hands.make({ ...onTurning, lane: 1, good: 6_000 });

  await kill();
  const inFlight = [
    hands.make({ ...onTurning, lane: 1, good: 3_000, scrap: 2_000 }),
    hands.make({ ...onTurning, lane: 2, good: 8_000 }),
    hands.make({ ...none, line: mixing, lane: 1, good: 750 }),
  ];
  await delay(300);
  await start();
  await Promise.all(inFlight);
  expect(hands.lost).toEqual([]);
  expect(await books()).toEqual({
    M01: '22/2/0 in 4, 4 told',
    MIX1: '0.75/0/0 in 1, 1 told',
    QC1: '9/1/0 in 1, 1 told',
  });
  expect((await status()).machines.unattributedRows).toBe(0);
});
