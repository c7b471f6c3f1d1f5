// Goal: the ERP sandbox keeps exact books, and its doors are SAP’s.
// Method: plain HTTP against a real one on a file of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sandboxMigrations } from '../central/sandbox/schema.ts';
import { startSandbox } from '../central/sandbox/server.ts';
import { openDatabase } from '../shared/database.ts';
import {
  type Bench,
  confirmation,
  confirmationPath,
  day,
  document,
  documentPath,
  issueItem,
  key,
  receiptItem,
  rootPath,
  startBench,
  stockItem,
} from './helpers/sandbox.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(() => bench.close());

test('a change needs a token together with its cookies, and is told so', async () => {
  const bare = await bench.call('POST', confirmationPath, confirmation);
  expect([bare.status, bare.headers.get('x-csrf-token')]).toEqual([403, 'Required']);
  const headers = await bench.token();
  const half = await bench.call('POST', confirmationPath, confirmation, { ...headers, cookie: '' });
  expect([half.status, half.headers.get('x-csrf-token')]).toEqual([403, 'Required']);
  const lone = { ...headers, cookie: headers['cookie']!.split('; ')[0] };
  expect((await bench.call('POST', confirmationPath, confirmation, lone)).status).toBe(403);
  const head = await bench.call('HEAD', rootPath, undefined, { 'x-csrf-token': 'fetch' });
  expect(head.headers.get('x-csrf-token')).toHaveLength(24);
  const whole = await bench.call('POST', confirmationPath, confirmation, headers);
  expect(whole.status).toBe(201);
  expect((await bench.summary()).documents).toMatchObject({ confirmation: 1 });
});

test('a token dies when its time is over, and when told to', async () => {
  let nowMs = 1_000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: async () => undefined };
  const other = await startBench({ tokenLifeMs: 500 }, clock);
  try {
    const headers = await other.token();
    const send = () => other.call('POST', confirmationPath, confirmation, headers);
    nowMs += 499;
    expect((await send()).status).toBe(201);
    nowMs += 1;
    expect((await send()).status).toBe(403);
  } finally {
    await other.close();
  }
  const headers = await bench.token();
  await bench.admin('/tokens/expire');
  expect((await bench.call('POST', confirmationPath, confirmation, headers)).status).toBe(403);
});

test('a confirmation is shown as SAP shows it, numbered in sequence', async () => {
  const times = { OpConfirmedWorkQuantity1: '1.5', OpWorkQuantityUnit1: 'MIN' };
  const first = await bench.post(confirmationPath, { ...confirmation, ...times });
  expect(first.body.d).toMatchObject({
    ...{ ConfirmationGroup: '0000000001', ConfirmationCount: '00000001', OrderID: '4711' },
    ...{ PostingDate: day, ConfirmationYieldQuantity: '10.000', IsFinalConfirmation: false },
    ...{ OpConfirmedWorkQuantity1: '1.500', ExternalSystemConfirmation: key },
  });
  const second = await bench.post(confirmationPath, { ...confirmation, OrderOperation: '0020' });
  expect(second.body.d?.['ConfirmationGroup']).toBe('0000000002');
  const third = await bench.post(confirmationPath, confirmation);
  expect(third.body.d?.['ConfirmationCount']).toBe('00000002');
});

test('a small story ends with the exact stock and the exact cost', async () => {
  const work = {
    ...{ ConfirmationYieldQuantity: '90', ConfirmationScrapQuantity: '2.125' },
    ...{ OpConfirmedWorkQuantity1: '0.001', OpWorkQuantityUnit1: 'MIN' },
    ...{ OpConfirmedWorkQuantity2: '30.000', OpWorkQuantityUnit2: 'MIN' },
  };
  const blocked = { InventoryStockType: '07', InventoryUsabilityCode: 'S' };
  const story: [string, object][] = [
    [documentPath, document('03', [{ ...issueItem, QuantityInEntryUnit: '100.001' }])],
    [confirmationPath, { ...confirmation, ...work }],
    [
      documentPath,
      document('02', [
        { ...receiptItem, QuantityInEntryUnit: '80.5' },
        { ...receiptItem, ...blocked, QuantityInEntryUnit: '9.5' },
      ]),
    ],
    [documentPath, document('04', [stockItem('344', '0.5')])],
    [documentPath, document('04', [stockItem('343', '4.003')])],
    [documentPath, document('03', [{ ...stockItem('555', '5.997'), CostCenter: 'SCRAP' }])],
  ];
  for (const [path, body] of story) {
    const reply = await bench.post(path, body);
    expect(reply.status, reply.text).toBe(201);
  }
  const { stock, orders, materials, operations } = await bench.summary();
  const at = { plant: '1000', unit: 'KG', quality: '0' };
  expect(stock).toEqual([
    { ...at, material: 'BOLT', lot: 'B1', unrestricted: '84.003', blocked: '0' },
    { ...at, material: 'STEEL', lot: 'HEAT7', unrestricted: '400.124', blocked: '0' },
  ]);
  expect(orders[0]).toMatchObject({
    ...{ received: '90', materialCost: '250.0025', setupCost: '0.001', machineCost: '45' },
    cost: '295.0035',
  });
  expect(materials).toMatchObject([
    { material: 'BOLT', orderCost: '295.0035', scrappedCost: '59.97' },
    { material: 'STEEL', consumedCost: '250.0025' },
  ]);
  expect(operations[0]).toMatchObject({ confirmations: 1, yield: '90', scrap: '2.125' });
  await bench.stop();
  const db = openDatabase(bench.path, sandboxMigrations);
  const kept = db.prepare(
    `SELECT material, sum(iif(toStock IS NULL, 0, quantity) - iif(fromStock IS NULL, 0, quantity))
       FROM item GROUP BY material`,
  );
  expect(kept.raw().all()).toEqual([
    ['BOLT', 84_003_000],
    ['STEEL', 400_124_000],
  ]);
  db.close();
});

