// Goal: the ERP sandbox is never kinder than SAP.
// Method: plain HTTP against a real one, asking for what SAP would refuse.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Bench,
  complaint,
  confirmation,
  confirmationPath,
  document,
  documentPath,
  issueItem,
  orderPath,
  receiptItem,
  startBench,
  stockItem,
} from './helpers/sandbox.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(() => bench.close());

const badConfirmations: [string, object, string][] = [
  ['an unknown order', { OrderID: '4712' }, 'HF/001'],
  ['an unknown operation', { OrderOperation: '0011' }, 'HF/003'],
  ['another work centre', { WorkCenter: 'SAW2' }, 'HF/005'],
  ['a yield over the tolerance', { ConfirmationYieldQuantity: '110.001' }, 'HF/006'],
  ['a wrong unit', { ConfirmationUnit: 'EA' }, 'HF/007'],
  ['no unit', { ConfirmationUnit: '' }, 'HF/007'],
  ['a time in hours', { OpConfirmedWorkQuantity1: '1', OpWorkQuantityUnit1: 'H' }, 'HF/007'],
  ['another plant', { Plant: '2000' }, 'HF/012'],
  ['a backflush', { APIConfHasNoGoodsMovements: false }, 'HF/016'],
];

test.each(badConfirmations)('a confirmation with %s is refused', async (_what, change, code) => {
  const reply = await bench.post(confirmationPath, { ...confirmation, ...change });
  expect(complaint(reply).slice(0, 2)).toEqual([400, code]);
  expect(reply.body.error?.innererror.errordetails[0]).toMatchObject({ code, severity: 'error' });
  expect((await bench.summary()).documents).toMatchObject({ confirmation: 0 });
});

const cost = { CostCenter: 'SCRAP' };

const badDocuments: [string, string, object, string][] = [
  ['an issue of an unknown material', '03', { ...issueItem, Material: 'TIN' }, 'HF/008'],
  ['an issue without a lot', '03', { ...issueItem, Batch: '' }, 'HF/009'],
  ['an issue of an unknown lot', '03', { ...issueItem, Batch: 'HEAT8' }, 'HF/010'],
  ['an issue beyond stock', '03', { ...issueItem, QuantityInEntryUnit: '500.126' }, 'HF/010'],
  ['an issue in a wrong unit', '03', { ...issueItem, EntryUnit: 'EA' }, 'HF/007'],
  ['an issue for an unknown order', '03', { ...issueItem, ManufacturingOrder: '1' }, 'HF/001'],
  ['an issue without the F', '03', { ...issueItem, GoodsMovementRefDocType: '' }, 'HF/014'],
  ['an issue of nothing', '03', { ...issueItem, QuantityInEntryUnit: '0' }, 'HF/014'],
  ['an issue elsewhere', '03', { ...issueItem, StorageLocation: '0002' }, 'HF/012'],
  ['an issue under the code of a receipt', '02', issueItem, 'HF/013'],
  ['a receipt over tolerance', '02', { ...receiptItem, QuantityInEntryUnit: '110.001' }, 'HF/006'],
  ['a receipt of another material', '02', { ...receiptItem, Material: 'STEEL' }, 'HF/008'],
  ['a receipt in two minds', '02', { ...receiptItem, InventoryUsabilityCode: 'S' }, 'HF/013'],
  ['blocking what is not there', '04', stockItem('344', '1'), 'HF/010'],
  ['unblocking what is not there', '04', stockItem('343', '1'), 'HF/010'],
  ['scrapping what is not blocked', '03', { ...stockItem('555', '1'), ...cost }, 'HF/010'],
  ['scrapping without a cost centre', '03', stockItem('555', '1'), 'HF/014'],
  ['an unknown movement', '03', { ...issueItem, GoodsMovementType: '262' }, 'HF/013'],
];

test.each(badDocuments)('%s is refused', async (_what, code, item, expected) => {
  const good = expected === 'HF/013' ? [] : [{ ...item, QuantityInEntryUnit: '0.001' }];
  const before = await bench.summary();
  const reply = await bench.post(documentPath, document(code, [...good, item]));
  expect(complaint(reply).slice(0, 2)).toEqual([400, expected]);
  expect(await bench.summary()).toEqual(before); // the whole document is refused, not its half
});

test('nothing comes after the final confirmation of an operation', async () => {
  const last = { ...confirmation, IsFinalConfirmation: true };
  expect((await bench.post(confirmationPath, last)).status).toBe(201);
  expect(complaint(await bench.post(confirmationPath, confirmation))[1]).toBe('HF/004');
  const other = { ...confirmation, OrderOperation: '0020' };
  expect((await bench.post(confirmationPath, other)).status).toBe(201);
});

