// Goal: an outage that is longer than a session, or than anybody's patience, costs no piece.
// Method: 40 s without the network, and 20 s of a server that hangs, with sessions of 10 s.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { goLive, withSession } from './helpers/opcua.ts';
import { usePlant } from './machine/plant.ts';
import { testBoth } from './machine/servers.ts';

const site = usePlant();

testBoth(
  '40 s cut and 20 s frozen, the session over: all is booked, once',
  async (start) => {
    const machine = await start({ security: 'none' });
    onTestFinished(() => machine.stop());
    const plant = await goLive(machine, { text: withSession('timeoutMs: 10000'), site });
    const { line, make } = plant;
    await make(5);
    await line.untilBooked('5/0');
    line.link.cut();
    for (let second = 0; second < 40; second++) {
      await make(3);
      await delay(1_000);
    }
    line.link.heal();
    await line.until('live', 60_000);
    await line.untilBooked('125/0');
    await make(1);
    machine.freeze();
    await line.until('stale');
    await delay(20_000);
    machine.thaw();
    await line.until('live', 60_000);
    await make(4);
    await line.untilBooked('130/0');
    expect((await line.status()).machines.unattributedRows).toBe(0);
    await site.expectOnce(plant);
  },
  300_000,
);
