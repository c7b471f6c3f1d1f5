// Goal: a usage decision in SAP is several documents, and yet one: begun once, carried on wherever
// it broke off, never free before the rest, and never on what somebody else has decided.
// Method: the sandbox behind a proxy that harms one request after the other; a person at it.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Erp, Posting } from '../central/erp/erp.ts';
import { openProxy } from './contract/proxy.ts';
import { closeAll, closers, erpAt, key, receipt } from './helpers/sap.ts';
import { accepts, byHand, codes, inspected, lot1, received, waits } from './helpers/sapdecision.ts';

afterEach(closeAll);

test('what is received to be inspected is not available; SAP names what it inspects', async () => {
  const { inspectionLot, stock, erp } = await received();
  expect(inspectionLot).toBe(lot1);
  expect(await stock()).toMatchObject({ unrestricted: '0', blocked: '0', quality: '90' });
  expect(await erp.figures!.stock('BOLT', 'B1')).toMatchObject({
    ...{ unrestricted: 0n, blocked: 0n, inspection: 90_000_000n },
  });
});

test('a decision moves each part where it belongs, and is found by its lot', async () => {
  const { erp, decision, stock, summary } = await received();
  const given = { ...decision, inspectionLot: lot1 };
  expect(await erp.post(given)).toEqual({ kind: 'posted', document: lot1 });
  expect(await stock()).toMatchObject({ unrestricted: '80.5', blocked: '7', quality: '0' });
  expect(await erp.lookup(given)).toEqual([lot1]);
  const { materials } = await summary();
  expect(materials.find(({ material }) => material === 'BOLT')).toMatchObject({
    scrappedCost: expect.not.stringMatching(/^0$/),
  });
});

test.each(['cut', 'lost', 'torn', 'truncated'] as const)(
  'E2: %s at any of its documents, it is carried on, and each is there once',
  async (trouble) => {
    for (let at = 1; at <= 4; at++) {
      const { url, decision, stock, call } = await received();
      let posts = 0;
      const proxy = await openProxy({
        ...{ target: url, slowMs: 1, lateMs: 1, renews: () => false },
        carries: ({ method }) => method === 'POST' && ++posts === at,
      });
      closers.push(proxy.close);
      const erp: Erp = erpAt(proxy.url, { ...waits, usageDecision: codes });
      proxy.befall(trouble);
      expect(await erp.post(decision)).toMatchObject({ kind: 'unknown' });
      proxy.befall(undefined);
      const isThere = at === 4 && trouble !== 'cut';
      if (!isThere) expect(await stock()).toMatchObject({ unrestricted: '0' });
      await delay(erp.maxInFlightMs);
      expect(await erp.lookup(decision)).toEqual(isThere ? [lot1] : []);
      expect(await erp.post(decision)).toEqual({ kind: 'posted', document: lot1 });
      expect(await stock()).toMatchObject({ unrestricted: '80.5', blocked: '7', quality: '0' });
      const { inspections } = JSON.parse((await call('GET', '/sandbox/listing')).text);
      expect(inspections).toMatchObject([{ free: '80.5', blocked: '7', scrap: '2.5', code: 'A' }]);
    }
  },
);

test('E4: a lock between its documents is busy, and it is carried on', async () => {
  const { url, admin, decision, stock } = await received();
  let posts = 0;
  const proxy = await openProxy({
    ...{ target: url, slowMs: 1, lateMs: 1, renews: () => false },
    carries: ({ method }) => method === 'POST' && ++posts === 3,
  });
  closers.push(proxy.close);
  const erp = erpAt(proxy.url, { ...waits, usageDecision: codes });
  const locked = { error: { code: 'MC/601', message: { value: 'locked by PLANNER' } } };
  proxy.befall({ status: 400, text: JSON.stringify(locked), committed: false });
  expect(await erp.post(decision)).toEqual({
    kind: 'busy',
    reason: expect.stringMatching(/MC.601/),
  });
  proxy.befall(undefined);
  expect(await stock()).toMatchObject({ unrestricted: '0', blocked: '0', quality: '87.5' });
  await admin('/orders/4711/lock');
  expect(await erp.post(decision)).toMatchObject({ kind: 'busy' });
  await admin('/orders/4711/unlock');
  expect(await erp.post(decision)).toEqual({ kind: 'posted', document: lot1 });
});

test('what a person has decided in SAP differs, and nothing is moved', async () => {
  const { url, erp, decision, stock } = await received();
  const rejects = { ...accepts, InspectionLotUsageDecisionCode: 'R' };
  await byHand(url, 'A_InspLotUsageDecision', rejects);
  const differs = {
    kind: 'differs',
    document: lot1,
    reason: expect.stringMatching(/Code R, sent A/),
  };
  expect(await erp.post(decision)).toEqual(differs);
  expect(await erp.lookup(decision)).toEqual(differs);
  expect(await stock()).toMatchObject({ quality: '90' });
});

test('a person may have decided the same: then only the goods are moved', async () => {
  const { url, erp, decision, stock } = await received();
  await byHand(url, 'A_InspLotUsageDecision', accepts);
  expect(await erp.lookup(decision)).toEqual([]);
  expect(await erp.post(decision)).toEqual({ kind: 'posted', document: lot1 });
  expect(await stock()).toMatchObject({ unrestricted: '80.5' });
});

