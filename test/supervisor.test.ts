// Goal: a line's way to its machines is in the state that it says, and comes back by itself.
// Method: a connection that a test breaks in every way there is, under a clock of its own.
import type { ClientSession } from 'node-opcua-client';
import { expect, test } from 'vitest';
import type { LinkState } from '../edge/machine/port.ts';
import { bounded, faultOf } from '../edge/opcua/bounded.ts';
import { measureMaxMs, readSkew } from '../edge/opcua/incarnation.ts';
import { refusing } from '../edge/opcua/rejection.ts';
import { type Connection, lookMs, supervise } from '../edge/opcua/supervisor.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';
import { openLog } from '../shared/log.ts';

const staleAfterMs = 6_000;
type Look = ReturnType<Connection['look']>;
type Scene = {
  /** How each attempt to connect ends; the last one again and again. */
  attempts: (Fault | 'well')[];
  /** How the connection stands, so many ms after it went live. */
  look?: (ms: number) => Partial<Look>;
  subscribe?: () => Promise<void>;
  /** How far its clock is ahead, so many ms after it went live. */
  measure?: (ms: number) => Promise<number | undefined>;
  endMs: number;
};

/** Every state that was told, with the seconds since the start; and how often it was tried. */
async function run({ attempts, look = () => ({}), subscribe, measure, endMs }: Scene) {
  const stop = new AbortController();
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
      if (nowMs >= endMs) stop.abort();
    },
  };
  const told: [state: LinkState, second: number][] = [];
  const skews: number[] = [];
  const details: string[] = [];
  const counts = { tried: 0, closed: 0 };
  await supervise({
    async connect() {
      const outcome = attempts[Math.min(counts.tried, attempts.length - 1)]!;
      counts.tried += 1;
      if (outcome !== 'well') throw outcome;
      const bornMs = nowMs;
      return {
        resolve: async () => new Map(),
        subscribe: subscribe ?? (async () => undefined),
        skewMs: () => 0,
        measure: async () => measure?.(nowMs - bornMs),
        jobs: {
          ...{ epoch: 'A', list: async () => new Map(), call: async () => 1n },
          ...{
            response: async () => undefined,
            read: async () => [],
            write: async () => undefined,
          },
        },
        look: () => ({ isLost: false, heardMs: nowMs, ...look(nowMs - bornMs) }),
        async close() {
          counts.closed += 1;
        },
      };
    },
    listener: {
      changed: (state, detail) => {
        if (detail !== undefined) details.push(detail);
        if (told.at(-1)?.[0] !== state) told.push([state, Math.round(nowMs / 1_000)]);
      },
      ...{
        bound: () => undefined,
        skew: (ms: number) => void skews.push(ms),
        heard: () => undefined,
        jobs: () => undefined,
      },
    },
    ...{ staleAfterMs, clock, signal: stop.signal, log: openLog('test', 'silent') },
  });
  return { told, skews, details, ...counts, states: told.map(([state]) => state) };
}

const refused = new Fault('REFUSED', 'server: BadCertificateUntrusted');
const unreachable = new Fault('UNREACHABLE', 'server: connect ECONNREFUSED');

test('live only after the first word of the subscription', async () => {
  const silent = async () => {
    throw unreachable;
  };
  const { states } = await run({ attempts: ['well'], subscribe: silent, endMs: 20_000 });
  expect(states).not.toContain('live');
  const good = await run({ attempts: ['well'], endMs: 5_000 });
  expect(good.states).toEqual(['connecting', 'resolving', 'live']);
});

test('silence is stale within 6 s, the looks included, and says how long it was', async () => {
  for (const lastWordMs of [0, 100, 249, 250]) {
    const { details } = await run({
      attempts: ['well'],
      look: (ms) => ({ heardMs: Math.min(ms, lastWordMs) }),
      endMs: 7_000,
    });
    const [silent] = details.flatMap((detail) => /silent for (\d+) ms/.exec(detail)?.[1] ?? []);
    expect(Number(silent)).toBeLessThanOrEqual(staleAfterMs);
    expect(Number(silent)).toBeGreaterThan(staleAfterMs - 2 * lookMs);
  }
});

test('silence is stale, and live again with the first word', async () => {
  const { told } = await run({
    attempts: ['well'],
    look: (ms) => ({ heardMs: ms < 12_000 ? 0 : ms }),
    endMs: 20_000,
  });
  expect(told).toEqual([
    ...[
      ['connecting', 0],
      ['resolving', 0],
      ['live', 0],
    ],
    ...[
      ['stale', 6],
      ['live', 12],
    ],
  ]);
});