test('tolerance counts what was posted before', async () => {
  for (const [quantity, status] of [
    ['60', 201],
    ['50', 201],
    ['0.001', 400],
  ] as const) {
    const confirmed = { ...confirmation, ConfirmationYieldQuantity: quantity };
    expect((await bench.post(confirmationPath, confirmed)).status).toBe(status);
    const received = document('02', [{ ...receiptItem, QuantityInEntryUnit: quantity }]);
    expect((await bench.post(documentPath, received)).status).toBe(status);
  }
});

test('a closed order takes nothing more', async () => {
  await bench.admin('/orders/4711/close');
  for (const reply of [
    await bench.post(confirmationPath, confirmation),
    await bench.post(documentPath, document('03', [issueItem])),
    await bench.post(documentPath, document('02', [receiptItem])),
  ]) {
    expect(complaint(reply).slice(0, 2)).toEqual([400, 'HF/002']);
  }
  const read = await bench.call('GET', `${orderPath}/A_ProductionOrder_2('4711')`);
  expect(read.body.d).toMatchObject({ OrderIsClosed: true, TotalQuantity: '100.000' });
  expect((await bench.call('GET', `${orderPath}/A_ProductionOrder_2('1')`)).status).toBe(404);
});

test('a closed period takes nothing, on either side', async () => {
  await bench.admin('/period', { from: '2017-08-30', to: '2017-08-30' });
  expect((await bench.post(confirmationPath, confirmation)).status).toBe(201);
  for (const PostingDate of ['2017-08-29T00:00:00', '2017-08-31T00:00:00']) {
    const reply = await bench.post(confirmationPath, { ...confirmation, PostingDate });
    expect(complaint(reply)[1]).toBe('HF/011');
    const late = document('03', [issueItem], { PostingDate });
    expect(complaint(await bench.post(documentPath, late))[1]).toBe('HF/011');
  }
});

test('an order that somebody has open is locked until they leave', async () => {
  await bench.admin('/orders/4711/lock', { user: 'MILLER' });
  const reply = await bench.post(confirmationPath, confirmation);
  expect(complaint(reply)).toEqual([400, 'MC/601', 'Order 4711 is locked by user MILLER']);
  await bench.admin('/orders/4711/unlock');
  expect((await bench.post(confirmationPath, confirmation)).status).toBe(201);
});

const overlong: [string, object, string][] = [
  ['an order of 13', { OrderID: '4'.repeat(13) }, 'OrderID'],
  ['an operation of 5', { OrderOperation: '00010' }, 'OrderOperation'],
  ['a work centre of 9', { WorkCenter: 'W'.repeat(9) }, 'WorkCenter'],
  ['a unit of 4', { ConfirmationUnit: 'KILO' }, 'ConfirmationUnit'],
  ['4 decimals', { ConfirmationYieldQuantity: '0.0001' }, 'ConfirmationYieldQuantity'],
  ['11 digits', { ConfirmationYieldQuantity: '12345678901' }, 'ConfirmationYieldQuantity'],
  ['a number for a decimal', { ConfirmationYieldQuantity: 10 }, 'ConfirmationYieldQuantity'],
  ['a negative decimal', { ConfirmationYieldQuantity: '-1' }, 'ConfirmationYieldQuantity'],
  ['no GUID', { ExternalSystemConfirmation: 'abc' }, 'ExternalSystemConfirmation'],
  ['a day that does not exist', { PostingDate: '2026-02-30T00:00:00' }, 'PostingDate'],
  ['a time of day', { PostingDate: '/Date(1504051200001)/' }, 'PostingDate'],
  ['a property nobody knows', { Yield: '1' }, 'Yield'],
];

test.each(overlong)('a field with %s is refused by name', async (_what, change, field) => {
  const [status, code, words] = complaint(
    await bench.post(confirmationPath, { ...confirmation, ...change }),
  );
  expect([status, words]).toEqual([400, expect.stringContaining(`ProdnOrdConf2.${field}:`)]);
  expect(code).toMatch(/^005056/);
});

test('the fields of a material document have SAP’s lengths, each complaint a detail', async () => {
  const item = { ...issueItem, Material: 'M'.repeat(41), Batch: 'B'.repeat(11), Plant: '10000' };
  const header = { ReferenceDocument: 'K'.repeat(17), MaterialDocumentHeaderText: 'T'.repeat(26) };
  const { body } = await bench.post(documentPath, document('03', [item], header));
  const words = body.error?.innererror.errordetails.map(
    ({ message }: { message: string }) => message,
  );
  expect(words).toHaveLength(5);
  const limits = [16, 25, 40, 4, 10].map((max) => expect.stringContaining(`${max} characters`));
  expect(words).toEqual(limits);
  const small = document('03', [issueItem], { ReferenceDocument: 'k1' });
  expect(complaint(await bench.post(documentPath, small))[2]).toContain('capitals');
});
