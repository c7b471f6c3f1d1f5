// Goal: what a machine says is booked as what it made, whichever way it says it.
// Method: a real edge process, and a simulated machine in a process of its own that makes what it
// is told to; both are killed with SIGKILL.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { goLive, headOf, openMachine, simulated, startLive, withSession } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import type { PeerOptions } from './machine/peer.ts';
import { type StartServer, testBoth } from './machine/servers.ts';

test('pieces that a machine counts are booked on the open run', async () => {
  const { line, make } = await startLive();
  await make(5);
  await make(2, 1);
  await line.untilBooked('7/1');
  const { status } = line;
  const runs = async () => (await status()).lines[0]!.state === 'execute';
  await waitFor(runs, 30_000, 'the line to run');
  const { machines } = await status();
  expect(machines).toMatchObject({
    unattributedRows: 0,
    lines: [{ link: 'live', units: [{ unit: 'press', unbound: [], state: 'execute' }] }],
  });
  const metrics = await (await fetch(`${line.url()}/metrics`)).text();
  expect(metrics).toContain(
    'holdfast_edge_machine_link_state{line="acme/lyon/turning/M01",state="live"} 1',
  );
});

async function begin(start: StartServer, options: PeerOptions, text = simulated) {
  const machine = await start({ security: 'none', ...options });
  onTestFinished(() => machine.stop());
  return goLive(machine, { text });
}

testBoth('a counter that starts again after its 32 bits while nobody listens', async (start) => {
  const { line, make } = await begin(start, { signed: false, counterFrom: 2 ** 32 - 10 });
  await make(5);
  await line.untilBooked('5/0');
  line.link.cut();
  await line.until('reconnecting');
  await make(12);
  line.link.heal();
  await line.untilBooked('17/0');
});

const okuma = (port: number) => `${headOf(port, 'samplingMs: 0')}  lathe:
    profile: generic
    counters: { parts: { at: "m;s=Filler.ppartcount", counts: good, maxPerSec: 1 } }
    state:
      at: "m;s=Filler.pexecution"
      map: { READY: idle, ACTIVE: execute, PROGRAM_COMPLETED: complete }
`;

test('a recording of a real Okuma: its counter begins anew, five parts are five', async () => {
  const machine = await openMachine({ profile: 'okuma', plays: false, speed: 120 });
  const { line } = await goLive(machine, { text: okuma, counters: 1 });
  await machine.perform('play');
  await waitFor(async () => (await machine.truth()).ended, 60_000, 'the end of the recording');
  const { made, shown } = await machine.truth();
  expect([made.good, shown.good]).toEqual([5, 5]);
  await line.untilBooked('5/0');
  const is = async () => (await line.status()).lines[0]!.state === 'idle';
  await waitFor(is, 30_000, 'the lathe to be ready');
  const { machines } = await line.status();
  expect(machines.unattributedRows).toBe(0);
  expect(machines.lines[0]!.units[0]!.counters).toMatchObject([{ shows: '3', counted: '5' }]);
});

testBoth('values that are told again, late and twice, count nothing', async (start) => {
  const { machine, line, make } = await begin(start, {}, withSession('samplingMs: 0'));
  for (const good of [1, 2, 3]) {
    await make(good, 1);
    await delay(50);
  }
  await line.untilBooked('6/3');
  await machine.perform('repeat', { last: 3 });
  const again = async () => {
    const { late = 0, duplicate = 0 } = (await line.status()).machines.lines[0]!.units[0]!.samples;
    return late >= 2 && late + duplicate >= 8;
  };
  await waitFor(again, 30_000, 'the old values to be heard again');
  await make(4);
  await line.untilBooked('10/3');
  await delay(1_000);
  expect(await line.booked()).toBe('10/3');
});

const nested = (port: number) => `${headOf(port)}  press:
    profile: packml-opc30050
    root: /pk:PackMLObjects/m:Filler
    counters:
      total: { from: ProdProcessedCount, maxPerSec: 50, slack: 50 }
      scrap: { from: ProdDefectiveCount, counts: scrap, maxPerSec: 50, slack: 50 }
      good: { derive: { from: total, less: [scrap] }, counts: good }
`;

test('OPC 30050: nested states, and counts in arrays of structures', async () => {
  const options = { profile: 'packml-opc30050', counterFrom: 2 ** 31 - 5 } as const;
  const { machine, line, make } = await startLive(options, nested);
  await make(9, 1);
  await line.untilBooked('9/1');
  await machine.perform('command', { name: 'Stop' });
  await waitFor(
    async () => (await line.status()).lines[0]!.state === 'stopped',
    30_000,
    'the line to be stopped',
  );
});

testBoth('a unit whose tags are not there is unbound, visibly: others count on', async (start) => {
  const broken = (port: number) => `${simulated(port)}
  other:
    profile: generic
    counters:
      good: { at: "m;s=Other.Good", counts: good, maxPerSec: 50 }
      odd: { at: "m;s=Filler.Status.MachSpeed", counts: scrap, maxPerSec: 50 }
    state: { at: "/m:Filler.Nowhere", map: { "1": execute } }
  named:
    profile: generic
    counters:
      good: { at: "/m:Filler.Good", maxPerSec: 50 }
`;
  const { line, make } = await begin(start, {}, broken);
  await make(3);
  await line.untilBooked('3/0');
  const [press, other, named] = (await line.status()).machines.lines[0]!.units;
  expect(press!.unbound).toEqual([]);
  expect(named).toMatchObject({ unbound: [], counters: [{ shows: '3' }] });
  expect(other!.unbound).toEqual([
    'state: /Filler.Nowhere is not there',
    'counter good: there is no such node',
    'counter odd: is a Float, not a whole number',
  ]);
  const metrics = await (await fetch(`${line.url()}/metrics`)).text();
  expect(metrics).toContain(
    'holdfast_edge_machine_unbound{line="acme/lyon/turning/M01",unit="other"} 1',
  );
});