test('the clock of a machine that is live is measured every minute, come what may', async () => {
  const measure = async (ms: number): Promise<number | undefined> => {
    if (ms < 100_000) return ms / 1_000;
    if (ms < 160_000) throw unreachable;
    return ms < 220_000 ? undefined : 7;
  };
  const { skews, states } = await run({ attempts: ['well'], measure, endMs: 270_000 });
  expect(skews).toEqual([0, 60, 7]);
  expect(states.at(-1)).toBe('live');
  const away = await run({
    ...{ attempts: ['well'], measure, endMs: 70_000 },
    look: (ms) => ({ isLost: ms > 59_000 }),
  });
  expect(away.skews).toEqual([0]);
});

test('a clock is measured to half the way there and back, and not where that is long', async () => {
  const clock = { nowMs: () => wallMs, monotonicMs: () => wallMs };
  let [wallMs, wayMs] = [1_000_000, 400];
  const session = {
    async read() {
      wallMs += wayMs;
      return [{ value: { value: new Date(5_000_000) } }];
    },
  } as unknown as ClientSession;
  expect(await readSkew(session, clock)).toBe(5_000_000 - 1_000_200);
  wayMs = measureMaxMs + 1;
  expect(await readSkew(session, clock)).toBeUndefined();
});

test('a server that stays silent is given up, closed, and connected to anew', async () => {
  const { states, tried, closed } = await run({
    attempts: ['well'],
    look: () => ({ heardMs: 0 }),
    endMs: 40_000,
  });
  expect(states.slice(0, 5)).toEqual(['connecting', 'resolving', 'live', 'stale', 'reconnecting']);
  expect(tried).toBeGreaterThan(1);
  expect(closed).toBe(tried);
});

test('a link that is lost is reconnecting, and given up when it does not come back', async () => {
  const { told, tried } = await run({
    attempts: ['well', unreachable],
    look: (ms) => ({ isLost: ms > 1_000 }),
    endMs: 30_000,
  });
  expect(told.slice(2, 4)).toEqual([
    ['live', 0],
    ['reconnecting', 1],
  ]);
  expect(tried).toBeGreaterThan(1);
});

test('who is refused asks seldom, and ever more seldom, but is let in again', async () => {
  const { states, tried } = await run({ attempts: [refused], endMs: 3_600_000 });
  expect(new Set(states)).toEqual(new Set(['connecting', 'refused']));
  expect(tried).toBeLessThan(12); // in an hour
  const again = await run({ attempts: [refused, 'well'], endMs: 60_000 });
  expect(again.states).toEqual(['connecting', 'refused', 'connecting', 'resolving', 'live']);
});

test('a fault while live ends the connection; refusals stop it there', async () => {
  const { states, tried } = await run({
    attempts: ['well', refused],
    look: (ms) => (ms > 2_000 ? { fault: refused } : {}),
    endMs: 29_000,
  });
  expect(states.slice(-2)).toEqual(['live', 'refused']);
  expect(tried).toBe(1);
});

test('a server that cannot be reached is asked for in growing pauses, at most 15 s', async () => {
  const { tried } = await run({ attempts: [unreachable], endMs: 600_000 });
  expect(tried).toBeGreaterThan(600 / 15);
  expect(tried).toBeLessThan(50);
});

test('what never answers ends in bounded time, and what comes later is put away', async () => {
  let late = '';
  let answer: (value: string) => void = () => undefined;
  const work = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const put = (value: string) => {
    late = value;
  };
  await expect(bounded(work, 20, 'server', put)).rejects.toThrow('server: no answer in 20 ms');
  answer('session');
  await Promise.resolve();
  expect(late).toBe('session');
});

test.each([
  ['BadCertificateUntrusted (0x801a0000)', 'REFUSED'],
  ['BadUserAccessDenied', 'REFUSED'],
  ['BadIdentityTokenRejected', 'REFUSED'],
  ['BadSecurityChecksFailed', 'REFUSED'],
  ['connect ECONNREFUSED 127.0.0.1:4840', 'UNREACHABLE'],
  ['BadTooManySessions', 'UNREACHABLE'],
])('%s is %s', (message, code) => {
  expect(faultOf(new Error(message), 'server').code).toBe(code);
});

test('a server that hangs up three times in a row refuses, fewer are an accident', async () => {
  const hung = new Fault('UNREACHABLE', 'server: The connection may have been rejected by server');
  const ends = [hung, hung, unreachable, hung, hung, hung];
  const connect = refusing(async () => {
    throw ends.shift();
  });
  const codes: string[] = [];
  for (let attempt = 0; attempt < 6; attempt++) {
    await connect().catch(({ code }: Fault) => codes.push(code));
  }
  expect(codes).toEqual([...Array(5).fill('UNREACHABLE'), 'REFUSED']);
});
