// Goal: a quantity is the same at the edge, at central and in the ERP's document; where the ERP
// cannot say it, a person is told. Method: a real edge, central's tables, SAP's bodies on the wire.
import { afterEach, expect, test } from 'vitest';
import { decodeContent } from '../shared/codec.ts';
import { openRoad } from './helpers/road.ts';
import { closeAll } from './helpers/sap.ts';
import { m01, shop } from './helpers/shop.ts';

afterEach(closeAll);

const kg = { unit: 'KG' };
const begin = (quantity: string) => [
  shop.release({ quantity, ...kg }),
  shop.start(),
  shop.phase('R1'),
];
const report = (good: string) => shop.report('R1', { good, ...kg });
const end = [shop.end('R1'), shop.complete(), shop.close()];
type Road = Awaited<ReturnType<typeof openRoad>>;
const flagsOf = ({ box }: Road) =>
  [...box.store.history()].flatMap(({ bytes }) => decodeContent(bytes).flags ?? []);

test('Q1: 0.1 and 0.2 complete an order of 0.3, and reach the ERP as they are', async () => {
  const road = await openRoad();
  road.box.time.nowMs = 1_000; // when all is said to be
  road.ask(...begin('0.3'), report('0.1'), report('0.2'), ...end);
  expect(flagsOf(road)).toEqual([]);
  expect(road.box.book.look('order', 'WO-1')).toMatchObject({ made: 300_000n });
  await road.carry();
  expect(new Set(road.side.states())).toEqual(new Set(['confirmation posted']));
  const yields = road.sent.map(({ text }) => /"ConfirmationYieldQuantity":[^,]+/.exec(text)?.[0]);
  expect(yields.slice(0, 2)).toEqual([
    '"ConfirmationYieldQuantity":"0.100"',
    '"ConfirmationYieldQuantity":"0.200"',
  ]);
  expect(road.sent.at(-1)!.body).toMatchObject({ IsFinalConfirmation: true });
});

test('Q1: ten times 0.1 is 1, and the millionth after it is too much', async () => {
  const road = await openRoad();
  road.box.time.nowMs = 1_000; // when all is said to be
  road.ask(...begin('1'), ...Array.from({ length: 10 }, () => report('0.1')));
  expect(flagsOf(road)).toEqual([]);
  road.ask(report('0.000001'));
  expect(flagsOf(road)).toEqual(['beyondTolerance']);
  await road.carry();
  expect(road.sent).toHaveLength(10);
  expect(road.side.rows().at(-1)).toMatchObject({
    state: 'parked',
    reason: 'over tolerance: 1.000001 of 1 + 0 %',
  });
});

test('Q2: what is finer than the ERP is exact at the edge, and parked, not rounded', async () => {
  const road = await openRoad();
  road.ask(...begin('2'), ...Array.from({ length: 2_000 }, () => report('0.0005')));
  expect(road.box.book.tally('order', 'WO-1')).toMatchObject({ good: 1_000_000n, reports: 2_000 });
  await road.carry();
  expect(road.sent).toEqual([]);
  const [first, second] = road.side.rows();
  expect(first).toMatchObject({
    ...{ state: 'parked', yield: '0.0005' },
    reason: 'UNFIT: yield: 0.0005 does not fit 10 digits and 3 decimals',
  });
  expect(second).toMatchObject({
    ...{ state: 'deferred', yield: '0.0005' },
    reason: 'behind the parked one',
  });
  expect(road.side.rows()).toHaveLength(2_000);
});

test('Q2: eleven digits are kept to the last, and wait for a person', async () => {
  const road = await openRoad();
  road.ask(...begin('99999999999'), report('12345678901.234'));
  expect(road.box.book.tally('order', 'WO-1').good).toBe(12_345_678_901_234_000n);
  await road.carry();
  expect(road.sent).toEqual([]);
  expect(road.side.rows()).toMatchObject([
    {
      ...{ state: 'parked', yield: '12345678901.234' },
      reason: 'UNFIT: yield: 12345678901.234 does not fit 10 digits and 3 decimals',
    },
  ]);
});