test('the cost of a time is rounded half up, once per document', async () => {
  const dear = await startBench({ setupRate: '100', machineRate: '0.03' });
  try {
    const times = {
      ...{ OpConfirmedWorkQuantity1: '0.001', OpWorkQuantityUnit1: 'MIN' },
      ...{ OpConfirmedWorkQuantity2: '0.001', OpWorkQuantityUnit2: 'MIN' },
    };
    for (let count = 0; count < 3; count++) {
      await dear.post(confirmationPath, { ...confirmation, ...times });
    }
    // 0.0016666… and 0.0000005 of the currency, three times.
    const [order] = (await dear.summary()).orders;
    expect(order).toMatchObject({ setupCost: '0.005001', machineCost: '0.000003' });
  } finally {
    await dear.close();
  }
});

test('the same key twice gives two documents: both found, one a duplicate', async () => {
  for (const path of [confirmationPath, confirmationPath]) await bench.post(path, confirmation);
  for (const items of [[issueItem], [issueItem], [issueItem]]) {
    await bench.post(documentPath, document('03', items));
  }
  const { documents, duplicates } = await bench.summary();
  expect(documents).toEqual({ confirmation: 2, goodsIssue: 3, opening: 1 });
  expect(duplicates).toBe(3);
  const ask = (path: string, filter: string) =>
    bench.call('GET', `${path}?$filter=${encodeURIComponent(filter)}&$format=json`);
  const byGuid = await ask(confirmationPath, `ExternalSystemConfirmation eq guid'${key}'`);
  expect(byGuid.body.d?.results).toHaveLength(2);
  const byReference = await ask(documentPath, "ReferenceDocument eq 'K1'");
  const numbers = byReference.body.d?.results?.map((row) => row['MaterialDocument']);
  expect(numbers).toEqual(['4900000001', '4900000002', '4900000003']);
  expect((await ask(documentPath, "Plant eq '1000'")).status).toBe(400);
});

test('a load is all or nothing, at most 1,000 at once, and names what is bad', async () => {
  const order = (number: number) => ({
    ...{ order: `A${number}`, material: 'BOLT', quantity: '5', unit: 'KG' },
    operations: [{ operation: '0010' }],
  });
  const orders = Array.from({ length: 1_000 }, (_, at) => order(at));
  expect(await bench.admin('/orders', orders)).toEqual({ loaded: 1_000 });
  await expect(bench.admin('/orders', [...orders, order(1_000)])).rejects.toThrow(/1000/);
  await expect(bench.admin('/orders', [order(1_001), order(5)])).rejects.toThrow(/A5: exists/);
  await expect(bench.admin('/orders', { ...order(1), order: 'A1002', unit: 'EA' })).rejects.toThrow(
    /unit: must be KG/,
  );
  await expect(
    bench.admin('/stock', { material: 'STEEL', lot: 'X', quantity: '0' }),
  ).rejects.toThrow(/quantity: must be a decimal text of more than 0/);
  await expect(
    bench.admin('/materials', { material: 'X', unit: 'KG', price: '1.001' }),
  ).rejects.toThrow(/price.*2 decimals/);
  await expect(bench.admin('/orders/nobody/close')).rejects.toThrow(/not known/);
  expect((await bench.summary()).orders).toHaveLength(1_001);
});

test('the books are there after a restart, and refuse edits', async () => {
  await bench.post(confirmationPath, confirmation);
  await bench.stop();
  const db = openDatabase(bench.path, sandboxMigrations);
  expect(() => db.exec('UPDATE confirmation SET yield = 0')).toThrow(/never edited/);
  expect(() => db.exec('DELETE FROM document')).toThrow(/never deleted/);
  expect(() => db.exec('UPDATE stock SET quantity = -1')).toThrow(/CHECK/);
  db.close();
});

test('the sandbox is a program: it says where it is, and stops when told', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-sandbox-'));
  const config = join(directory, 'sandbox.json');
  writeFileSync(config, JSON.stringify({ path: join(directory, 'erp.sqlite'), plant: '2000' }));
  const child = spawn(process.execPath, ['central/sandbox/main.ts', '--config', config]);
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { ready, url } = JSON.parse(line.toString());
    expect(ready).toBe(true);
    expect((await fetch(`${url}/sandbox/summary`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  }
});

test('a config with a typo is refused by name', async () => {
  const typo = { path: ':memory:', tokenLiveMs: 5, plant: '20000' };
  await expect(startSandbox(typo)).rejects.toThrow(
    /tokenLiveMs: unknown; sandbox.plant: must be a text of at most 4/,
  );
});
