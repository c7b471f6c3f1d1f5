// Goal: whatever befalls the link, the machine or the edge, what is booked is what was made, and
// central holds each fact of it once.
// Method: a real hub and central, a real edge process, and a machine behind a link; each test runs
// against our simulated machine and against open62541 of Debian's packages, which says so where it
// cannot be had.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { goLive, simulated, withSession } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import type { PeerOptions } from './machine/peer.ts';
import { usePlant } from './machine/plant.ts';
import { type StartServer, testBoth } from './machine/servers.ts';

const site = usePlant();

async function begin(start: StartServer, options: PeerOptions = {}, text = simulated) {
  const machine = await start({ security: 'none', ...options });
  onTestFinished(() => machine.stop());
  return goLive(machine, { text, site });
}

/**
 * All that was made since its start is booked, good and bad, and central has each fact of it once.
 * Ends the edge; gives the flags of its reports.
 */
async function untilAllBooked(plant: Awaited<ReturnType<typeof begin>>): Promise<Set<string>> {
  const { machine, line } = plant;
  const { good, defective } = (await machine.truth()).made;
  await line.untilBooked(`${good}/${defective}`, 60_000);
  await delay(1_000);
  expect(await line.booked()).toBe(`${good}/${defective}`);
  expect((await line.status()).machines.unattributedRows).toBe(0);
  return site.expectOnce(plant);
}

for (const seconds of [1, 4]) {
  testBoth(`a cut of ${seconds} s loses and doubles nothing`, async (start) => {
    const plant = await begin(start, { counterFrom: 500 });
    const { line, make } = plant;
    await make(5);
    await line.untilBooked('5/0');
    line.link.cut();
    await line.until('reconnecting');
    for (let piece = 0; piece < 10; piece++) {
      await make(1, piece % 5 === 0 ? 1 : 0);
      await delay(seconds * 100);
    }
    line.link.heal();
    await line.until('live');
    await make(1);
    expect((await plant.machine.truth()).made).toMatchObject({ good: 16, defective: 2 });
    await untilAllBooked(plant);
  });
}

/** The demanded bound, and what a busy machine may take to find out, ms. */
const staleMaxMs = 6_000;
const busyMs = 1_000;

/** Nothing comes since `haltedMs`, Unix ms: stale soon enough, by the edge's own times. */
async function expectStale(
  { line }: Awaited<ReturnType<typeof begin>>,
  haltedMs: number,
): Promise<void> {
  await line.until('stale');
  const { sinceMs, detail } = (await line.status()).machines.lines[0]!;
  const silentMs = Number(/silent for (\d+) ms/.exec(`${detail}`)?.[1]);
  console.log(`stale ${sinceMs - haltedMs} ms after its halt, ${silentMs} ms after its last word`);
  expect(silentMs).toBeLessThanOrEqual(staleMaxMs + busyMs);
  expect(sinceMs - haltedMs).toBeLessThanOrEqual(staleMaxMs + busyMs);
}

testBoth('one that hangs is stale within 6 s, and goes on with all it made', async (start) => {
  const plant = await begin(start);
  const { machine, line, make } = plant;
  await make(5);
  await line.untilBooked('5/0');
  const haltedMs = Date.now();
  machine.freeze();
  await expectStale(plant, haltedMs);
  machine.thaw();
  await line.until('live');
  await make(3);
  await untilAllBooked(plant);
});

const told = { kept: 'newEpoch', zeroed: 'reset', wrapped: 'rollover' } as const;
for (const counters of ['kept', 'zeroed', 'wrapped'] as const) {
  testBoth(`killed, and back with its counters ${counters}`, async (start) => {
    const plant = await begin(start, { counterFrom: 2 ** 31 - 20 });
    const { machine, line, make } = plant;
    await make(5, 3);
    await line.untilBooked('5/3');
    await machine.kill();
    await line.until('reconnecting');
    line.link.cut();
    const { shown, made } = await machine.restart(counters);
    expect(made.good).toBe(counters === 'wrapped' ? 20 : 5);
    expect(shown.good < 5).toBe(counters !== 'kept');
    await make(3, 1); // before anybody hears it again
    line.link.heal();
    await line.until('live', 60_000);
    await make(2);
    expect([...(await untilAllBooked(plant))]).toContain(told[counters]);
  });
}

testBoth('sessions end while it makes pieces: all are booked, once', async (start) => {
  const plant = await begin(start);
  const { machine, line } = plant;
  await machine.perform('produce', { perS: 20, badPerMille: 100 });
  for (let round = 0; round < 3; round++) {
    const { sinceMs } = (await line.status()).machines.lines[0]!;
    await machine.perform('expireSessions');
    const noticed = async () => (await line.status()).machines.lines[0]!.sinceMs !== sinceMs;
    await waitFor(noticed, 30_000, 'the edge to notice');
    await line.until('live');
  }
  await machine.perform('produce', { perS: 0 });
  await untilAllBooked(plant);
});

const fast = (port: number) =>
  withSession('samplingMs: 0, queue: 10')(port).replaceAll(
    'maxPerSec: 50, slack: 50', // a busy machine may tell the first value long before the others
    'maxPerSec: 10000, slack: 5000',
  );
const listened = async ({ line }: Awaited<ReturnType<typeof begin>>) =>
  (await line.status()).machines.lines[0]!.units[0]!.samples;

testBoth('a flood is more than the queue holds: the counter says all of it', async (start) => {
  const plant = await begin(start, {}, fast);
  await delay(1_000); // for so long what it can have made
  await plant.machine.perform('flood', { values: 2_000 });
  const { made } = await plant.machine.truth();
  await plant.line.untilBooked(`${made.good}/0`, 60_000);
  expect((await listened(plant))['delta']).toBeLessThan(1_000);
  expect([...(await untilAllBooked(plant))]).toContain('gap');
});

testBoth(
  'a black hole is stale within 6 s; it is more than the queue holds: the counter says all',
  async (start) => {
    const plant = await begin(start, {}, fast);
    const { line, make } = plant;
    await make(1);
    await line.untilBooked('1/0');
    const haltedMs = Date.now();
    line.link.freeze();
    for (let burst = 0; burst < 30; burst++) {
      await make(10, 1);
      await delay(100);
    }
    await expectStale(plant, haltedMs);
    line.link.heal();
    expect((await plant.machine.truth()).made).toMatchObject({ good: 301, defective: 30 });
    await untilAllBooked(plant);
  },
);

testBoth('S1: an edge that is killed in mid-batch books each piece once', async (start) => {
  const plant = await begin(start);
  const { machine, line } = plant;
  await machine.perform('produce', { perS: 20, badPerMille: 100 });
  for (let kill = 0; kill < 3; kill++) {
    await delay(700 + kill * 130);
    await line.kill();
    await delay(300);
    await line.start();
    await line.until('live');
  }
  await machine.perform('produce', { perS: 0 });
  expect((await machine.truth()).made.processed).toBeGreaterThan(40);
  await untilAllBooked(plant);
});
