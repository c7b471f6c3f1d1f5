// Goal: a document is called posted only once it was seen in SAP with what was sent.
// Method: a rude server that shows another document than was sent; the sandbox for its own faults.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { openProxy } from './contract/proxy.ts';
import {
  bench,
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

/** Answers the posting with one body and each read with the other; counts what was asked. */
async function showing(created: object, read: object | number = {}) {
  const asked: string[] = [];
  const script: Script = ({ method, url }, response) => {
    asked.push(`${method} ${decodeURIComponent(url!)}`);
    const d = method === 'POST' ? created : read;
    if (typeof d === 'number') return response.writeHead(d).end();
    return response.writeHead(method === 'POST' ? 201 : 200).end(JSON.stringify({ d }));
  };
  const { erp } = await rude(script);
  return { erp, asked };
}

const bare = shownIssue([]);
const posted = { kind: 'posted', document: '49/2026' };

test('a confirmation is final where that was sent, and may be where it was not', async () => {
  const shown = (IsFinalConfirmation: boolean) => ({
    ...{ ConfirmationGroup: '1', ConfirmationCount: '1', OrderID: '4711', OrderOperation: '0010' },
    ...{ ExternalSystemConfirmation: confirmation.key, ConfirmationUnit: 'KG' },
    ...{ ConfirmationYieldQuantity: '90.000', ConfirmationScrapQuantity: '2.125' },
    ...{ ConfirmationReworkQuantity: '0.000', IsFinalConfirmation },
    ...{ OpConfirmedWorkQuantity1: '1.500', OpConfirmedWorkQuantity2: '30.000' },
  });
  const outcomeOf = async (isShown: boolean, final: boolean) => {
    const { erp } = await showing(shown(isShown));
    return erp.post({ ...confirmation, final });
  };
  expect(await outcomeOf(true, true)).toEqual({ kind: 'posted', document: '1/1' });
  expect(await outcomeOf(true, false)).toMatchObject({ kind: 'posted' });
  expect(await outcomeOf(false, true)).toMatchObject({
    ...{ kind: 'differs', reason: 'IsFinalConfirmation false, sent true' },
  });
});

test('what the answer shows whole is posted without another request', async () => {
  const { erp, asked } = await showing(shownIssue());
  expect(await erp.post(issue)).toEqual(posted);
  expect(asked).toHaveLength(1);
});

test('reading back costs a request only where SAP’s answer leaves out the items', async () => {
  const { url } = await bench();
  let asked = 0;
  const carries = () => {
    asked += 1;
    return false;
  };
  const parts = { target: url, renews: () => false, slowMs: 0, lateMs: 0 };
  const proxy = await openProxy({ ...parts, carries });
  closers.push(proxy.close);
  const erp = erpAt(proxy.url);
  const costs = async (posting: Posting): Promise<[string, number]> => {
    asked = 0;
    const outcome = await erp.post(posting);
    if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
    return [outcome.document, asked];
  };
  for (const [posting, kind, requests] of [
    [{ ...confirmation, yield: '1' }, 'cancelConfirmation', 2],
    [issue, 'cancelIssue', 3],
    [receipt, 'cancelReceipt', 3],
  ] as const) {
    const small = { ...posting, yield: '1', quantity: '1', blocked: '0' };
    await costs({ ...small, key: key(`${kind} before`) }); // there is a token
    const [document, once] = await costs(posting);
    expect(once).toBe(1);
    const cancelsKey = posting.key;
    const cancel = { ...posting, key: key(kind), kind, cancels: document, cancelsKey };
    expect((await costs(cancel))[1]).toBe(requests);
  }
});

test.each([
  ['with zeros before the order', [{ ManufacturingOrder: '000000004711' }]],
  ['with a lot in other letters', [{ Batch: 'heat7' }]],
  ['with more decimals', [{ QuantityInEntryUnit: '100.00100' }]],
  ['with a number for a decimal', [{ QuantityInEntryUnit: 100.001 }]],
  ['with the stock that it went to', [{ InventoryStockType: '01' }]],
  ['with a line of SAP’s own', [{}, { IsAutomaticallyCreated: 'X' }]],
])('a document is the same %s', async (_what, items) => {
  const { erp } = await showing(shownIssue(items));
  expect(await erp.post(issue)).toEqual(posted);
});

const others: [string, object, string][] = [
  ['quantity', [{ QuantityInEntryUnit: '100.002' }], 'QuantityInEntryUnit 100.002, sent 100.001'],
  ['quantity in words', [{ QuantityInEntryUnit: 'many' }], 'QuantityInEntryUnit many, sent'],
  ['unit', [{ EntryUnit: 'G' }], 'EntryUnit G, sent KG'],
  ['order', [{ ManufacturingOrder: '4712' }], 'ManufacturingOrder 4712, sent 4711'],
  ['material', [{ Material: 'TIN' }], 'Material TIN, sent STEEL'],
  ['lot', [{ Batch: 'HEAT8' }], 'Batch HEAT8, sent HEAT7'],
  ['movement', [{ GoodsMovementType: '262' }], 'GoodsMovementType 262, sent 261'],
  ['place', [{ StorageLocation: '0002' }], 'StorageLocation 0002, sent 0001'],
  ['number of items', [{}, {}], '2 items, sent 1'],
];

test.each(others)('another %s than was sent is for a person', async (_what, items, words) => {
  const other = shownIssue(items as object[]);
  const { erp, asked } = await showing(other, { results: [other] });
  const outcome = { kind: 'differs', document: '49/2026', reason: expect.stringContaining(words) };
  expect(await erp.post(issue)).toEqual(outcome);
  expect(await erp.lookup(issue)).toEqual(outcome);
  expect(asked).toHaveLength(2);
});

test('a receipt that went into another stock than was said is for a person', async () => {
  const { erp } = await bench();
  const blocked = { ...receipt, quantity: '9.5', blocked: '9.5' };
  expect(await erp.post(blocked)).toMatchObject({ kind: 'posted' });
  const reason = 'InventoryStockType 07, sent 01';
  expect(await erp.lookup({ ...blocked, blocked: '0' })).toMatchObject({ kind: 'differs', reason });
});

test('an answer without its items costs one read, by the number', async () => {
  const { erp, asked } = await showing(bare, shownIssue());
  expect(await erp.post(issue)).toEqual(posted);
  expect(asked[1]).toBe(
    'GET /sap/opu/odata/sap/API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentHeader(' +
      "MaterialDocumentYear='2026',MaterialDocument='49')" +
      '?$expand=to_MaterialDocumentItem&$format=json',
  );
  expect(asked).toHaveLength(2);
});

test.each([
  ['an ERP that is away', 503],
  ['a document that is not there yet', 404],
  ['another document', shownIssue([{}], { MaterialDocument: '50' })],
  ['no items yet', bare],
])('what was created and then not seen, because of %s, is unknown', async (_what, read) => {
  const { erp } = await showing(bare, read);
  expect(await erp.post(issue)).toMatchObject({ kind: 'unknown' });
});

test('a document that is found and does not show its items is for a person', async () => {
  const script: Script = ({ url }, response) => {
    const d = url!.includes('filter') ? { results: [bare] } : bare;
    response.writeHead(200).end(JSON.stringify({ d }));
  };
  const { erp } = await rude(script);
  const reason = 'does not show its items';
  expect(await erp.lookup(issue)).toEqual({ kind: 'differs', document: '49/2026', reason });
});

test.each([
  ['has not filtered', { results: [shownIssue([{}], { ReferenceDocument: 'ANOTHER' })] }],
  ['has not told all', { results: [shownIssue()], __next: 'more' }],
  ['has told nonsense', { results: [null, 7] }],
])('a look-up of an ERP that %s is not answered', async (_what, results) => {
  const { erp } = await showing({}, results);
  expect(await erp.lookup(issue)).toBeUndefined();
});

test('the sandbox’s faults are seen: another quantity, a bare answer', async () => {
  const { erp, admin, summary } = await bench();
  const few: [Posting, string][] = [
    [{ ...confirmation, yield: '1' }, 'ConfirmationYieldQuantity 1.001, sent 1'],
    [{ ...issue, quantity: '1' }, 'QuantityInEntryUnit 1.001, sent 1'],
  ];
  for (const [posting, reason] of few) {
    await admin('/faults', { alteredPercent: 100 });
    const outcome = await erp.post(posting);
    expect(outcome).toMatchObject({ kind: 'differs', reason });
    expect(await erp.lookup(posting)).toEqual(outcome);
    await admin('/faults', { barePercent: 100 });
    const again = { ...posting, key: key(`${posting.kind} again`) };
    expect(await erp.post(again)).toMatchObject({ kind: 'posted' });
  }
  expect((await summary()).documents).toMatchObject({ confirmation: 2, goodsIssue: 2 });
});

test.each([
  ['a page to log on with 200', { loginPercent: 100 }, 0],
  ['an error with 200', { softPercent: 100 }, 0],
  ['an empty 204', { emptyPercent: 100 }, 1],
  ['half of the JSON', { truncatedPercent: 100 }, 1],
])('E5: %s is no success, and what it hides is looked up', async (_what, faults, documents) => {
  const { erp, admin } = await bench();
  await erp.post({ ...issue, key: key('before'), quantity: '1' }); // there is a token
  await admin('/faults', faults);
  expect(await erp.post(issue)).toMatchObject({ kind: 'unknown' });
  await admin('/faults');
  expect(await erp.lookup(issue)).toHaveLength(documents);
});