test('Q7: a report of nothing is counted and not posted; good in set-up is good', async () => {
  const road = await openRoad();
  road.ask(shop.release(), shop.start(), shop.phase('R1', { phase: 'setup' }));
  road.ask(
    shop.report('R1', { phase: 'setup', good: '0' }),
    shop.report('R1', { phase: 'setup', good: '2' }),
    shop.end('R1', { atMs: 61_000 }),
  );
  expect(road.box.book.tally('operation', 'WO-1', '0010')).toMatchObject({
    ...{ reports: 2, zeroReports: 1, good: 2_000_000n, setupGood: 2_000_000n, elapsedMs: 60_000 },
  });
  await road.carry();
  expect(road.sent.map(({ body }) => body)).toMatchObject([
    { ConfirmationYieldQuantity: '2.000', APIConfHasNoGoodsMovements: true },
    { ConfirmationYieldQuantity: '0.000', OpConfirmedWorkQuantity1: '1.000' },
  ]);
  const reasons = road.side.postings.counts().unposted;
  expect(reasons).toContainEqual({ reason: 'reports no quantity to confirm', facts: 1 });
});

test('H1, H5: held pieces are no yield until decided: 50 of 76 are good, 26 scrap', async () => {
  const road = await openRoad();
  road.ask(shop.release(), shop.start(), shop.phase('R1'));
  const op = { order: 'WO-1', operation: '0010' };
  const quantity = { quantity: '76', unit: 'EA' };
  road.ask(shop.report('R1', { good: '10', held: '76' }));
  road.ask(shop.hold('H1', 'quantity', op, { ...quantity, reason: 'MRB' }));
  road.ask(shop.report('R1', { good: '4' })); // the run goes on
  const held = { good: 14_000_000n, scrap: 0n, held: 76_000_000n, heldByHolds: 76_000_000n };
  expect(road.box.book.tally('operation', 'WO-1', '0010')).toMatchObject(held);
  expect(road.box.book.look('hold', 'H1')).toMatchObject({ ...op, scope: 'quantity', line: m01 });
  await road.carry();
  const posted = () =>
    road.sent.map(({ body }) => [
      ...[body['ConfirmationYieldQuantity'], body['ConfirmationScrapQuantity']],
    ]);
  expect(posted()).toEqual([
    ['10.000', '0.000'],
    ['4.000', '0.000'],
  ]);
  road.ask(shop.dispose('H1', '50', { disposition: 'useAsIs' }), shop.dispose('H1', '26'));
  expect(road.box.book.look('hold', 'H1')).toMatchObject({ state: 'closed', remaining: 0n });
  await road.carry();
  expect(posted().slice(2)).toEqual([
    ['50.000', '0.000'],
    ['0.000', '26.000'],
  ]);
});

test('H13: good out of rework is in no confirmation again, its time is', async () => {
  const road = await openRoad();
  road.ask(shop.release(), shop.start(), shop.phase('R1'));
  road.ask(shop.report('R1', { good: '95', rework: '5' }), shop.end('R1'), shop.complete());
  const next = { operation: '0020' };
  road.ask(shop.start(next), shop.complete(next), shop.phase('R2', { rework: true }));
  road.ask(shop.report('R2', { good: '5', inRework: true }), shop.end('R2', { atMs: 61_000 }));
  await road.carry();
  const sums = road.sent.map(({ body }) => [
    ...[body['ConfirmationYieldQuantity'], body['OpConfirmedWorkQuantity2']],
  ]);
  expect(sums).toEqual([
    ['95.000', undefined],
    ['0.000', '1.000'],
  ]);
});

test('H8: what is confirmed after the close is kept, and waits for a person', async () => {
  const road = await openRoad();
  road.ask(shop.release(), shop.start(), shop.phase('R1'), shop.end('R1'), shop.complete());
  road.ask(shop.close());
  await road.carry();
  road.ask(shop.report('R1', { good: '5' }));
  await road.carry();
  expect(road.sent.map(({ body }) => body['IsFinalConfirmation'])).toEqual([true]);
  expect(road.side.rows().at(-1)).toMatchObject({
    ...{ kind: 'confirmation', state: 'parked' },
    reason: 'reported after the order was closed',
  });
  expect(road.side.next()).toEqual([]);
});
