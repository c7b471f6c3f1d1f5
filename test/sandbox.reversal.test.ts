// Goal: what the ERP sandbox takes back is taken back once, whole and exactly; stricter than SAP.
// Method: plain HTTP against a real one on a file of its own.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Bench,
  complaint,
  confirmation,
  confirmationPath,
  document,
  documentPath,
  issueItem,
  key,
  receiptItem,
  startBench,
  stockItem,
} from './helpers/sandbox.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(() => bench.close());

const otherKey = key.replace(/a$/, 'b');
const confirmed = (count: number, more = '') => {
  const of = `ConfirmationGroup='0000000001'&ConfirmationCount='0000000${count}'`;
  return `${confirmationPath.replace(/ProdnOrdConf2$/, 'CancelProdnOrdConf')}?${of}${more}`;
};
const moved = (number: string, more = '', year = '2017') => {
  const of = `MaterialDocumentYear='${year}'&MaterialDocument='${number}'`;
  return `${documentPath.replace(/A_\w+$/, 'Cancel')}?${of}${more}`;
};
const cancel = async (path: string) => bench.call('POST', path, undefined, await bench.token());
const post = async (path: string, body: object) => {
  const reply = await bench.post(path, body);
  expect(reply.status, reply.text).toBe(201);
  return reply.body.d!;
};
const times = {
  ...{ OpConfirmedWorkQuantity1: '0.001', OpWorkQuantityUnit1: 'MIN' },
  ...{ OpConfirmedWorkQuantity2: '30.000', OpWorkQuantityUnit2: 'MIN' },
};

test('a confirmation is taken back with its quantities and exactly its cost', async () => {
  await post(confirmationPath, { ...confirmation, ...times, ConfirmationScrapQuantity: '2' });
  await post(confirmationPath, { ...confirmation, ...times, IsFinalConfirmation: true });
  const before = await bench.summary();
  const early = await cancel(confirmed(1));
  expect(complaint(early).slice(0, 2)).toEqual([400, 'HF/004']); // the final one goes first
  expect(await bench.summary()).toEqual(before);
  const guid = `&ExternalSystemConfirmation=guid'${otherKey}'`;
  const back = await cancel(confirmed(2, `&PostingDate=datetime'2017-09-01T00:00:00'${guid}`));
  expect([back.status, back.body.d]).toMatchObject([
    200,
    {
      ...{ ConfirmationGroup: '0000000001', ConfirmationCount: '00000003', IsReversal: true },
      ...{ ConfirmationYieldQuantity: '10.000', IsReversed: false, IsFinalConfirmation: false },
      ...{ PostingDate: '/Date(1504224000000)/', ExternalSystemConfirmation: otherKey },
    },
  ]);
  expect((await cancel(confirmed(1))).status).toBe(200);
  const { operations, orders, documents } = await bench.summary();
  expect(operations[0]).toMatchObject({
    ...{ confirmations: 4, yield: '0', scrap: '0', rework: '0', final: false },
  });
  expect(orders[0]).toMatchObject({ setupCost: '0', machineCost: '0', cost: '0' });
  expect(documents).toMatchObject({ confirmation: 4 });
  const filter = encodeURIComponent(`ExternalSystemConfirmation eq guid'${key}'`);
  const found = await bench.call('GET', `${confirmationPath}?$filter=${filter}`);
  expect(found.body.d?.results).toMatchObject([
    { IsReversed: true, IsReversal: false },
    { IsReversed: true, IsReversal: false },
  ]);
});

