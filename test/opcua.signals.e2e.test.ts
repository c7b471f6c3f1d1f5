// Goal: what a machine says beside its counts arrives: its job, what it uses, what is wrong.
// Method: a real edge process, and a simulated machine in a process of its own.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { EdgeStatus } from './helpers/opcua.ts';
import { goLive, headOf, type MachineLine, simulated, startLive } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import { shop } from './helpers/shop.ts';
import { startPeer } from './machine/peer.ts';
import { testPeer } from './machine/servers.ts';

const unitIn = ({ machines }: EdgeStatus) => machines.lines[0]!.units[0]!;
/** Waits until the status is so; tells what it was instead. */
async function until(line: MachineLine, what: string, is: (status: EdgeStatus) => boolean) {
  let last: EdgeStatus | undefined;
  const isSo = async (): Promise<boolean> => {
    last = await line.status();
    return is(last);
  };
  await waitFor(isSo, 20_000, what).catch((error: Error) => {
    const { alarms, events, eventCounts, unbound, state } = unitIn(last!);
    const shown = JSON.stringify({ alarms, events, eventCounts, unbound, state });
    throw new Error(`${error.message}; was ${shown}, ${JSON.stringify(last!.holds)}`);
  });
}
/** Reasons of the last facts. */
const said = ({ facts }: EdgeStatus) =>
  facts.map(({ body }) => ('reason' in body ? body.reason : ''));
const texts = (status: EdgeStatus) => unitIn(status).alarms.map(({ text }) => text);

const alarmed = (port: number) => `${simulated(port)}
    reasons: { "205": film torn }
    alarms: { raise: [{ ids: ["205"], reason: film, hold: operation }] }
`;
test('alarms of PackTags are the reason of the line, and hold where that is said', async () => {
  const { machine, line } = await startLive({}, alarmed);
  await machine.perform('alarm', { id: 7, message: 'door open' });
  await machine.perform('alarm', { id: 205 });
  await until(line, 'two alarms', (status) => texts(status).length === 2);
  await until(line, 'the hold', ({ holds }) => holds.length === 1);
  const { holds } = await line.status();
  expect(holds).toMatchObject([{ scope: 'operation', order: 'WO-1', reason: 'film: film torn' }]);
  await machine.perform('state', { state: 'aborted' });
  await until(line, 'the reason', ({ lines }) => lines[0]!.state === 'aborted');
  expect(said(await line.status())).toContain('door open; film torn');
  await machine.perform('alarm', { id: 205, stands: false });
  await until(line, 'one alarm', (status) => texts(status).join() === 'door open');
  expect((await line.status()).holdsOpen).toBe(1);
});

const nested = (port: number) => `${headOf(port)}  press:
    profile: packml-opc30050
    root: /pk:PackMLObjects/m:Filler
    counters:
      total: { from: ProdProcessedCount, counts: good, maxPerSec: 50, slack: 50 }
      used:
        from: ProdConsumedCount
        counts: consumed
        material: BLANK
        unit: EA
        lot: B-7
        maxPerSec: 50
        slack: 50
    alarms: { raise: [{ reason: machine }] }
`;
test('alarms of OPC 30050 come as structures; what is used is consumed', async () => {
  const { machine, line, make } = await startLive({ profile: 'packml-opc30050' }, nested);
  await machine.perform('alarm', { id: 9, message: 'no air' });
  await until(line, 'the alarm', (status) => texts(status).join() === 'no air');
  await until(line, 'what it raised', (status) => said(status).includes('machine: no air'));
  await make(3);
  await line.untilBooked('3/0');
  const used = ({ facts }: EdgeStatus) =>
    facts.flatMap(({ type, lot, body }) =>
      type === 'MaterialConsumed' ? [`${lot} ${JSON.stringify(body)}`] : [],
    );
  await until(line, 'what it used', (status) => used(status).length === 1);
  expect(used(await line.status())[0]).toContain('B-7 {"material":"BLANK","quantity":"3"');
  await machine.perform('alarm', { id: 9, stands: false });
  await until(line, 'no alarm', (status) => texts(status).length === 0);
});

const told = (port: number) => `${simulated(port)}
    events:
      plc: { at: "m;s=Filler", severity: 400, raise: fault, hold: operation }
      all: { at: "ua;i=2253", sources: [Elsewhere], types: ["ua;i=2041"], raise: other }
`;
test('conditions are told once each, over a cut of the link too; events by a filter', async () => {
  const { machine, line } = await startLive({}, told);
  const isRefreshed = (status: EdgeStatus) =>
    unitIn(status).events.every(({ refreshes }) => refreshes === true);
  await until(line, 'the first refresh', isRefreshed);
  await machine.perform('alarm', { id: 1, message: 'too weak', severity: 100 });
  await machine.perform('alarm', { id: 2, message: 'jam', severity: 600 });
  await machine.perform('alarm', { id: 3, message: 'no air', severity: 700 });
  await until(line, 'two conditions', (status) => texts(status).length === 2);
  expect(texts(await line.status())).toEqual(['Filler: jam', 'Filler: no air']);
  await until(line, 'what they hold', ({ holdsOpen }) => holdsOpen === 2);
  await machine.perform('event', { message: 'mild', severity: 100 });
  await machine.perform('event', { message: 'hard', severity: 900 });
  await until(line, 'the event', ({ holdsOpen }) => holdsOpen === 3);
  const { holds } = await line.status();
  expect(holds.map(({ reason }) => reason)).toContain('fault: Filler: hard');

  line.link.cut();
  await line.until('reconnecting');
  await machine.perform('alarm', { id: 2, stands: false });
  await machine.perform('expireSessions'); // and its end, which waited to be told, with them
  line.link.heal();
  await line.until('live', 60_000);
  await until(line, 'one condition', (status) => texts(status).join() === 'Filler: no air');

  // Over a restart of the machine nobody tells that it stands no more: the refresh does not.
  await machine.kill();
  await line.until('reconnecting', 60_000);
  await machine.restart();
  await line.until('live', 60_000);
  await machine.perform('event', { message: 'there', severity: 100, source: 'Elsewhere' });
  await until(line, 'the event of the other filter', (status) =>
    said(status).includes('other: Elsewhere: there'),
  );
  expect(said(await line.status()).filter((text) => text.startsWith('other'))).toHaveLength(1);
  expect((await line.status()).holdsOpen).toBe(3);
});

