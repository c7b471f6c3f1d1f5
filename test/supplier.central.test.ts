// Goal: what a supplier delivers is inspected, blocked, claimed and provided for, once, by two
// people; and what becomes of it ends in the books, whichever way it goes.
// Method: central without its loops, told of receipts, asked over HTTP; the test posts as an ERP.
import { expect, test } from 'vitest';
import { m1, stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';
import { delivery, openInboundBox, receipt } from './helpers/supplier.ts';

const { release, consume, produce } = stated;

test('a receipt is kept once, and what is told of it otherwise is set aside for a person', async () => {
  const { take, ask } = openInboundBox();
  expect(take(delivery(1), delivery(2))).toEqual(['kept', 'kept']);
  expect(take(delivery(1), delivery(2, { quantity: '99' }))).toEqual(['known', 'odd']);
  expect(take(delivery(2, { quantity: '99' }))).toEqual(['known']);
  const { json } = await ask('/inbound');
  expect(json.receipts.map((row: { receipt: string }) => row.receipt)).toEqual([
    receipt(1),
    receipt(2),
  ]);
  expect(json.odd).toMatchObject([
    { receipt: receipt(2), reason: 'differs: receipt.quantity is 99, and was 100' },
  ]);
  expect(json.books).toMatchObject({
    units: [{ unit: 'EA', receipts: 2, received: '200', waiting: '200', accepted: '0' }],
    agrees: true,
  });
});

test('a good receipt moves nothing, and one person is enough; a bad one needs two', async () => {
  const { take, act, calls, postAll, at, ask } = openInboundBox();
  take(delivery(1), delivery(2));
  expect((await act(1, 'inspect', { accepted: '100', rejected: '0' })).json.receipt).toMatchObject({
    ...{ state: 'passed', accepted: '100', rejected: '0', claimed: null },
  });
  expect(calls()).toEqual([]);
  const told = await act(2, 'inspect', { accepted: '70', rejected: '30' });
  expect(told.json.receipt).toMatchObject({ state: 'requested', accepted: '0' });
  expect(calls()).toEqual([]);
  const own = await act(2, 'approve', {});
  expect(own).toMatchObject({ code: 409, json: { message: /person:17 has proposed it/ } as never });
  expect(calls()).toEqual([]);
  expect((await act(2, 'approve', {}, { by: 'Person:17', reason: 'me again' })).code).toBe(409);
  const { json } = await act(2, 'approve', {}, { by: 'person:9', reason: 'seen' });
  expect(json.receipt).toMatchObject({ state: 'failed', rejected: '30', claimed: '75' });
  expect(calls()).toEqual([
    'blockStock intended 30',
    'supplierClaim intended 30',
    'accrual intended',
  ]);
  postAll();
  expect(calls()).toEqual(['blockStock posted 30', 'supplierClaim posted 30', 'accrual posted']);
  expect((await ask(at(2))).json.acts).toMatchObject([
    { act: 'result', by: 'person:17', decision: 'approved', decidedBy: 'person:9' },
  ]);
  expect((await act(2, 'inspect', { accepted: '100', rejected: '0' })).code).toBe(409);
});
