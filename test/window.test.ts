// Goal: what the stream holds of a line and central has not read stays small, whatever the backlog;
// and a line never stops for it, however long central is away (S5, N2).
import pino from 'pino';
import { expect, test } from 'vitest';
import type { Outbox } from '../edge/store/outbox.ts';
import { forward, type Publish } from '../edge/uplink/forwarder.ts';
import { openWindow, readMs, trickleMs, unreadMax } from '../edge/uplink/window.ts';
import { openBell } from '../shared/loop.ts';
import { lastOf, segmentFactsMax } from '../shared/segment.ts';
import { m01 } from './helpers/shop.ts';

const log = pino({ level: 'silent' });
const marks = (sent: number, kept: number, epoch = 1) => ({ epoch, sent, kept, head: 9_999 });

function openTime() {
  const time = { nowMs: 0 };
  return { time, window: openWindow(() => time.nowMs) };
}

test('a line sends on while central reads in time', () => {
  const { time, window } = openTime();
  window.restart(marks(0, 0));
  for (let last = 1; last < 1_000; last++) {
    expect(window.waitMs(Math.max(0, last - 100))).toBe(0);
    window.took(last);
    time.nowMs += 15;
  }
});

test('N2: once central lags, a line waits until it has read, or sends one after a while', () => {
  const { time, window } = openTime();
  window.restart(marks(0, 0));
  for (const last of [10, 20]) {
    window.took(last);
    time.nowMs += 100;
  }
  time.nowMs = readMs - 1;
  expect(window.waitMs(0)).toBe(0);
  time.nowMs = readMs;
  expect(window.waitMs(9)).toBe(100 + trickleMs - readMs);
  expect(window.waitMs(10)).toBe(0);
  time.nowMs = 100 + trickleMs;
  expect(window.waitMs(10)).toBe(0);
  window.took(30);
  expect(window.waitMs(10)).toBe(trickleMs);
  expect(window.waitMs(30)).toBe(0);
});

test('no more than so many segments are unread at once', () => {
  const { window } = openTime();
  window.restart(marks(0, 0));
  for (let last = 1; last <= unreadMax; last++) {
    expect(window.waitMs(0)).toBe(0);
    window.took(last);
  }
  expect(window.waitMs(0)).toBe(trickleMs);
  expect(window.waitMs(1)).toBe(0);
});

test('what was sent before a start counts from then on; a new epoch begins anew', () => {
  const { time, window } = openTime();
  window.restart(marks(50, 10));
  expect(window.waitMs(10)).toBe(0);
  time.nowMs = readMs;
  window.took(60);
  expect(window.waitMs(10)).toBe(trickleMs);
  window.restart(marks(40, 10));
  expect(window.waitMs(10)).toBe(0);
  time.nowMs += readMs;
  expect(window.waitMs(10)).toBe(trickleMs - readMs);
  window.restart(marks(0, 0, 2));
  expect(window.waitMs(0)).toBe(0);
});

const facts: Uint8Array[] = Array(segmentFactsMax).fill(new Uint8Array(1));

/** The cursors over a store of so many facts, all in whole segments. */
function openOwed(head: number) {
  const at = { epoch: 1, sent: 0, kept: 0, head };
  const outbox = {
    marks: () => ({ ...at }),
    linkAt: () => Buffer.alloc(32),
    next: () =>
      at.sent === head
        ? undefined
        : { line: m01, epoch: 1, first: at.sent + 1, before: null, after: null, facts },
    setSent(_: string, __: number, sequence: number): void {
      at.sent = Math.max(at.kept, sequence);
    },
  };
  return { at, outbox: outbox as unknown as Outbox };
}

/** A line with a backlog, a stream that takes a segment in 10 ms, and central as it is told. */
async function drain(segments: number, forMs: number, reads: (nowMs: number) => number) {
  const { at, outbox } = openOwed(segments * segmentFactsMax);
  const stop = new AbortController();
  let nowMs = 0;
  const clock = {
    ...{ nowMs: () => nowMs, monotonicMs: () => nowMs },
    async sleep(ms: number) {
      nowMs += Math.min(ms, 50); // central's word comes as often
      hear();
    },
  };
  const read = openBell(clock);
  const taken: number[] = [];
  let unread = 0;
  function hear(): void {
    at.kept = Math.min(reads(nowMs), taken.at(-1) ?? 0);
    read.ring();
    if (nowMs >= forMs || taken.at(-1) === at.head) stop.abort();
  }
  const publish: Publish = async (segment, end) => {
    nowMs += 10;
    taken.push(lastOf(segment));
    hear();
    unread = Math.max(unread, lastOf(segment) - at.kept);
    return end + 1;
  };
  await forward({
    ...{ line: m01, outbox, publish, bell: openBell(clock), read, clock, log },
    last: async () => undefined,
    enter: async () => ({ kind: 'entered' }),
    report: () => undefined,
    idleMs: 60_000,
    signal: stop.signal,
  });
  return { nowMs, unread, taken: taken.length };
}

test('S5: behind a slow central a backlog waits at the edge, and none of it is lost', async () => {
  const perMs = 10; // a tenth of what the stream takes
  const { unread, nowMs, taken } = await drain(150, 60_000, (now) => now * perMs);
  expect(taken).toBe(150);
  expect(unread).toBeLessThanOrEqual((readMs / 10 + 1) * segmentFactsMax);
  expect(nowMs).toBeLessThan((150 * segmentFactsMax) / perMs + 1_000);
});

test('while central is away a line goes on slowly, and at full speed when it is back', async () => {
  const awayMs = 60_000;
  const away = await drain(400, awayMs, () => 0);
  expect(away.taken).toBeGreaterThan(unreadMax);
  expect(away.taken).toBeLessThanOrEqual(unreadMax + awayMs / trickleMs + 1);
  const back = await drain(400, 90_000, (now) => (now < awayMs ? 0 : Number.MAX_SAFE_INTEGER));
  expect(back.taken).toBe(400);
  expect(back.nowMs).toBeLessThan(awayMs + 5_000);
});
