// Goal: from a receipt in the ERP to the claim, the provision and the goods that go back, all is in
// the ERP's books once, also when its answers are lost.
// Method: the sandbox ERP over HTTP, SAP's connector, central with its poster and its puller;
// people over HTTP; the books are read past the connector.
import { expect, onTestFinished, test, vi } from 'vitest';
import { openBreaker } from '../central/erp/breaker.ts';
import { post } from '../central/posting/poster.ts';
import { sapErp } from '../central/sap/connector.ts';
import { pull } from '../central/supplier/puller.ts';
import { systemClock } from '../shared/clock.ts';
import { openLog } from '../shared/log.ts';
import { openBell } from '../shared/loop.ts';
import { seeds } from './helpers/random.ts';
import { startBench } from './helpers/sandbox.ts';
import { inboundConfig, openInboundBox } from './helpers/supplier.ts';

const log = openLog('test', 'silent');
const maxInFlightMs = 200;
const code = (said: string) => ({ codeGroup: 'HF', code: said });
const supplier = { companyCode: '1000', claimAccount: '135000', costAccount: '540000' };
const purchaseOrder = '4500000001';

type Row = Record<string, string | number | null>;
type Receipt = { receipt: string; lot: string; state: string; answer: string | null };

/** The sandbox with a supplier and an order, and central beside it: everything runs. */
async function openWorld(given: object = {}) {
  const bench = await startBench({ path: ':memory:', maxInFlightMs: 60_000 });
  const { admin } = bench;
  await admin('/suppliers', { supplier: 'MILL', name: 'Steel Mill' });
  await admin('/purchases', {
    ...{ purchaseOrder, supplier: 'MILL', currency: 'EUR' },
    items: [{ item: 10, material: 'STEEL', quantity: '10000', price: '2.5' }],
  });
  await admin(
    '/accounts',
    ['135000', '540000'].map((account) => ({ account })),
  );
  const erp = sapErp({
    ...{ url: bench.url, plant: '1000', storageLocation: '0001', maxInFlightMs, supplier },
    usageDecision: { accept: code('A'), reject: code('R') },
  });
  const box = openInboundBox(given, { erp });
  const { inbound, postings } = box;
  const stop = new AbortController();
  const bell = openBell(systemClock);
  const clock = systemClock;
  const tick = setInterval(() => {
    box.time.nowMs += 100;
  }, 20);
  const times = { nowMs: () => box.time.nowMs, waitMs: () => box.time.nowMs, log };
  const common = { clock, log, signal: stop.signal, moved: bell.ring };
  const config = inboundConfig({ pollMs: 100, pageMax: 2, ...given });
  const pulling = { receipts: erp.receipts!, inbound, config, stands: inbound.stands };
  const loops = [
    pull({ ...common, ...pulling, breaker: openBreaker(times) }),
    post({ ...common, postings, erp, breaker: openBreaker(times), lanesMax: 4, bell, idleMs: 20 }),
  ];
  onTestFinished(async () => {
    stop.abort();
    await Promise.all(loops);
    clearInterval(tick);
    await bench.close();
  });
  const listing = async (): Promise<Record<string, Row[]>> =>
    JSON.parse((await bench.call('GET', '/sandbox/listing')).text);
  const receive = (lot: string, quantity: string, kind = 'unrestricted') =>
    admin('/receipts', { purchaseOrder, lot, quantity, kind });
  const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 30_000 });

  async function receiptOf(lot: string): Promise<string> {
    const rows = async () => (await box.ask('/inbound?show=all')).json.receipts as Receipt[];
    const find = async () => (await rows()).find((row) => row.lot === lot)?.receipt;
    await soon(find).toBeDefined();
    return (await find())!;
  }
  /** What one person says, and another approves. */
  async function say(lot: string, verb: string, body: object): Promise<void> {
    const at = `/inbound/${encodeURIComponent(await receiptOf(lot))}`;
    for (const [what, by] of [
      [verb, 'person:17'],
      ['approve', 'person:9'],
    ] as const) {
      const said = { by, reason: 'seen', ...(what === verb ? body : {}) };
      const { code: status, json } = await box.ask(`${at}/${what}`, said);
      expect({ status, message: json.message }).toEqual({ status: 200, message: undefined });
    }
    bell.ring();
  }
  const settled = () => vi.waitFor(() => expect(box.calls().filter(isOpen)).toEqual([]), 20_000);
  const stockOf = async (lot: string) => {
    const { stock } = await bench.summary();
    const row = stock.find((one) => one['lot'] === lot)!;
    return [row['unrestricted'], row['quality'], row['blocked']];
  };
  return { ...box, admin, listing, receive, say, settled, stockOf, soon };
}
const isOpen = (call: string): boolean => !/ (posted|void)/.test(call);

