// Goal: what central has posted is set beside what the ERP says; where they differ, the documents
// and the facts behind it are named, and what is only in motion is no difference.
// Method: central's ledger and an ERP with books in memory, in which the test does what people do.
import { expect, test } from 'vitest';
import { askedAtOnce } from '../central/reconcile/inquiry.ts';
import { against } from '../cli/closing.ts';
import { stated } from './helpers/central.ts';
import { plantWith } from './helpers/erpplant.ts';
import { m01 } from './helpers/shop.ts';

const { release, report, produce, consume, block, start } = stated;

const [made, used, first, second] = [
  produce('L1', '6'),
  consume('S1', '2'),
  report('5', { scrap: '1' }),
  report('3'),
];
const facts = [release(), start('R1'), first, second, used, made, block('H1', 'L1', '2')];

test('where both say the same the books close, and it is told when it was asked', async () => {
  const plant = await plantWith(facts);
  const books = await plant.close();
  expect(against(books, [])).toEqual([]);
  expect(books.erp).toMatchObject({
    ...{ erp: 'books', askedMs: plant.time.nowMs, why: null, orders: 1, lots: 1, leftOut: 0 },
    ...{ differencesFound: 0, movingFound: 0, unreadFound: 0, elsewhereFound: 0, sumsFound: 8 },
  });
  const sum = (of: string, measure: string) =>
    books.erp!.sums.find((one) => one.of === of && one.measure === measure);
  expect(sum('operation 0010', 'yield')).toEqual({
    ...{ of: 'operation 0010', measure: 'yield', unit: 'EA', order: 'WO-1', lot: null },
    ...{ central: '8', erp: '8', same: true },
  });
  expect(sum('BOLT lot L1', 'received')).toMatchObject({ central: '6', erp: '6', same: true });
  expect(sum('stock of lot L1', 'blocked')).toMatchObject({ lot: 'L1', central: '2', erp: '2' });
  expect(plant.books.asked.lookups).toEqual([]);
  expect((await plant.close('')).erp).toBeNull();
});

test('what the ERP lacks is named with its fact, and only that order looked up', async () => {
  const others = [release('WO-2'), report('4', {}, { order: 'WO-2' })];
  const plant = await plantWith([...facts, ...others]);
  plant.books.lose(plant.keyOf(second));
  const books = await plant.close();
  expect(books.erp!.differences).toEqual([
    {
      ...{ order: 'WO-1', lot: null, sort: 'amount', document: null },
      why: 'operation 0010: yield 8 EA posted, 5 in the ERP',
    },
    {
      ...{ order: 'WO-1', lot: null, sort: 'missing', document: 'N3' },
      ...{ key: plant.keyOf(second), kind: 'confirmation', eventId: second.eventId },
      ...{ line: m01, sequence: 4, why: 'the ERP has nothing under its key' },
    },
  ]);
  expect(against(books, [])).toEqual([
    'WO-1: operation 0010: yield 8 EA posted, 5 in the ERP',
    expect.stringMatching(
      /^WO-1: confirmation \S+ of fact \S+, \S+M01 4, posted as N3, is missing/,
    ),
  ]);
  expect(new Set(plant.books.asked.lookups)).toEqual(
    new Set([first, second, used, made].map((fact) => plant.keyOf(fact))),
  );
});

test('what was booked or taken back by hand is told with its number', async () => {
  const plant = await plantWith(facts);
  const hand = { kind: 'confirmation', eventId: 'hand', atMs: 1, order: 'WO-1' } as const;
  const number = plant.books.book({ ...hand, key: 'x', operation: '0010', yield: '2' }, null);
  expect(against(await plant.close(), [])).toEqual([
    'WO-1: operation 0010: yield 8 EA posted, 10 in the ERP',
    `WO-1: ${number} in the ERP is not central's: confirmation 2`,
  ]);
  plant.books.undo(number);
  expect(against(await plant.close(), [])).toEqual([]);
  plant.books.undo('N1');
  expect(against(await plant.close(), [])).toEqual([
    expect.stringMatching(
      /scrap 1 EA posted, 0 in the ERP; operation 0010: yield 8 EA posted, 3 in/,
    ),
    expect.stringMatching(
      /confirmation \S+ of fact .*, N1 in the ERP: it was taken back in the ERP/,
    ),
  ]);
});

