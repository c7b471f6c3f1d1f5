// Goal: a box that may not write a line asks central more and more seldom, and at the first pace
// again once it has had the line.
// Method: its entrance, with a central that answers as it is told.
import pino from 'pino';
import { expect, test } from 'vitest';
import { openEntrance } from '../edge/line/entrance.ts';
import type { Enrolment } from '../edge/uplink/enrolments.ts';
import { m01 } from './helpers/shop.ts';

type Parts = Parameters<typeof openEntrance>[0];

/** An entrance to a line without facts, and what central answers to it. */
function openDoor() {
  let row: Enrolment = {
    ...{ id: 1, line: m01, store: 'own', next: null, state: 'new', reason: null },
    ...{ epoch: null, ended: null, common: null, strays: 0 },
  };
  let answer = 'owned';
  const parts = {
    lines: [m01],
    store: { commit: (work: () => void) => work() },
    outbox: {
      marks: () => ({ epoch: 1, head: 0, kept: 0, sent: 0 }),
      linkAt: () => Buffer.alloc(32),
      segment: () => undefined,
    },
    enrolments: {
      of: () => row,
      set: (_line: string, change: Partial<Enrolment>) => {
        row = { ...row, ...change };
      },
    },
    history: {
      enrol: async () => ({
        ...{ answer, epoch: 1, sequence: 0, hash: '00'.repeat(32), store: 'other' },
        reason: 'another store writes it',
      }),
    },
    seeding: { straysLeft: () => 0, strays: () => [] },
    log: pino({ level: 'silent' }),
  };
  const { enter } = openEntrance(parts as unknown as Parts);
  return {
    state: () => row.state,
    async waits(times: number, says: string): Promise<(number | string)[]> {
      answer = says;
      const all: (number | string)[] = [];
      for (let asked = 0; asked < times; asked++) {
        const entry = await enter(m01, undefined);
        all.push(entry.kind === 'barred' ? entry.waitMs : entry.kind);
      }
      return all;
    },
  };
}

const slower = [...Array(7).fill(10_000), 20_000, 40_000, 60_000, 60_000];
test.each(['owned', 'stale'])(
  '%s: every ten seconds for a minute, then up to a minute',
  async (says) => {
    const door = openDoor();
    expect(await door.waits(11, says)).toEqual(slower);
    expect(await door.waits(1, 'entered')).toEqual(['entered']);
    expect(await door.waits(2, says)).toEqual([10_000, 10_000]);
  },
);

test('at a hub of another environment nothing is sent, and nothing is forgotten', async () => {
  const door = openDoor();
  expect(await door.waits(9, 'elsewhere')).toEqual(Array(9).fill(10_000));
  expect(door.state()).toBe('new');
  expect(await door.waits(1, 'entered')).toEqual(['entered']);
  expect(await door.waits(1, 'elsewhere')).toEqual([10_000]);
  expect(door.state()).toBe('entered');
});
