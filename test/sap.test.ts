// Goal: the SAP connector never calls a thing done, or not done, that it does not know.
// Method: the sandbox for what SAP does, a rude server for what SAP would not do so soon. What
// every connector must do is in `contract/`.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { sandboxMigrations } from '../central/sandbox/schema.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { openDatabase } from '../shared/database.ts';
import { startBench } from './helpers/sandbox.ts';
import {
  bench,
  bolts,
  closeAll,
  closers,
  confirmation,
  erpAt,
  issue,
  key,
  receipt,
  rude,
  type Script,
  shownIssue,
} from './helpers/sap.ts';

afterEach(closeAll);

const posted = { kind: 'posted' };

test('what is posted moves stock and cost, exact to the last decimal', async () => {
  const { erp, summary } = await bench();
  const moved = (kind: Posting['kind'], quantity: string): Posting => ({
    ...{ ...bolts, key: key(kind), kind, quantity },
  });
  const documents: string[] = [];
  for (const posting of [
    issue,
    confirmation,
    receipt,
    moved('blockStock', '0.5'),
    moved('unblockStock', '4.003'),
    moved('scrapStock', '5.997'),
  ]) {
    const outcome = await erp.post(posting);
    if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
    expect(await erp.lookup(posting)).toEqual([outcome.document]);
    documents.push(outcome.document);
  }
  expect(documents).toEqual([
    ...['4900000001/2026', '0000000001/00000001'],
    ...['4900000002/2026', '4900000003/2026', '4900000004/2026', '4900000005/2026'],
  ]);
  const { stock, orders, operations, duplicates } = await summary();
  expect(stock).toMatchObject([
    { lot: 'B1', unrestricted: '84.003', blocked: '0' },
    { lot: 'HEAT7', unrestricted: '400.124' },
  ]);
  expect(operations[0]).toMatchObject({ yield: '90', scrap: '2.125', confirmations: 1 });
  // 1.5 minutes at 60 and 30.000 minutes (1,800,029 ms, rounded) at 90 an hour.
  expect(orders[0]).toMatchObject({
    materialCost: '250.0025',
    setupCost: '1.5',
    machineCost: '45',
  });
  expect(duplicates).toBe(0);
});

test('the ERP’s refusal is passed on with its code and its words', async () => {
  const { erp, summary } = await bench();
  expect(await erp.post({ ...confirmation, order: '4712' })).toEqual({
    ...{ kind: 'refused', code: 'HF/001', reason: 'HF/001 Order 4712 does not exist' },
  });
  expect(await erp.post({ ...issue, quantity: '500.126' })).toMatchObject({
    ...{ kind: 'refused', code: 'HF/010' },
  });
  // "blocked" is no lock: what is not in blocked stock will not come there by waiting.
  const scrap: Posting = { ...bolts, key: key('scrap'), kind: 'scrapStock', quantity: '1' };
  const outcome = await erp.post(scrap);
  expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('blocked') });
  expect((await summary()).documents).toEqual({ confirmation: 0, opening: 1 });
});

test('an ERP that had no token to give is asked again', async () => {
  const { erp, admin } = await bench();
  await admin('/faults', { busyPercent: 100, retryAfterSeconds: 4 });
  expect(await erp.post(confirmation)).toMatchObject({ kind: 'busy', retryAfterMs: 4_000 });
  await admin('/faults');
  expect(await erp.post(confirmation)).toMatchObject({ kind: 'posted' });
});

test('twenty callers with a dead token fetch one new token, and send its cookies', async () => {
  let good = 'T1';
  const cookies = new Set<unknown>();
  const script: Script = ({ headers }, response) => {
    cookies.add(headers.cookie);
    if (headers['x-csrf-token'] !== good) {
      return response.writeHead(403, { 'x-csrf-token': 'Required' }).end();
    }
    return response.writeHead(201).end(JSON.stringify({ d: shownIssue() }));
  };
  const { erp, tokens } = await rude(script, () => good);
  const posts = () => Promise.all(Array.from({ length: 20 }, () => erp.post(issue)));
  await posts();
  expect(tokens()).toBe(1);
  good = 'T2';
  expect(await posts()).toEqual(Array(20).fill({ kind: 'posted', document: '49/2026' }));
  expect(tokens()).toBe(2);
  expect(cookies).toEqual(new Set(['a=1; b=2']));
});

test('a key that was posted twice is found as two documents', async () => {
  const { erp, summary } = await bench();
  for (const posting of [issue, issue]) expect(await erp.post(posting)).toMatchObject(posted);
  expect(await erp.lookup(issue)).toEqual(['4900000001/2026', '4900000002/2026']);
  expect((await summary()).duplicates).toBe(1);
});

test('a sandbox that closes drops what it has not committed', async () => {
  let asleep = (): void => undefined;
  const waiting = new Promise<void>((resolve) => {
    asleep = resolve;
  });
  const sleep: Clock['sleep'] = (ms, signal) => {
    asleep();
    return systemClock.sleep(ms, signal);
  };
  const { url, admin, stop, path, close } = await startBench({}, { ...systemClock, sleep });
  closers.push(close);
  const erp = erpAt(url);
  await erp.post(issue);
  await admin('/faults', { latencyMs: 5_000 });
  const pending = erp.post(issue);
  await waiting; // it has come to the sandbox
  await stop();
  expect(await pending).toMatchObject({ kind: 'unknown' });
  expect(await erp.post(issue)).toMatchObject({ kind: 'busy' }); // nobody listens: not sent
  const db = openDatabase(path, sandboxMigrations);
  expect(db.prepare("SELECT count(*) FROM document WHERE kind = 'goodsIssue'").pluck().get()).toBe(
    1,
  );
  db.close();
});

test('bad options are named, with their limit', () => {
  const build = (more: Record<string, unknown>) => () => erpAt('http://127.0.0.1:1', more);
  expect(build({ plant: '10000' })).toThrow(/sap.plant: must be 1 to 4/);
  expect(build({ url: 'ftp://x' })).toThrow(/sap.url: must be an http/);
  expect(build({ url: 'http://me:secret@x' })).toThrow(/without a user/);
  expect(build({ timeZone: 'Europe/Atlantis' })).toThrow(/sap.timeZone/);
  expect(build({ clientTimeOut: 1 })).toThrow(/clientTimeOut: unknown/);
  expect(build({ setupActivity: 2 })).toThrow(/must differ/);
});
