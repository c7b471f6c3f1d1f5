// Goal: what the ERP itself says of an order and of a lot is read exactly, page by page, or is said
// not to be read; nothing that was taken back counts.
// Method: the sandbox for what SAP does, a rude server for what SAP would not do so soon.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { quantity, quantityText } from '../shared/quantity.ts';
import {
  answering,
  bench,
  bolts,
  closeAll,
  confirmation,
  issue,
  key,
  receipt,
  rude,
  type Script,
} from './helpers/sap.ts';

afterEach(closeAll);

const place = '/sap/opu/odata/sap';
const items = `${place}/API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentItem`;

/** Quantities as text, so that a failure can be read. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? quantityText(one) : one)),
  );

async function posted(erp: Awaited<ReturnType<typeof bench>>['erp'], posting: Posting) {
  const outcome = await erp.post(posting);
  if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
  return outcome.document;
}

test('an order is read as it stands, net of what was taken back', async () => {
  const { erp } = await bench();
  const times = { setupMs: 0, machineMs: 0 };
  const scrapped = { ...confirmation, ...times, key: key('again'), yield: '2', scrap: '1' };
  const wrong = await posted(erp, scrapped);
  const [good, used, made] = [
    await posted(erp, confirmation),
    await posted(erp, issue),
    await posted(erp, receipt),
  ];
  const back = {
    ...scrapped,
    key: key('back'),
    kind: 'cancelConfirmation',
    ...{ cancels: wrong, cancelsKey: scrapped.key },
  } as const;
  await posted(erp, back);
  const three = { ...issue, quantity: '3' };
  const more = await posted(erp, { ...three, key: key('more') });
  const less = { ...three, key: key('less'), cancelsKey: key('more') };
  await posted(erp, { ...less, kind: 'cancelIssue', cancels: more });
  expect(plain(await erp.figures!.order('4711'))).toEqual({
    operations: [
      {
        ...{ operation: '0010', unit: 'KG', yield: '90', scrap: '2.125', rework: '0' },
        ...{ setupMs: 90_000, machineMs: 1_800_000, offMs: 30 },
      },
    ],
    goods: [
      {
        material: 'STEEL',
        lot: 'HEAT7',
        unit: 'KG',
        issued: '100.001',
        received: '0',
        blocked: '0',
      },
      { material: 'BOLT', lot: 'B1', unit: 'KG', issued: '0', received: '90', blocked: '9.5' },
    ],
    documents: [
      { document: good, what: 'yield 90 KG, scrap 2.125 KG, rework 0 KG at operation 0010' },
      { document: used, what: 'movement 261, 100.001 KG of STEEL lot HEAT7' },
      {
        document: made,
        what: 'movement 101, 80.5 KG of BOLT lot B1; movement 101, 9.5 KG of BOLT lot B1',
      },
    ],
  });
});

test('a receipt that went into blocked stock and was taken back is nothing again', async () => {
  const { erp } = await bench();
  const document = await posted(erp, receipt);
  const back = { ...receipt, key: key('back'), cancelsKey: receipt.key };
  await posted(erp, { ...back, kind: 'cancelReceipt', cancels: document });
  expect(plain(await erp.figures!.order('4711'))).toMatchObject({
    goods: [{ lot: 'B1', received: '0', blocked: '0' }],
    documents: [],
  });
});

test('the stock of a lot is told as it lies there, and none of a lot that never came', async () => {
  const { erp } = await bench();
  await posted(erp, receipt);
  const scrap: Posting = { ...bolts, key: key('scrap'), kind: 'scrapStock', quantity: '0.5' };
  await posted(erp, scrap);
  expect(plain(await erp.figures!.stock('BOLT', 'B1'))).toEqual({
    ...{ unit: 'KG', unrestricted: '80.5', blocked: '9', inspection: '0' },
  });
  expect(await erp.figures!.stock('BOLT', 'B2')).toBeUndefined();
  expect(plain(await erp.figures!.stock('STEEL', 'HEAT7'))).toMatchObject({ blocked: '0' });
});

test('an order of many documents is read page by page, each once', async () => {
  const { erp, call } = await bench();
  for (let at = 0; at < 101; at++) {
    await posted(erp, { ...issue, key: key(`issue ${at}`), quantity: '0.001' });
  }
  const told = await erp.figures!.order('4711');
  if ('unread' in told) throw new Error(told.unread);
  expect(told.documents).toHaveLength(101);
  expect(told.goods[0]!.issued).toBe(quantity('0.101', 'issued'));
  const asked = `${items}?$filter=ManufacturingOrder eq '4711'`;
  expect((await call('GET', `${asked}&$top=7`)).body.d!.results).toHaveLength(7);
  for (const [wrong, words] of [
    ['&$skip=7', '$skip: needs $orderby'],
    ['&$orderby=Batch', '$orderby: must be MaterialDocumentYear,MaterialDocument'],
    ['&$select=Colour', '$select: Colour is no property'],
    ['&$top=1001', '$top: must be a whole number'],
    ['&$inlinecount=allpages', '$inlinecount: is not offered here'],
  ]) {
    const { status, body } = await call('GET', `${asked}${wrong}`);
    expect([status, body.error?.message.value]).toEqual([400, expect.stringContaining(words!)]);
  }
  const reversed = "ReversedMaterialDocument eq '1' and ReversedMaterialDocumentYear eq '2026'";
  expect((await call('GET', `${items}?$filter=${reversed}&$top=7`)).status).toBe(400);
});

test('a server that pages by itself, in smaller steps, is read to its end', async () => {
  const all = ['1', '2', '3'].map((ConfirmationCount) => ({
    ...{ ConfirmationGroup: '7', ConfirmationCount, OrderOperation: '0010' },
    ...{ ConfirmationUnit: 'EA', ConfirmationYieldQuantity: '1.000' },
  }));
  const script: Script = ({ url = '' }, response) => {
    const skip = Number(/\$skip=(\d+)/.exec(url)![1]);
    const isGoods = url.includes('A_MaterialDocumentItem');
    const results = isGoods ? [] : all.slice(skip, skip + 2);
    const next = skip + 2 < all.length && !isGoods ? { __next: 'more' } : {};
    response.end(JSON.stringify({ d: { results, ...next } }));
  };
  const { erp } = await rude(script);
  const told = await erp.figures!.order("O'1");
  expect(plain(told)).toMatchObject({ operations: [{ yield: '3', setupMs: 0 }], goods: [] });
  expect(plain(await erp.figures!.order('1234567890123'))).toMatchObject({ documents: [] });
});

const row = { ConfirmationGroup: '7', ConfirmationCount: '1', OpConfirmedWorkQuantity1: '5' };
test.each([
  [503, 'busy', /^HTTP 503 without entities of API_PROD/],
  [200, '<html>Sign on</html>', /^HTTP 200 without entities/],
  [200, JSON.stringify({ d: { results: [{ ...row, OpWorkQuantityUnit1: 'KG' }] } }), /time in KG/],
  [200, JSON.stringify({ d: { results: [{ ConfirmationUnit: 'EA' }] } }), /has no number/],
])('HTTP %i with %s is no figure', async (status, text, words) => {
  const { erp } = await rude(answering(status, text));
  expect(await erp.figures!.order('4711')).toEqual({ unread: expect.stringMatching(words) });
});

test('an ERP that is not there, or does not end, is not read', async () => {
  const { erp } = await rude((request) => void request.socket.destroy());
  expect(await erp.figures!.order('4711')).toEqual({ unread: expect.stringMatching(/^no answer/) });
  expect(await erp.figures!.stock('BOLT', 'B1')).toMatchObject({ unread: expect.any(String) });
  let asked = 0;
  const endless = await rude((_request, response) => {
    const results = Array.from({ length: 100 }, () => ({ ConfirmationUnit: 'EA' }));
    asked += 1;
    response.end(JSON.stringify({ d: { results } }));
  });
  expect(await endless.erp.figures!.order('4711')).toEqual({
    unread: expect.stringMatching(/^more than 10000 entities/),
  });
  expect(asked).toBe(100);
});
