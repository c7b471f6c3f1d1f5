// Goal: an outage that is longer than a session, or than anybody's patience, costs no piece.
// Method: 40 s without the network, and 20 s of a server that hangs, with sessions of 10 s.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { testFolder } from './helpers/folder.ts';
import { simulated, startLive, startMachineLine } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import { startPeer, testPeer } from './peer/bench.ts';

const short = (port: number) => simulated(port).replace('{ bookMs', '{ timeoutMs: 10000, bookMs');
type Line = Awaited<ReturnType<typeof startMachineLine>>;
type Machine = Readonly<{
  make: (pieces: number) => Promise<unknown>;
  freeze(): void;
  thaw(): void;
}>;

async function outlive(line: Line, machine: Machine): Promise<void> {
  await machine.make(5);
  await line.untilBooked('5/0');
  line.link.cut();
  for (let second = 0; second < 40; second++) {
    await machine.make(3);
    await delay(1_000);
  }
  line.link.heal();
  await line.until('live', 60_000);
  await line.untilBooked('125/0');
  await machine.make(1);
  machine.freeze();
  await line.until('stale');
  await delay(20_000);
  machine.thaw();
  await line.until('live', 60_000);
  await machine.make(4);
  await line.untilBooked('130/0');
  expect((await line.status()).machines.unattributedRows).toBe(0);
}

test('40 s cut and 20 s frozen, the session over: all is booked, once', async () => {
  const { machine, line } = await startLive({}, short);
  await outlive(line, machine);
}, 200_000);

testPeer(
  'open62541: 40 s cut and 20 s frozen, the session over: all is booked, once',
  async (peer) => {
    const machine = await startPeer(peer);
    const line = await startMachineLine(testFolder(), machine.port, short);
    await line.work();
    await line.until('live');
    const known = async () => (await line.status()).machines.lines[0]!.units[0]!.counters.length;
    await waitFor(async () => (await known()) === 2, 10_000, 'the counters to be known');
    await outlive(line, machine);
  },
  200_000,
);
