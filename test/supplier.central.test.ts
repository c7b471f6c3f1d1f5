// Goal: what a supplier delivers is inspected, blocked, claimed and provided for, once, by two
// people; and what becomes of it ends in the books, whichever way it goes.
// Method: central without its loops, told of receipts, asked over HTTP; the test posts as an ERP.
import { expect, test } from 'vitest';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';
import { delivery, openInboundBox, receipt } from './helpers/supplier.ts';

const { release, consume, produce } = stated;

test('a receipt is kept once; what is told of it otherwise is set aside', async () => {
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

test('what is blocked until its result is free once accepted, and stays if rejected', async () => {
  const rules = [{ material: 'STEEL', inspect: 'always', blocked: true }];
  const { take, decide, calls, postAll, answer } = openInboundBox({ rules });
  take(delivery(1), delivery(2));
  postAll();
  expect(calls()).toEqual(['blockStock posted 100', 'blockStock posted 100']);
  await decide(1, '100', '0');
  await decide(2, '60', '40');
  postAll();
  expect(calls(1)).toEqual(['blockStock posted 100', 'unblockStock posted 100']);
  expect(calls(2).slice(0, 2)).toEqual(['blockStock posted 100', 'unblockStock posted 60']);
  await answer(2, { answer: 'accepted', creditMemo: '5105600001', disposition: 'return' });
  postAll();
  expect(calls(2).slice(2)).toEqual([
    ...['supplierClaim posted 40', 'accrual posted'],
    ...['cancelAccrual posted', 'returnDelivery posted 40'],
  ]);
});

test('what lies in inspection is decided by its result, what is skipped at once', async () => {
  const rules = [{ supplier: 'SURE', inspect: 'skip' }];
  const { take, decide, calls, postAll, postings, db } = openInboundBox({ rules, skipAfter: 1 });
  take(delivery(1, { stock: 'inspection' }));
  postAll();
  expect(calls(1)).toEqual(['usageDecision held 100']);
  await decide(1, '90', '10');
  const [task] = postings.next(new Set(), 10);
  expect(task!.posting).toMatchObject({
    ...{ kind: 'usageDecision', quantity: '100', blocked: '10', receipt: '5000000001/2026' },
    ...{ receiptItem: '1', purchaseOrder: '4500000001', supplier: 'MILL' },
  });
  postings.settle(task!.posting.key, { kind: 'posted', document: 'D1' });
  postAll();
  expect(calls(1)).toEqual([
    ...['usageDecision posted 100', 'supplierClaim posted 10', 'accrual posted'],
  ]);
  take(delivery(2, { stock: 'inspection', supplier: 'SURE' }));
  await decide(2, '100', '0');
  take(delivery(3, { stock: 'inspection', supplier: 'SURE' }));
  postAll();
  expect(calls(3)).toEqual(['usageDecision posted 100']);
  const blocked = db.prepare<[], string>('SELECT blocked FROM posting WHERE inbound = ?').pluck();
  expect((blocked as unknown as { get(of: string): string }).get(receipt(3))).toBe('0');
});

test('of a lot that was drawn the rest is blocked; what was made of it is held', async () => {
  const box = openInboundBox();
  const { take, decide, calls, postAll, ledger, db, inbound, answer, act, approve, at, ask } = box;
  take(delivery(1));
  const facts = [release(), consume('HEAT1', '30'), produce('PIPE1', '20'), produce('PIPE2', '5')];
  ledger.accept([{ segment: history(m01, facts.slice(0, 3)).segment(1, 3) }]);
  postAll();
  await decide(1, '0', '100');
  postAll();
  expect(calls()).toEqual(['blockStock posted 70', 'supplierClaim posted 100', 'accrual posted']);
  const of = (lot: string) =>
    db
      .prepare<[string], { kind: string; state: string; quantity: string }>(
        'SELECT kind, state, quantity FROM posting WHERE lot = ? ORDER BY id',
      )
      .all(lot)
      .map(({ kind, state, quantity }) => `${kind} ${state} ${quantity}`);
  expect(of('PIPE1')).toEqual(['goodsReceipt posted 20', 'blockStock posted 20']);
  ledger.accept([{ segment: history(m01, facts).segment(4, 4) }]);
  postAll();
  expect(of('PIPE2')).toEqual(['goodsReceipt held 5']);
  expect(inbound.reached(receipt(1))).toMatchObject({ lot: 'HEAT1', lots: ['PIPE1', 'PIPE2'] });
  const { json } = await ask(at(1));
  expect(json.made.into.map(({ name }: { name: string }) => name)).toEqual([
    ...['WO-1', 'PIPE1', 'PIPE2'],
  ]);
  await answer(1, { answer: 'dismissed', disposition: 'scrap' });
  postAll();
  expect(calls().slice(3)).toEqual(['cancelAccrual posted', 'scrapStock posted 70']);
  expect(of('PIPE2')).toEqual(['goodsReceipt held 5']); // of the 30 that were drawn nobody has said
  expect((await act(1, 'dispose', { disposition: 'return' })).json.message).toMatch(/say "used"/);
  await act(1, 'dispose', { disposition: 'used' });
  await approve(1);
  postAll();
  expect(of('PIPE1').at(-1)).toBe('unblockStock posted 20');
  expect(of('PIPE2')).toEqual(['goodsReceipt posted 5']);
  expect((await act(1, 'dispose', { disposition: 'used' })).code).toBe(409);
});

test('a claim that is withdrawn frees the goods, and rates nobody', async () => {
  const box = openInboundBox();
  const { take, decide, calls, postAll, answer, ask } = box;
  take(delivery(1), delivery(2), delivery(3));
  for (const number of [1, 2]) await decide(number, '100', '0');
  await decide(3, '0', '100');
  postAll();
  const bad = (await ask('/suppliers')).json.suppliers[0];
  expect(bad).toMatchObject({ grade: 'C', score: '66.66', inspected: 3, rejected: 1 });
  await answer(3, { answer: 'withdrawn', disposition: 'useAsIs' });
  postAll();
  expect(calls(3)[3]).toBe('cancelAccrual posted');
  // Whichever document is first: that of the receipt, or that of the hold on all of the lot.
  expect(box.postings.inbound.blockedOf('HEAT3')).toBe(0n);
  const freed = box.db.prepare<[], string>(
    "SELECT quantity FROM posting WHERE kind = 'unblockStock' AND state = 'posted'",
  );
  expect(freed.all()).toEqual([{ quantity: '100' }]);
  expect((await ask('/suppliers')).json.suppliers[0]).toMatchObject({ grade: 'A', score: '100' });
  expect(box.books().agrees).toBe(true);
});

test('a provision that was not sent when its claim is answered never goes out', async () => {
  const { take, decide, calls, postAll, answer } = openInboundBox();
  take(delivery(1));
  await decide(1, '50', '50');
  await answer(1, { answer: 'accepted' });
  postAll();
  expect(calls()).toEqual([
    ...['blockStock posted 50', 'supplierClaim posted 50', 'accrual void', 'cancelAccrual void'],
  ]);
});

test('a receipt that the ERP takes back is closed, unless it was decided', async () => {
  const { take, decide, calls, postAll, ask, books } = openInboundBox();
  take(delivery(1, { stock: 'inspection' }), delivery(2));
  await decide(2, '0', '100');
  const back = (number: number, of: number) => delivery(number, { reverses: receipt(of) });
  expect(take(back(3, 1), back(4, 2), back(5, 9))).toEqual(['cancelled', 'odd', 'odd']);
  expect(take(back(3, 1))).toEqual(['known']);
  postAll();
  expect(calls(1)).toEqual(['usageDecision void 100']);
  const { json } = await ask('/inbound?show=all');
  expect(json.odd.map(({ reason }: { reason: string }) => reason)).toEqual([
    `receipt.reverses: ${receipt(2)} is failed: what was decided of it is not taken back`,
    `receipt.reverses: ${receipt(9)} is not known`,
  ]);
  expect(books()).toMatchObject({ units: [{ cancelled: '100', rejected: '100', waiting: '0' }] });
});