test('a node that tells no events leaves its unit unbound, in words', async () => {
  const wrong = (port: number) => `${simulated(port)}
  other:
    profile: generic
    events: { plc: { at: "m;s=Filler.Good" }, none: { at: "m;s=Nobody" } }
`;
  const { line } = await startLive({}, wrong);
  const { units } = (await line.status()).machines.lines[0]!;
  expect(units[1]!.unbound).toEqual([
    'events plc: tells no events',
    'events none: there is no such node',
  ]);
});

const working = (port: number) => `${headOf(port)}  press:
    profile: generic
    job: { at: "m;s=Filler.Lot" }
    counters: { good: { at: "m;s=Filler.Good", counts: good, maxPerSec: 50, slack: 50 } }
`;
test('pieces of another job than the open one wait, with its name', async () => {
  const options = { profile: 'generic' } as const;
  const { machine, line, make } = await startLive(options, working, 1);
  await machine.perform('lot', { lot: 'WO-1/0010' });
  await until(line, 'its job', (status) => unitIn(status).job === 'WO-1/0010');
  await delay(2_500); // until then all counts as made behind the gap before the link was live
  await make(3);
  await line.untilBooked('3/0');
  await machine.perform('lot', { lot: 'WO-2/0010' });
  await until(line, 'the other job', (status) => unitIn(status).job === 'WO-2/0010');
  await make(4);
  await until(line, 'the pieces', ({ machines }) => machines.unattributedRows === 1);
  const [row] = (await line.status()).machines.unattributed;
  expect(row).toMatchObject({ why: 'otherJob', job: 'WO-2/0010', pieces: '4' });
  expect(await line.booked()).toBe('3/0');
  await line.decide(shop.end('R1'));
});

const pulsing = (port: number) => `${headOf(port, 'samplingMs: 1000')}  press:
    profile: generic
    counters:
      good: { pulse: { at: "m;s=Filler.Pulse", heldMs: 100 }, counts: good }
`;
test('pulses are counted one by one, where the server looks often enough', async () => {
  const options = { profile: 'generic' } as const;
  const { machine, line } = await startLive(options, pulsing, 1);
  // Held for longer than said: a busy machine's server looks late.
  await machine.perform('pulse', { times: 12, heldMs: 500 });
  await line.untilBooked('12/0');
});

test('pulses that the server would miss leave the unit unbound, and count nothing', async () => {
  const short = (port: number) => `${pulsing(port).replace('heldMs: 100', 'heldMs: 4')}
  other:
    profile: generic
    counters: { good: { at: "m;s=Filler.Good", maxPerSec: 50, slack: 50 } }
`;
  const { machine, line, make } = await startLive({ profile: 'generic' }, short, 0);
  const unbound = async () => (await line.status()).machines.lines[0]!.units[0]!.unbound;
  await waitFor(async () => (await unbound()).length > 0, 30_000, 'the reason');
  expect((await unbound())[0]).toMatch(
    /^counter good: the server looks every \d+ ms, a pulse of 4 ms needs 2 ms$/,
  );
  await machine.perform('pulse', { times: 2, heldMs: 100 });
  await make(1);
  const other = async () => (await line.status()).machines.lines[0]!.units[1]!.counters;
  await waitFor(async () => (await other())[0]?.shows === '1', 30_000, 'the other unit');
  expect(await line.booked()).toBe('0/0');
  expect((await line.status()).machines.lines[0]!.units[0]!.counters).toEqual([]);
  line.link.cut();
  await line.until('reconnecting');
  await make(1);
  line.link.heal(); // what is read after it is not listened to either
  await line.until('live', 60_000);
  await waitFor(async () => (await other())[0]?.shows === '2', 30_000, 'the other unit again');
  expect((await line.status()).machines.lines[0]!.units[0]!.counters).toEqual([]);
});

testPeer('open62541: what stands cannot be told again, and that is said', async () => {
  const machine = await startPeer({ security: 'none' });
  onTestFinished(() => machine.stop());
  const text = (port: number) => `${simulated(port)}    events: { all: { at: "ua;i=2253" } }\n`;
  const { line, make } = await goLive(machine, { text });
  await until(line, 'its word', (status) => unitIn(status).events[0]!.refreshes === false);
  await make(2);
  await line.untilBooked('2/0');
});
