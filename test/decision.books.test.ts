// Goal: what lies in quality inspection is in the books of both, and closing them names what
// somebody has done with it in the ERP; a fact is told what became of it.
// Method: central's ledger, SAP's connector and the sandbox, in which the test does what people do.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import type { Reconciled } from '../central/reconcile/reconcile.ts';
import { against } from '../cli/closing.ts';
import type { Content } from '../shared/event.ts';
import { explainText } from '../shared/explained.ts';
import { openAsked } from './helpers/board.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { bench, closeAll, key } from './helpers/sap.ts';
import { accepts, byHand, codes, lot1 } from './helpers/sapdecision.ts';
import { m01 } from './helpers/shop.ts';

afterEach(closeAll);

const { release, produceInspected, block, decide, releaseLot } = stated;

/** Central that posts to a sandbox what these facts call for. */
async function plant(...facts: Content[]) {
  const sandbox = await bench({}, { usageDecision: codes });
  await sandbox.admin('/materials', { material: 'RING', unit: 'EA', price: '2' });
  const order = { order: 'WO-1', material: 'RING', quantity: '100', unit: 'EA' };
  await sandbox.admin('/orders', { ...order, operations: [{ operation: '0010' }] });
  const { erp } = sandbox;
  const standing = { state: 'up' as const, sinceMs: null, reason: null };
  const central = openAsked([], { erp, erpStanding: () => standing, inspections: [{}] });
  const all: Content[] = [];
  async function hear(...more: Content[]): Promise<void> {
    const rings = more.map((fact) =>
      'material' in fact.body ? { ...fact, body: { ...fact.body, material: 'RING' } } : fact,
    ) as Content[];
    const first = all.push(...rings) - rings.length + 1;
    central.ledger.accept([{ segment: history(m01, all).segment(first, all.length) }]);
    for (let tasks = central.postings.next(new Set(), 9); tasks.length > 0; ) {
      for (const { posting } of tasks) {
        central.postings.settle(posting.key, await erp.post(posting));
      }
      tasks = central.postings.next(new Set(), 9);
    }
  }
  async function close(): Promise<Reconciled> {
    const reply = await central.app.inject('/v1/reconcile?erp=ask');
    expect(reply.statusCode).toBe(200);
    return reply.json();
  }
  const stockIn = ({ erp: told }: Reconciled) =>
    told!.sums.filter(({ of }) => of === 'stock of lot L').map((sum) => [sum.measure, sum.erp]);
  await hear(...facts);
  return { ...sandbox, ...central, hear, close, stockIn };
}

test('what is inspected, and what was decided of it, is the same in both books', async () => {
  const made = produceInspected('L', '10');
  const { close, stockIn, hear, explain } = await plant(release(), made);
  const before = await close();
  expect(against(before, [])).toEqual([]);
  expect(stockIn(before)).toEqual([['inspection', '10']]);
  expect(explainText(explain(made.eventId) as never)).toMatch(
    /goodsReceipt \S+: posted as 49\d+\/\d+\n.*quality inspection stock, inspection lot 04/,
  );
  expect(explainText(explain(made.eventId) as never)).toMatch(
    /usageDecision \S+: held\n.*\n {2}because: waits for quality to decide the lot/,
  );

  await hear(block('H1', 'L', '4'), decide('H1', 'scrap', '1'), decide('H1', 'rework', '3'));
  await hear(releaseLot('L'));
  const after = await close();
  expect(against(after, [])).toEqual([]);
  expect(stockIn(after)).toEqual([
    ['blocked', '3'],
    ['unrestricted', '6'],
  ]);
  expect(explainText(explain(made.eventId) as never)).toMatch(
    /usageDecision \S+: posted as 040000000001\n {2}quantity 10 EA, blocked 3 EA, scrap 1 EA/,
  );
});

test('a lot that somebody has decided in the ERP is named, and its decision parked', async () => {
  const { url, close, hear, postings } = await plant(release(), produceInspected('L', '10'));
  await byHand(url, 'A_InspLotUsageDecision', accepts);
  const moved = { InspLotQtyPosted: '10', UsageDecisionStockType: 'VMENGE04' };
  const said = { StorageLocation: '0001', MaterialDocumentItemText: key('stranger') };
  await byHand(url, 'A_InspLotMatlDocItem', { ...moved, ...said });
  expect(against(await close(), []).join('\n')).toMatch(/inspection 10 EA posted, 0 in the ERP/);
  await hear(releaseLot('L'));
  expect(postings.list('parked', 9)).toMatchObject([
    { kind: 'usageDecision', reason: expect.stringMatching(`in the ERP as ${lot1}, but diff`) },
  ]);
});

test('where an order differs otherwise, its decision is not called taken back', async () => {
  const { erp, close } = await plant(release(), produceInspected('L', '10'), releaseLot('L'));
  const byHand = { key: key('by hand'), eventId: 'x', atMs: Date.now(), kind: 'confirmation' };
  const counted = { order: 'WO-1', operation: '0010', unit: 'EA', yield: '1' };
  expect(await erp.post({ ...byHand, ...counted } as Posting)).toMatchObject({ kind: 'posted' });
  const books = await close();
  expect(books.erp!.differences.map(({ sort }) => sort)).toEqual(['amount', 'foreign']);
});
