// Goal: a document is taken back by its number, once, and what is unknown is looked up: what takes
// back a confirmation by its key, what takes back a material document by what it reverses.
// Method: the sandbox for what SAP does, a rude server for what SAP would not do so soon.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { documentOf } from '../central/sap/document.ts';
import {
  bench,
  closeAll,
  confirmation,
  eventId,
  issue,
  key,
  receipt,
  rude,
  type Script,
  shownIssue,
} from './helpers/sap.ts';

afterEach(closeAll);

type Kind = Posting['kind'];
const back = (kind: Kind, cancels: string, of: Posting, name = `back ${kind}`): Posting => {
  const { key: cancelsKey, kind: _kind, ...amounts } = of;
  return { ...amounts, key: key(name), kind, cancels, cancelsKey };
};
const undone: [Posting, Kind][] = [
  [issue, 'cancelIssue'],
  [confirmation, 'cancelConfirmation'],
  [receipt, 'cancelReceipt'],
];

test('what is posted is taken back, and the books are as before', async () => {
  const { erp, summary } = await bench();
  const before = await summary();
  const posted: [Posting, Kind, string][] = [];
  for (const [posting, kind] of undone) {
    const outcome = await erp.post(posting);
    if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
    posted.push([posting, kind, outcome.document]);
  }
  for (const [posting, kind, number] of posted.reverse()) {
    const cancel = back(kind, number, posting);
    expect(await erp.lookup(cancel)).toEqual([]);
    const outcome = await erp.post(cancel);
    if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
    expect(outcome.document).not.toBe(number);
    expect(await erp.lookup(cancel)).toEqual([outcome.document]);
    expect(await erp.lookup(posting)).toEqual([number]);
  }
  const after = await summary();
  expect(after.orders).toEqual(before.orders);
  expect(after.materials).toEqual(before.materials);
  expect(after.operations).toMatchObject([{ yield: '0', scrap: '0' }, {}]);
  expect(after.stock).toMatchObject([
    { lot: 'B1', unrestricted: '0', blocked: '0' },
    { lot: 'HEAT7', unrestricted: '500.125' },
  ]);
  expect(after.duplicates).toBe(0);
});

test('E2: a lost answer is found, whoever has taken it back; twice is refused', async () => {
  const { erp, admin } = await bench();
  for (const [posting, kind] of undone) {
    const outcome = await erp.post(posting);
    if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
    const cancel = back(kind, outcome.document, posting);
    await admin('/faults', { lostPercent: 100 });
    expect(await erp.post(cancel)).toMatchObject({ kind: 'unknown' });
    await admin('/faults');
    expect(await erp.lookup(cancel)).toHaveLength(1);
    const other = back(kind, outcome.document, posting, 'by somebody else');
    expect(await erp.post(other)).toMatchObject({ kind: 'refused', code: 'HF/018' });
    expect(await erp.lookup(other)).toHaveLength(kind === 'cancelConfirmation' ? 0 : 1);
  }
});

test('a number that SAP has not given is refused before it is sent', async () => {
  const { erp } = await bench();
  for (const number of ['by hand', '', "1'/2026", '4900000001']) {
    const cancel = back('cancelReceipt', number, receipt);
    expect(erp.unfit(cancel)).toBe(`cancels: ${number} is no document number of SAP`);
    expect(await erp.post(cancel)).toMatchObject({ kind: 'refused', code: 'UNFIT' });
  }
});

test('E7: nothing is sent before the document that is taken back was seen to be ours', async () => {
  const cancel = back('cancelIssue', '49/2026', issue);
  const words = JSON.stringify({ error: { code: 'M7/022', message: { value: 'No document' } } });
  const shown = (more: object) => JSON.stringify({ d: shownIssue([], more) });
  const other = shown({ ReferenceDocument: 'G1VE0N0ANEW00000' });
  const cases: [number, string, object][] = [
    [200, other, { kind: 'refused', code: 'NOT_OURS', reason: /49\/2026 is not ours: .*0ANEW/ }],
    [200, shown({ ReferenceDocument: '' }), { kind: 'refused', reason: /ours: it bears no key/ }],
    [200, shown({ MaterialDocument: '50' }), { kind: 'refused', reason: /is 50\/2026 there/ }],
    [404, words, { kind: 'refused', code: 'M7/022', reason: /document 49\/2026 cannot be read/ }],
    [404, 'no such page', { kind: 'busy', unreached: true }],
    [503, '', { kind: 'busy', unreached: true }],
    [500, 'dump', { kind: 'busy', unreached: true, reason: /reading document 49\/2026/ }],
    [200, '<html>', { kind: 'busy', unreached: true }],
  ];
  for (const [status, text, { reason = /./, ...outcome }] of cases as [
    number,
    string,
    { reason?: RegExp },
  ][]) {
    const sent: (string | undefined)[] = [];
    const { erp } = await rude(({ method }, response) => {
      sent.push(method);
      return response.writeHead(status).end(text);
    });
    const said = expect.objectContaining({ ...outcome, reason: expect.stringMatching(reason) });
    expect(await erp.post(cancel), text).toEqual(said);
    expect(sent, text).toEqual(['GET']);
  }
});

test('the answer may wrap what it created in the name of the function', async () => {
  const seen: (string | undefined)[] = [];
  const script: Script = ({ url, method }, response, body) => {
    seen.push(`${method} ${url}${body}`);
    if (method === 'GET') return response.writeHead(200).end(JSON.stringify({ d: shownIssue() }));
    const reversed = { ReversedMaterialDocument: '49', ReversedMaterialDocumentYear: '2026' };
    const items = [{ ...reversed, GoodsMovementType: '262', QuantityInEntryUnit: '-100.001' }];
    const d = { Cancel: shownIssue(items, { MaterialDocument: '50', ReferenceDocument: '' }) };
    return response.writeHead(200).end(JSON.stringify({ d }));
  };
  const { erp } = await rude(script);
  const cancel = back('cancelIssue', '49/2026', issue);
  expect(await erp.post(cancel)).toEqual({ kind: 'posted', document: '50/2026' });
  expect(seen).toHaveLength(2);
  expect(decodeURIComponent(seen[1]!)).toBe(
    'POST /sap/opu/odata/sap/API_MATERIAL_DOCUMENT_SRV/Cancel?MaterialDocumentYear=' +
      "'2026'&MaterialDocument='49'&PostingDate=datetime'2026-11-23T00:00:00'",
  );
});

test('a confirmation is taken back under a key of its own, on the day of the reversal', () => {
  const plant = { plant: '1000', storageLocation: '0001', costCenter: 'SCRAP' };
  const times = { setupActivity: 1, machineActivity: 2, dayAt: () => '2026-11-24' };
  const settings = { ...plant, ...times, processOrders: [] };
  const cancel = back('cancelConfirmation', '0000000001/00000002', confirmation);
  expect(documentOf({ ...cancel, eventId }, settings)).toMatchObject({
    ...{ service: 'API_PROD_ORDER_CONFIRMATION_2_SRV', set: 'CancelProdnOrdConf' },
    parameters:
      "ConfirmationGroup='0000000001'&ConfirmationCount='00000002'" +
      `&PostingDate=datetime'2026-11-24T00:00:00'&ExternalSystemConfirmation=guid'${cancel.key}'`,
    ...{ lookIn: 'ProdnOrdConf2', filter: `ExternalSystemConfirmation eq guid'${cancel.key}'` },
  });
});