test.each([
  ['more than shall be', '8', '', /blocked 8, sent 7/],
  ['under another key', '7', key('stranger'), /VMENGE04 is not ours: it says /],
])('goods that somebody has moved, %s, differ', async (_what, quantity, text, reason) => {
  const { url, erp, decision } = await received();
  await byHand(url, 'A_InspLotUsageDecision', accepts);
  const moved = { InspLotQtyPosted: quantity, UsageDecisionStockType: 'VMENGE04' };
  const said = { StorageLocation: '0001', MaterialDocumentItemText: text };
  await byHand(url, 'A_InspLotMatlDocItem', { ...moved, ...said });
  const differs = { kind: 'differs', document: lot1, reason: expect.stringMatching(reason) };
  expect(await erp.post(decision)).toEqual(differs);
  expect(await erp.lookup(decision)).toEqual(differs);
});

test('without an inspection lot, or with another one than before, a person is asked', async () => {
  const { erp, decision, stock } = await received();
  const free = await erp.post({ ...receipt, key: key('free'), quantity: '1', blocked: '0' });
  if (free.kind !== 'posted') throw new Error(JSON.stringify(free));
  const none = { ...decision, key: key('none'), receipt: free.document };
  expect(await erp.post(none)).toEqual({
    ...{ kind: 'refused', code: 'NO_LOT' },
    reason: expect.stringMatching(/no inspection lot of receipt 49\d+\/2026 .*inspection type\?/),
  });
  expect(await erp.lookup(none)).toEqual([]);
  const other = { ...decision, inspectionLot: '040000000007' };
  const stranger = {
    kind: 'refused',
    code: 'NOT_OURS',
    reason: expect.stringMatching(/is not ours/),
  };
  expect(await erp.post(other)).toEqual(stranger);
  expect(await erp.lookup(other)).toEqual(stranger);
  const less = { ...decision, quantity: '89', blocked: '0', scrap: '0' };
  expect(await erp.post(less)).toMatchObject({ kind: 'refused', code: 'QUANTITY' });
  expect(await stock()).toMatchObject({ quality: '90' });
});

test('a lot that somebody changes between reading and writing is read again', async () => {
  const { url, decision, stock } = await received();
  let posts = 0;
  const proxy = await openProxy({
    ...{ target: url, slowMs: 1, lateMs: 1, renews: () => false },
    carries: ({ method }) => method === 'POST' && ++posts === 1,
  });
  closers.push(proxy.close);
  const erp = erpAt(proxy.url, { ...waits, usageDecision: codes });
  proxy.befall({ status: 412, text: '', committed: false });
  expect(await erp.post(decision)).toEqual({
    ...{ kind: 'busy', reason: `inspection lot ${lot1} was changed meanwhile` },
  });
  proxy.befall(undefined);
  expect(await erp.post(decision)).toEqual({ kind: 'posted', document: lot1 });
  expect(await stock()).toMatchObject({ quality: '0' });
});

test('a receipt that was decided is not taken back by SAP, one that was not is', async () => {
  const { erp, decision, stock } = await received();
  const { key: cancelsKey, kind: _kind, ...amounts } = inspected;
  const cancels = decision.receipt!;
  const back: Posting = {
    ...amounts,
    key: key('back'),
    kind: 'cancelReceipt',
    cancels,
    cancelsKey,
  };
  expect(await erp.post(decision)).toMatchObject({ kind: 'posted' });
  expect(await erp.post(back)).toMatchObject({ kind: 'refused', code: 'HF/010' });
  expect(await stock()).toMatchObject({ unrestricted: '80.5' });

  const fresh = await received();
  expect(await fresh.erp.post(back)).toMatchObject({ kind: 'posted' });
  expect(await fresh.stock()).toMatchObject({ quality: '0' });
  expect(await fresh.erp.post(decision)).toMatchObject({ kind: 'refused', code: 'HF/018' });
});

test('each part of a decision costs two requests, what is read before them three', async () => {
  for (const [parts, requests] of [
    [{ blocked: '0', scrap: '0' }, 6],
    [{ blocked: '7', scrap: '2.5' }, 10],
  ] as const) {
    const { url, decision } = await received();
    const seen: string[] = [];
    const proxy = await openProxy({
      ...{ target: url, slowMs: 1, lateMs: 1, renews: () => false },
      carries: ({ path }) => seen.push(path) < 0,
    });
    closers.push(proxy.close);
    const erp = erpAt(proxy.url, { ...waits, usageDecision: codes });
    expect(await erp.post({ ...decision, ...parts })).toMatchObject({ kind: 'posted' });
    const token = seen.filter((path) => path.endsWith('API_INSPECTIONLOT_SRV/'));
    expect(seen.length - token.length).toBe(requests);
    seen.length = 0;
    expect(await erp.lookup({ ...decision, ...parts })).toEqual([lot1]);
    expect(seen).toHaveLength(3);
  }
});

test('answers that show only a number are believed once the books show the rest', async () => {
  const { erp, admin, decision, stock } = await received();
  await admin('/faults', { barePercent: 100, alteredPercent: 100 });
  expect(await erp.post(decision)).toEqual({
    ...{ kind: 'unknown', reason: `the decision on ${lot1} was not read back` },
  });
  await admin('/faults');
  expect(await erp.lookup(decision)).toEqual([]); // a thousandth of each part is missing
  expect(await erp.post(decision)).toEqual({ kind: 'posted', document: lot1 });
  expect(await stock()).toMatchObject({ unrestricted: '80.5', blocked: '7', quality: '0' });
});
