// Goal: an ERP that is down is asked now and then, and not for every document; what it says itself
// does not count as being down; it is used again as soon as it answers.
import pino from 'pino';
import { expect, test } from 'vitest';
import { failuresMax, openBreaker } from '../central/erp/breaker.ts';
import type { Erp, Outcome } from '../central/erp/erp.ts';
import { post } from '../central/posting/poster.ts';
import { openBell } from '../shared/loop.ts';
import { openSide, stated } from './helpers/central.ts';
import { worldClock } from './helpers/clock.ts';

const log = pino({ level: 'silent' });
const down = { kind: 'busy', reason: 'no answer: ECONNREFUSED', unreached: true } as const;
const answers: Outcome[] = [
  { kind: 'posted', document: 'D1' },
  { kind: 'refused', code: 'M7/021', reason: 'deficit' },
  { kind: 'busy', reason: 'order is locked' },
];

function breakerAt(time: { ms: number }) {
  return openBreaker({ nowMs: () => time.ms, waitMs: () => time.ms, log });
}

test('after five failures in a row one call tries, after pauses that grow to a minute', () => {
  const time = { ms: 1_000 };
  const breaker = breakerAt(time);
  for (let call = 1; call < failuresMax; call++) breaker.posted(down);
  expect([breaker.room(16, 0), breaker.standing().state]).toEqual([16, 'up']);
  breaker.posted({ kind: 'unknown', reason: 'no answer in 10000 ms' });
  expect(breaker.standing()).toEqual({
    ...{ state: 'down', sinceMs: 1_000, reason: 'no answer in 10000 ms' },
  });
  expect([breaker.room(16, 0), breaker.dueInMs()]).toEqual([0, 800]);
  const pauses: number[] = [];
  for (let round = 0; round < 9; round++) {
    const pauseMs = breaker.dueInMs();
    pauses.push(pauseMs);
    time.ms += pauseMs;
    expect([breaker.room(16, 0), breaker.room(16, 1)]).toEqual([1, 0]);
    breaker.lookedUp(undefined);
  }
  expect(pauses).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000]);
  time.ms += 60_000;
  breaker.lookedUp([]);
  expect(breaker.standing()).toEqual({ state: 'up', sinceMs: time.ms, reason: null });
  expect([breaker.room(16, 3), breaker.dueInMs()]).toEqual([16, 0]);
});

test('calls that were out when it went down make no pause longer', () => {
  const time = { ms: 0 };
  const breaker = breakerAt(time);
  for (let call = 1; call <= 16; call++) breaker.posted(down);
  expect(breaker.dueInMs()).toBe(800);
  time.ms += 800;
  breaker.posted(down);
  expect(breaker.dueInMs()).toBe(1_600);
});

test('an ERP that says when to come again is left alone so long', () => {
  const breaker = breakerAt({ ms: 0 });
  for (let call = 1; call <= failuresMax; call++) {
    breaker.posted({ ...down, retryAfterMs: 120_000 });
  }
  expect(breaker.dueInMs()).toBe(120_000);
});

test.each(answers)('what the ERP says itself is an answer: $kind', (outcome) => {
  const breaker = breakerAt({ ms: 0 });
  for (let call = 1; call <= 3 * failuresMax; call++) {
    breaker.posted(down);
    if (call % (failuresMax - 1) === 0) breaker.posted(outcome);
  }
  expect(breaker.standing().state).toBe('up');
});

test('thirty orders meet an ERP that is down: few calls, then all are posted', async () => {
  const clock = worldClock();
  const time = { nowMs: 0 };
  Object.defineProperty(time, 'nowMs', { get: clock.nowMs });
  const side = openSide(':memory:', 1_000, time);
  const orders = Array.from({ length: 30 }, (_, index) => `WO-${index + 1}`);
  for (const order of orders) {
    side.note('acme/m1', stated.release(order), stated.report('1', {}, { order }));
  }
  const stop = new AbortController();
  const calls: number[] = [];
  const upMs = 300_000;
  const erp: Erp = {
    ...{ name: 'down', maxInFlightMs: 1_000, unfit: () => undefined },
    lookup: async () => [],
    async post() {
      calls.push(clock.nowMs());
      return clock.nowMs() < upMs ? down : { kind: 'posted', document: `D${calls.length}` };
    },
  };
  const bell = {
    ...openBell(),
    wait: (_: number, ms: number, signal: AbortSignal) => clock.sleep(ms, signal),
  };
  const nowMs = clock.nowMs;
  const done = post({
    ...{ postings: side.postings, erp, lanesMax: 4, bell, idleMs: 15_000, clock, log },
    ...{ breaker: openBreaker({ nowMs, waitMs: nowMs, log }), moved: () => undefined },
    signal: stop.signal,
  });
  const { signal: never } = new AbortController();
  const until = async (atMs: number) => {
    while (clock.nowMs() < atMs) await clock.sleep(100, never);
  };
  await until(upMs - 1_000);
  expect(calls.length).toBeGreaterThan(10);
  expect(calls.length).toBeLessThan(25);
  expect(side.rows().filter(({ state }) => state === 'unknown')).toEqual([]);
  await until(upMs + 120_000);
  expect(new Set(side.rows().map(({ state }) => state))).toEqual(new Set(['posted']));
  stop.abort();
  await done;
});
