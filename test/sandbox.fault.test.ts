// Goal: the ERP sandbox fails as it is told to, before or after its commit, and never late.
// Method: plain HTTP against a real one with its dice loaded.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Bench,
  confirmation,
  confirmationPath,
  document,
  documentPath,
  issueItem,
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

test('an answer may be spoiled: before the commit, after it, or the commit itself', async () => {
  const headers = await bench.token();
  const send = async (faults: object) => {
    await bench.admin('/faults', faults);
    const reply = await bench.call('POST', confirmationPath, confirmation, headers);
    await bench.admin('/faults');
    const { documents } = await bench.summary();
    return { ...reply, count: documents['confirmation'] };
  };
  const login = await send({ loginPercent: 100 });
  expect([login.status, login.text.slice(0, 6), login.count]).toEqual([200, '<html>', 0]);
  const soft = await send({ softPercent: 100 });
  expect([soft.status, soft.body.error?.code, soft.count]).toEqual([200, 'HF/000', 0]);
  const bare = await send({ barePercent: 100 });
  const number = { ConfirmationGroup: '0000000001', ConfirmationCount: '00000001' };
  expect([bare.status, bare.body.d, bare.count]).toEqual([201, number, 1]);
  const empty = await send({ emptyPercent: 100 });
  expect([empty.status, empty.text, empty.count]).toEqual([204, '', 2]);
  const altered = await send({ alteredPercent: 100 });
  expect(altered.body.d?.['ConfirmationYieldQuantity']).toBe('10.001');
  await bench.admin('/faults', { truncatedPercent: 100 });
  await expect(bench.call('POST', confirmationPath, confirmation, headers)).rejects.toThrow('JSON');
  await expect(bench.admin('/faults', { lostPercent: 60, barePercent: 41 })).rejects.toThrow(
    /after the commit/,
  );
});

test('a document is read by its number, and its items if they are asked for', async () => {
  await bench.post(confirmationPath, confirmation);
  await bench.post(documentPath, document('03', [issueItem]));
  const read = async (path: string) => (await bench.call('GET', path)).body.d;
  const of = "(ConfirmationGroup='0000000001',ConfirmationCount='00000001')";
  expect(await read(confirmationPath + of)).toMatchObject({ OrderID: '4711' });
  const one = `${documentPath}(MaterialDocumentYear='2017',MaterialDocument='4900000001')`;
  expect((await read(one))?.['to_MaterialDocumentItem']).toHaveProperty('__deferred');
  expect(await read(`${one}?$expand=to_MaterialDocumentItem`)).toMatchObject({
    to_MaterialDocumentItem: { results: [{ QuantityInEntryUnit: '10.000' }] },
  });
  expect((await bench.call('GET', one.replace('2017', '2018'))).status).toBe(404);
  expect((await bench.call('GET', `${confirmationPath}(1)`)).status).toBe(404);
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