test('of an ERP that tells only sums, what is more has no number', async () => {
  const plant = await plantWith(facts, true);
  plant.books.lose(plant.keyOf(used));
  expect((await plant.close()).erp!.differences).toMatchObject([
    { sort: 'amount', why: 'STEEL lot S1: issued 2 EA posted, 0 in the ERP' },
    { sort: 'missing', key: plant.keyOf(used) },
  ]);
  const hand = { kind: 'goodsIssue', eventId: 'hand', atMs: 1, order: 'WO-1', unit: 'EA' } as const;
  plant.books.book({ ...hand, key: 'x', material: 'STEEL', lot: 'S1', quantity: '3' }, null);
  expect((await plant.close()).erp!.differences).toMatchObject([
    { sort: 'amount', why: 'STEEL lot S1: issued 2 EA posted, 3 in the ERP' },
    { sort: 'missing' },
  ]);
});

test('less blocked than is held is a difference, available stock that left is none', async () => {
  const plant = await plantWith(facts);
  const goods = { eventId: 'hand', atMs: 1, lot: 'L1', material: 'BOLT', unit: 'EA' };
  plant.books.book({ ...goods, key: 'x', kind: 'goodsIssue', quantity: '3' }, null);
  const sold = await plant.close();
  expect(against(sold, [])).toEqual([]);
  expect(sold.erp!.elsewhere).toEqual([
    {
      ...{ order: null, lot: 'L1' },
      why: 'stock of lot L1: unrestricted 4 EA posted, 1 in the ERP',
    },
  ]);
  plant.books.book({ ...goods, key: 'y', kind: 'unblockStock', quantity: '1' }, null);
  expect(against(await plant.close(), [])).toEqual([
    expect.stringMatching(/^lot L1: stock of lot L1: blocked 2 EA posted, 1 in the ERP; stock/),
  ]);
});

test('a movement of a lot that is lost is found by the stock that lacks it', async () => {
  const plant = await plantWith(facts);
  const later = block('H2', 'L1', '3');
  plant.hear(later);
  await plant.postAll();
  plant.books.lose(plant.keyOf(later));
  expect((await plant.close()).erp!.differences).toMatchObject([
    { order: null, lot: 'L1', sort: 'amount' },
    { order: null, lot: 'L1', sort: 'missing', kind: 'blockStock', key: plant.keyOf(later) },
  ]);
});

test('what is in flight while it is read is told as such, and is no difference', async () => {
  const plant = await plantWith(facts);
  const more = report('1');
  plant.hear(more);
  plant.books.mood.before = async (name) => {
    if (name !== 'WO-1') return;
    const [task] = plant.postings.next(new Set(), 1);
    if (task) plant.postings.settle(task.posting.key, { kind: 'posted', document: 'N77' });
  };
  const books = await plant.close();
  expect(against(books, [])).toEqual([]);
  expect(books.erp!.moving).toMatchObject([
    { order: 'WO-1', why: 'something was posted while it was read' },
  ]);
  plant.hear(report('1'));
  plant.postings.next(new Set(), 1);
  plant.books.mood.before = async () => undefined;
  const flying = await plant.close();
  expect(against(flying, [])).toEqual([]);
  expect(flying.erp!.moving[0]!.why).toMatch(/^its confirmation \S+ is at the ERP, or may be$/);
  expect(flying.erp!.sums.filter(({ order }) => order === 'WO-1')).toEqual([]);
});

test('an ERP that is down is not asked, and one that is silent is left alone', async () => {
  const orders = Array.from({ length: 20 }, (_, at) => `WO-${at + 10}`);
  const plant = await plantWith(orders.map((order) => release(order)));
  plant.standing.state = 'down';
  plant.standing.reason = 'no answer in 10000 ms';
  const down = await plant.close();
  expect(plant.books.asked.orders).toBe(0);
  expect(down.erp).toMatchObject({ askedMs: null, orders: 0, why: expect.stringMatching(/down/) });
  expect(against(down, [])).toEqual([
    'the ERP was not asked: the ERP is down: no answer in 10000 ms',
  ]);
  plant.standing.state = 'up';
  plant.books.mood.silent = true;
  const silent = await plant.close();
  expect(plant.books.asked.orders).toBeLessThan(orders.length / 2);
  expect(silent.erp).toMatchObject({ why: 'the ERP does not answer', unreadFound: 20, orders: 0 });
  expect(against(silent, [])).toContain('WO-29: not read in the ERP: was not asked');
  plant.books.mood.silent = false;
  expect(against(await plant.close(), [])).toEqual([]);
  expect(plant.books.asked.most).toBe(askedAtOnce);
});

test('a connector that cannot ask says so', async () => {
  const plant = await plantWith(facts);
  const { figures: _, ...deaf } = plant.books.erp;
  Object.assign(plant.books.erp, { figures: undefined, ...deaf });
  expect(against(await plant.close(), [])).toEqual([
    'the ERP was not asked: the connector books cannot ask for figures',
  ]);
});
