// Goal: what the hub loses of answers, and what it delivers again, has one effect (N2, S6). Method:
// a real hub that is killed while facts flow, and a link that swallows what it is given.
import { expect, test } from 'vitest';
import { m01 } from './helpers/shop.ts';
import { openBegun } from './helpers/wire.ts';

const timeoutMs = 300_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

test(
  'S6: a hub killed three times in the middle of a batch: nothing is lost, nothing counts twice',
  async () => {
    const { wire, central, edge } = await openBegun(100);
    for (let kills = 0; kills < 3; kills++) {
      const stating = edge.state(400);
      await pause(50 * (kills + 1));
      wire.hub.kill();
      await stating;
      await wire.hub.restart();
    }
    await edge.until('kept', 1_300);
    const { facts, gaps, arrivalsParked, lines } = await central.status();
    expect({ facts, gaps, arrivalsParked }).toEqual({ facts: 1_300, gaps: [], arrivalsParked: 0 });
    expect(lines).toMatchObject([{ line: m01, sequence: 1_300 }]);
    expect(await wire.streamed()).toEqual(upTo(1_300));
  },
  timeoutMs,
);

test(
  'N2: answers that do not come, and requests that come long after: each fact is stored once',
  async () => {
    const { wire, central, edge } = await openBegun(10);
    for (let round = 1; round <= 2; round++) {
      wire.link.freeze();
      await edge.state(20);
      await pause(3_000); // three times as long as an edge waits for its answer here
      expect(await edge.status()).toMatchObject({ sent: 20 * round - 10 });
      wire.link.heal();
      await edge.until('kept', 20 * round + 10);
    }
    expect(await wire.streamed()).toEqual(upTo(50));
    expect(await central.status()).toMatchObject({
      ...{ facts: 50, arrivalsParked: 0, lines: [{ sequence: 50, repeats: 0 }] },
    });
  },
  timeoutMs,
);
