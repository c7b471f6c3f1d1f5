// Goal: the ERP sandbox fails as it is told to, before or after its commit, and never late.
// Method: plain HTTP against a real one with its dice loaded.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Bench,
  confirmation,
  confirmationPath,
  type Reply,
  rootPath,
  startBench,
} from './helpers/sandbox.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(() => bench.close());

const cut = async (reply: Promise<Reply>) => expect(reply).rejects.toThrow('fetch failed');

test('faults before the commit post nothing, after it one document', async () => {
  const tell = (faults: object) => bench.admin('/faults', faults);
  const headers = await bench.token();
  const send = () => bench.call('POST', confirmationPath, confirmation, headers);
  await tell({ busyPercent: 100, retryAfterSeconds: 7 });
  const busy = await send();
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '7']);
  await tell({ throttlePercent: 100, retryAfterForm: 'date' });
  const slow = await send();
  expect(slow.status).toBe(429);
  expect(slow.headers.get('retry-after')).toMatch(/GMT$/);
  await tell({ brokenPercent: 100 });
  expect((await send()).text).toContain('<html>');
  await tell({ dropPercent: 100 });
  await cut(send());
  expect((await bench.summary()).documents).toMatchObject({ confirmation: 0 });
  await tell({ lostPercent: 100 });
  await cut(send());
  await tell({});
  expect((await bench.summary()).documents).toMatchObject({ confirmation: 1 });
});

test('the same seed brings the same faults', async () => {
  const headers = await bench.token();
  const round = async () => {
    await bench.admin('/faults', { seed: 42, busyPercent: 30, brokenPercent: 20 });
    const statuses: number[] = [];
    for (let count = 0; count < 20; count++) {
      statuses.push((await bench.call('GET', rootPath, undefined, headers)).status);
    }
    return statuses;
  };
  const first = await round();
  expect(new Set(first)).toEqual(new Set([200, 500, 503]));
  expect(await round()).toEqual(first);
});

test('no latency may break the promise of the longest call, and bad faults are named', async () => {
  await expect(bench.admin('/faults', { latencyMs: 30_001 })).rejects.toThrow(
    /latencyMs: must be at/,
  );
  await expect(bench.admin('/faults', { busyPercent: 60, dropPercent: 41 })).rejects.toThrow(/100/);
  await expect(bench.admin('/faults', { odds: 1 })).rejects.toThrow(/faults.odds: unknown/);
});

test('a request that took longer than promised is dropped, not committed late', async () => {
  const clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: () => delay(150) };
  const slow = await startBench({ maxInFlightMs: 100 }, clock);
  try {
    const headers = await slow.token();
    await slow.admin('/faults', { latencyMs: 100 });
    await cut(slow.call('POST', confirmationPath, confirmation, headers));
    expect((await slow.summary()).documents).toMatchObject({ confirmation: 0 });
  } finally {
    await slow.close();
  }
});