test('a bad delivery is blocked, claimed, provided for; the answer takes it back', async () => {
  const { receive, say, settled, stockOf, listing, books, calls } = await openWorld();
  await receive('HEAT1', '100');
  await receive('HEAT2', '40', 'quality');
  await say('HEAT1', 'inspect', { accepted: '60', rejected: '40' });
  await say('HEAT2', 'inspect', { accepted: '0', rejected: '40' });
  await settled();
  expect(await stockOf('HEAT1')).toEqual(['60', '0', '40']);
  expect(await stockOf('HEAT2')).toEqual(['0', '0', '40']);
  const { complaints, entries } = await listing();
  expect(complaints!.map((row) => [row['lot'], row['quantity'], row['supplier']]).sort()).toEqual([
    ...[
      ['HEAT1', '40', 'MILL'],
      ['HEAT2', '40', 'MILL'],
    ],
  ]);
  expect(entries!.map((row) => `${row['side']} ${row['account']} ${row['amount']}`)).toEqual(
    Array.from({ length: 2 }, () => ['H 540000 100', 'S 135000 100']).flat(),
  );
  expect(books()).toMatchObject({
    agrees: true,
    money: [{ claims: 2, claimsOpen: '200', accrualsOpen: '200', accrualsPosted: '200' }],
  });
  await say('HEAT1', 'answer', { answer: 'accepted', creditMemo: '51', disposition: 'return' });
  await say('HEAT2', 'answer', { answer: 'dismissed', disposition: 'scrap' });
  await settled();
  expect(calls().filter((call) => !call.includes(' posted'))).toEqual([]);
  expect(await stockOf('HEAT1')).toEqual(['60', '0', '0']);
  expect(await stockOf('HEAT2')).toEqual(['0', '0', '0']);
  const after = (await listing())['entries']!;
  const sum = after
    .filter((row) => row['account'] === '135000')
    .reduce((all, row) => all + Number(row['amount']) * (row['side'] === 'S' ? 1 : -1), 0);
  expect([after.length, sum]).toEqual([8, 0]);
  expect(books().money).toEqual([]);
});

const once = 'in bad weather each document is in the ERP once, each receipt at central';
test.each(seeds(1))(
  `${once} (SEED=%i)`,
  async (seed) => {
    const world = await openWorld({ rules: [{ inspect: 'always', blocked: true }] });
    const { admin, receive, say, settled, listing, soon, inbound, books, stockOf } = world;
    const odds = { busyPercent: 10, brokenPercent: 5, dropPercent: 10, lostPercent: 20 };
    const lots = ['A', 'B', 'C', 'D', 'E'];
    for (const lot of lots) await receive(lot, '10');
    await admin('/faults', { seed, ...odds, barePercent: 10, retryAfterSeconds: 0 });
    await soon(() => inbound.list({ limit: 10, show: 'all' }).receipts.length).toBe(lots.length);
    for (const lot of lots) await say(lot, 'inspect', { accepted: '4', rejected: '6' });
    await settled();
    await admin('/faults');
    const { complaints, entries, items } = await listing();
    const count = (kind: string) => items!.filter((row) => row['kind'] === kind).length;
    expect([complaints!.length, entries!.length]).toEqual([5, 10]);
    // What was not blocked before its result is blocked by what is rejected alone.
    expect([count('blockStock'), count('purchaseReceipt')]).toEqual([5, 5]);
    expect(count('unblockStock')).toBeLessThanOrEqual(5);
    for (const lot of lots) expect(await stockOf(lot)).toEqual(['4', '0', '6']);
    expect(books()).toMatchObject({
      agrees: true,
      units: [{ unit: 'KG', receipts: 5, received: '50', accepted: '20', rejected: '30' }],
    });
  },
  300_000,
);
