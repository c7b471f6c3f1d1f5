// Goal: what must not be said of a delivery is refused, and what must not go out yet waits.
// Method: central without its loops; each test is about one guard, asked at the moment it holds.
import { expect, test } from 'vitest';
import type { PostingRow } from '../central/posting/queue.ts';
import { openInboundGate } from '../central/supplier/gate.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';
import { delivery, openInboundBox, receipt } from './helpers/supplier.ts';

const { release, consume } = stated;
const whole = { accepted: '100', rejected: '0' };

test('one person is not enough where goods would come free by it', async () => {
  const { take, act } = openInboundBox({ rules: [{ supplier: 'MILL', blocked: true }] });
  take(delivery(1), delivery(2, { stock: 'inspection', supplier: 'OTHER' }));
  for (const number of [1, 2]) {
    expect((await act(number, 'inspect', whole)).json.receipt.state).toBe('requested');
  }
});

test('a claim is answered once, and a result said once', async () => {
  const { take, decide, answer, act } = openInboundBox();
  take(delivery(1));
  await decide(1, '0', '100');
  expect((await act(1, 'inspect', whole)).json.message).toMatch(/is failed/);
  await answer(1, { answer: 'accepted' });
  const again = await act(1, 'answer', { answer: 'withdrawn' });
  expect(again).toMatchObject({ code: 409, json: { message: expect.stringMatching(/accepted/) } });
  const memo = { answer: 'dismissed', creditMemo: '51' };
  expect((await act(1, 'answer', memo)).code).toBe(409);
});

test('a disposition waits for what moves the goods', async () => {
  const { take, decide, act, postAll } = openInboundBox();
  take(delivery(1));
  await decide(1, '0', '100');
  const early = await act(1, 'dispose', { disposition: 'scrap' });
  expect(early.json.message).toMatch(/blockStock that is intended: say it once that is posted/);
  postAll();
  expect((await act(1, 'dispose', { disposition: 'scrap' })).code).toBe(200);
});

test('what lines have drawn is not blocked, though its issue is not posted', async () => {
  const { take, decide, ledger, postings, calls } = openInboundBox();
  take(delivery(1));
  const facts = [release(), consume('HEAT1', '30')];
  ledger.accept([{ segment: history(m01, facts).segment(1, 2) }]);
  const [issue] = postings.next(new Set(), 10);
  postings.settle(issue!.posting.key, { kind: 'refused', code: 'X', reason: 'no' });
  await decide(1, '0', '100');
  postings.next(new Set(), 10);
  expect(calls()[0]).toBe('blockStock sending 70');
});

test('a provision waits for its claim', async () => {
  const { take, decide, db, postings } = openInboundBox();
  take(delivery(1));
  await decide(1, '0', '100');
  const key = db
    .prepare<[], string>("SELECT key FROM posting WHERE kind = 'accrual'")
    .pluck()
    .get()!;
  expect(postings.would(key).verdict).toMatchObject({
    do: 'defer',
    reason: 'waits for the claim to be posted',
  });
});

test('of a lot that is held as a whole no more is blocked than there is', async () => {
  const { take, decide, db, ledger, postings, postAll } = openInboundBox();
  const lot = 'HEAT1';
  take(delivery(1), delivery(2, { lot, stock: 'inspection', quantity: '10' }));
  await decide(2, '10', '0');
  postAll();
  const facts = [release(), consume(lot, '105')];
  ledger.accept([{ segment: history(m01, facts).segment(1, 2) }]);
  postAll();
  await decide(1, '0', '100');
  const keys = db
    .prepare<[], string>("SELECT key FROM posting WHERE kind = 'blockStock' AND state = 'intended'")
    .pluck()
    .all();
  const would = keys.map((key) => postings.would(key).verdict);
  expect(would).toEqual([
    { do: 'send', quantity: '5' },
    { do: 'send', quantity: '5' },
  ]);
});

test('no more goes back, or to scrap, than lies in blocked stock', () => {
  const { db, holds } = openInboundBox();
  const stock = { of: () => ({ blocked: 30_000_000n, scrapped: 20_000_000n }) };
  const gate = openInboundGate({ db, holds, stock, genealogy: {} } as never);
  const row = { kind: 'returnDelivery', lot: 'L', inbound: receipt(1) } as PostingRow;
  expect(gate.verdict({ ...row, quantity: '10' })).toEqual({ do: 'send' });
  expect(gate.verdict({ ...row, quantity: '11' })).toMatchObject({ do: 'defer' });
  expect(gate.verdict({ ...row, kind: 'scrapStock', quantity: '11' })).toMatchObject({
    reason: 'waits: only 10 of the lot is in blocked stock',
  });
});
