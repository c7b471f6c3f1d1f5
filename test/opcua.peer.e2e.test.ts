// Goal: what is booked is what was made, against a server that others wrote as well.
// Method: open62541 of Debian's packages; where it cannot be had these tests say so.
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { testFolder } from './helpers/folder.ts';
import { startMachineLine } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import { startPeer, testPeer } from './peer/bench.ts';
import type { Peer } from './peer/provision.ts';

async function startLive(peer: Peer, first = 0) {
  const machine = await startPeer(peer, { first });
  const line = await startMachineLine(testFolder(), machine.port);
  await line.work();
  await line.until('live');
  const known = async () =>
    (await line.status()).machines.lines[0]!.units[0]!.counters.length === 2;
  await waitFor(known, 10_000, 'the counters to be known');
  return { machine, line };
}

for (const seconds of [1, 4]) {
  testPeer(`open62541: a cut of ${seconds} s loses and doubles nothing`, async (peer) => {
    const { machine, line } = await startLive(peer, 500);
    await machine.make(5);
    await line.untilBooked('5/0');
    line.link.cut();
    await line.until('reconnecting');
    for (let piece = 0; piece < 10; piece++) {
      await machine.make(1);
      await delay(seconds * 100);
    }
    line.link.heal();
    await line.until('live');
    await machine.make(2);
    await line.untilBooked('17/0');
    await delay(2_000);
    expect(await line.booked()).toBe('17/0');
  });
}

testPeer('open62541: a server that hangs is stale, and goes on with all it made', async (peer) => {
  const { machine, line } = await startLive(peer);
  await machine.make(5);
  await line.untilBooked('5/0');
  machine.freeze();
  await line.until('stale');
  machine.thaw();
  await line.until('live');
  await machine.make(3);
  await line.untilBooked('8/0');
});

for (const [name, first, wanted] of [
  ['kept', 105, '17/0'],
  ['zeroed', 0, '17/0'],
] as const) {
  testPeer(`open62541: killed, and back with its counter ${name}`, async (peer) => {
    const { machine, line } = await startLive(peer, 100);
    await machine.make(5);
    await line.untilBooked('5/0');
    await machine.kill();
    await line.until('reconnecting');
    await machine.start({ first });
    await machine.make(12);
    await line.until('live', 60_000);
    await line.untilBooked(wanted);
  });
}

testPeer(
  'open62541: more than its queue while the link is frozen: the counter says all',
  async (peer) => {
    const { machine, line } = await startLive(peer);
    await machine.make(1);
    await line.untilBooked('1/0');
    line.link.freeze();
    for (let burst = 0; burst < 30; burst++) {
      await machine.make(10);
      await delay(100);
    }
    line.link.heal();
    await line.untilBooked('301/0', 60_000);
  },
);
