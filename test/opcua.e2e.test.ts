// Goal: whatever befalls the link, the machine or the edge, what is booked is what was made.
// Method: a real edge process, a real OPC UA server in a process of its own that makes what it is
// told to, and a link between them that is cut and frozen; both are killed with SIGKILL.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { simulated, startLive } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';

test('pieces that a machine counts are booked on the open run', async () => {
  const { machine, line } = await startLive();
  await machine.make(5);
  await machine.make(2, 1);
  await line.untilBooked('7/1');
  const { machines, lines } = await line.status();
  expect(lines[0]).toMatchObject({ state: 'execute' });
  expect(machines).toMatchObject({
    unattributedRows: 0,
    lines: [{ link: 'live', units: [{ unit: 'press', unbound: [], state: 'execute' }] }],
  });
  const metrics = await (await fetch(`${line.url()}/metrics`)).text();
  expect(metrics).toContain(
    'holdfast_edge_machine_link_state{line="acme/lyon/turning/M01",state="live"} 1',
  );
});

test.each([1, 4])('a cut of %i s loses and doubles nothing', async (seconds) => {
  const { machine, line } = await startLive();
  await machine.make(5);
  await line.untilBooked('5/0');
  line.link.cut();
  await line.until('reconnecting');
  for (let piece = 0; piece < 10; piece++) {
    await machine.make(1, piece % 5 === 0 ? 1 : 0);
    await delay(seconds * 100);
  }
  line.link.heal();
  await line.until('live');
  await machine.make(1);
  await line.untilBooked('16/2');
  await delay(2_000);
  expect(await line.booked()).toBe('16/2');
});

test('a machine that hangs is stale, and goes on with all it made', async () => {
  const { machine, line } = await startLive();
  await machine.make(5);
  await line.untilBooked('5/0');
  machine.freeze();
  await line.until('stale');
  machine.thaw();
  await line.until('live');
  await machine.make(3);
  await line.untilBooked('8/0');
});

test.each([
  ['kept', { kept: true }, '17/0'],
  ['zeroed', { kept: false, first: 0 }, '17/0'],
])('a machine that is killed and comes back with its counter %s', async (_name, more, booked) => {
  const { machine, line } = await startLive({ first: 1_000 });
  await machine.make(5);
  await line.untilBooked('5/0');
  await machine.kill();
  await line.until('reconnecting');
  await machine.start(more);
  await machine.make(12);
  await line.until('live', 60_000);
  await line.untilBooked(booked);
});

test('a counter that starts again after its 32 bits while nobody listens', async () => {
  const { machine, line } = await startLive({ first: 2 ** 32 - 10 });
  await machine.make(5);
  await line.untilBooked('5/0');
  line.link.cut();
  await line.until('reconnecting');
  await machine.make(12);
  line.link.heal();
  await line.untilBooked('17/0');
});

test('S1: an edge that is killed in mid-batch books each piece once', async () => {
  const { machine, line } = await startLive({ everyMs: 50 });
  for (let kill = 0; kill < 3; kill++) {
    await delay(700 + kill * 130);
    await line.kill();
    await delay(300);
    await line.start();
    await line.until('live');
  }
  await machine.kill(); // it makes no more
  await machine.start({ everyMs: 0 });
  await line.until('live', 60_000);
  const { good } = await machine.made();
  const counter = async () => (await line.status()).machines.lines[0]!.units[0]!.counters[0]!;
  await waitFor(async () => Number((await counter()).shows) === good, 10_000, 'the last value');
  // What it had made before it was first seen is no count.
  await line.untilBooked(`${(await counter()).counted}/0`);
  expect(good).toBeGreaterThan(40);
});

test('a recording of a real Okuma: its counter begins anew, five parts are five', async () => {
  const { machine, line } = await startLive({ replayMs: 1_000 });
  await machine.set({ replay: true });
  await line.untilBooked('5/0', 60_000);
  expect(await machine.made()).toEqual({ good: 5, scrap: 0 });
  await waitFor(
    async () => (await line.status()).lines[0]!.state === 'idle',
    30_000,
    'the machine to be ready',
  );
});

const nested = (port: number) => `
version: 1
line: acme/lyon/turning/M01
endpoint: { mode: None, policy: None, url: "opc.tcp://127.0.0.1:${port}" }
session: { bookMs: 200, publishingMs: 200 }
namespaces: { m: "http://holdfast.example/machines/" }
units:
  press:
    profile: packml-opc30050
    root: /pk:PackMLObjects/m:M1
    counters:
      total: { from: ProdProcessedCount, maxPerSec: 50, slack: 50 }
      scrap: { from: ProdDefectiveCount, counts: scrap, maxPerSec: 50, slack: 50 }
      good: { derive: { from: total, less: [scrap] }, counts: good }
`;

test('OPC 30050: nested states, and counts in arrays of structures', async () => {
  const { machine, line } = await startLive({ packml: true, first: 2 ** 31 - 5 }, nested);
  await machine.make(9, 1);
  await line.untilBooked('9/1');
  await machine.set({ state: 2 });
  await waitFor(
    async () => (await line.status()).lines[0]!.state === 'stopped',
    10_000,
    'the line to be stopped',
  );
});

test('a unit whose tags are not there is unbound, visibly, and the others count on', async () => {
  const broken = (port: number) => `${simulated(port)}
  other:
    profile: generic
    counters:
      good: { at: "m;s=M9.Good", counts: good, maxPerSec: 50 }
      odd: { at: "m;s=M1.Tag0", counts: scrap, maxPerSec: 50 }
    state: { at: "/m:M1.Nowhere", map: { "1": execute } }
  named:
    profile: generic
    counters:
      good: { at: "/m:M1.Good", maxPerSec: 50 }
`;
  const { machine, line } = await startLive({ ballast: 1 }, broken);
  await machine.make(3);
  await line.untilBooked('3/0');
  const [press, other, named] = (await line.status()).machines.lines[0]!.units;
  expect(press!.unbound).toEqual([]);
  expect(named).toMatchObject({ unbound: [], counters: [{ shows: '3' }] });
  expect(other!.unbound).toEqual([
    'state: /M1.Nowhere is not there',
    'counter good: there is no such node',
    'counter odd: is a Double, not a whole number',
  ]);
  const metrics = await (await fetch(`${line.url()}/metrics`)).text();
  expect(metrics).toContain(
    'holdfast_edge_machine_unbound{line="acme/lyon/turning/M01",unit="other"} 1',
  );
});