test('stock goes back as it came, to the cent, and both sides show each other', async () => {
  const blocked = { InventoryStockType: '07', InventoryUsabilityCode: 'S' };
  await post(documentPath, document('03', [{ ...issueItem, QuantityInEntryUnit: '100.001' }]));
  await post(
    documentPath,
    document('02', [
      { ...receiptItem, QuantityInEntryUnit: '80.5' },
      { ...receiptItem, ...blocked, QuantityInEntryUnit: '9.5' },
    ]),
  );
  await post(documentPath, document('04', [stockItem('344', '0.5')]));
  await post(documentPath, document('04', [stockItem('343', '4.003')]));
  const scrap = { ...stockItem('555', '5.997'), CostCenter: 'SCRAP' };
  await post(documentPath, document('03', [scrap]));
  for (const number of [5, 4, 3, 2, 1]) {
    const back = await cancel(moved(`490000000${number}`));
    expect(back.status, back.text).toBe(200);
  }
  const { stock, orders, materials, documents } = await bench.summary();
  expect(stock).toMatchObject([
    { lot: 'B1', unrestricted: '0', blocked: '0' },
    { lot: 'HEAT7', unrestricted: '500.125', blocked: '0' },
  ]);
  expect(orders[0]).toMatchObject({ received: '0', materialCost: '0' });
  expect(materials).toMatchObject([{ scrappedCost: '0' }, { consumedCost: '0' }]);
  expect(documents).toMatchObject({ goodsReceipt: 1, cancelReceipt: 1, cancelScrap: 1 });
  const filter =
    "ReversedMaterialDocument eq '4900000002' and ReversedMaterialDocumentYear eq '2017'";
  const items = documentPath.replace(/Header$/, 'Item');
  const path = `${items}?$filter=${encodeURIComponent(filter)}`;
  expect((await bench.call('GET', path)).body.d?.results).toMatchObject([
    { MaterialDocument: '4900000009', GoodsMovementType: '102', QuantityInEntryUnit: '80.500' },
    { MaterialDocument: '4900000009', ReversedMaterialDocumentItem: '2' },
  ]);
});

test('nothing is taken back twice, nor what takes back, nor what is not there', async () => {
  await post(confirmationPath, confirmation);
  await post(documentPath, document('03', [issueItem]));
  const [first, number] = [confirmed(1), moved('4900000001')];
  expect((await cancel(first)).status).toBe(200);
  expect((await cancel(number)).status).toBe(200);
  const before = await bench.summary();
  const refused: [string, string][] = [
    ...([
      [first, 'HF/018'],
      [number, 'HF/018'],
      [confirmed(2), 'HF/019'],
      [moved('4900000002'), 'HF/019'],
    ] satisfies [string, string][]),
    ...([
      [confirmed(9), 'HF/017'],
      [moved('4900000009'), 'HF/017'],
      [moved('4900000001', '', '2016'), 'HF/017'],
      [moved('4900000000', '', `${new Date().getUTCFullYear()}`), 'HF/016'], // what was there
    ] satisfies [string, string][]),
  ];
  for (const [path, code] of refused) {
    expect(complaint(await cancel(path)).slice(0, 2), path).toEqual([400, code]);
  }
  expect(await bench.summary()).toEqual(before);
});

test('not in a closed period, not on a closed or locked order, not without the stock', async () => {
  await post(confirmationPath, confirmation);
  await post(documentPath, document('02', [receiptItem]));
  await post(documentPath, document('04', [stockItem('344', '1')]));
  const [one, receipt] = [confirmed(1), moved('4900000001')];
  const short = complaint(await cancel(receipt));
  expect(short).toEqual([400, 'HF/010', expect.stringContaining('1 short in unrestricted')]);
  expect((await cancel(moved('4900000002'))).status).toBe(200);
  await bench.admin('/period', { from: '2018-01-01', to: '2018-12-31' });
  const day = "&PostingDate=datetime'2018-06-01T00:00:00'";
  expect(complaint(await cancel(one))[1]).toBe('HF/011');
  expect(complaint(await cancel(receipt))[1]).toBe('HF/011');
  await bench.admin('/orders/4711/lock');
  expect(complaint(await cancel(one + day))[1]).toBe('MC/601');
  await bench.admin('/orders/4711/unlock');
  await bench.admin('/orders/4711/close');
  expect(complaint(await cancel(one + day))[1]).toBe('HF/002');
  expect(complaint(await cancel(receipt + day))[1]).toBe('HF/002');
});

test('a parameter that is not one, or is written otherwise, is refused by name', async () => {
  await post(confirmationPath, confirmation);
  for (const [more, words] of [
    ["&Reason='x'", 'Reason: unknown'],
    ['&PostingDate=2018-06-01', "must be written as datetime'…'"],
    ["&ExternalSystemConfirmation='1'", "must be written as guid'…'"],
  ] as const) {
    const [status, , message] = complaint(await cancel(confirmed(1, more)));
    expect([status, message]).toEqual([400, expect.stringContaining(words)]);
  }
  const bare = await bench.call('POST', confirmed(1));
  expect(bare.status).toBe(403);
  expect((await bench.summary()).documents).toMatchObject({ confirmation: 1 });
});
