// Goal: Tryton's own figures are what central has posted; what people do in Tryton beside it is
// told with its number, and what they undo with the fact behind it.
// Method: central's ledger posts facts into a real Tryton, whose own people then book by hand.
import { expect } from 'vitest';
import { durationOf } from '../central/tryton/typed.ts';
import { against } from '../cli/closing.ts';
import type { Content } from '../shared/event.ts';
import { stated } from './helpers/central.ts';
import { plantAt } from './helpers/erpplant.ts';
import { m01 } from './helpers/shop.ts';
import { sharedWorks, testTryton } from './tryton/bench.ts';
import { atMs, openFloor } from './tryton/goods.ts';

const order = 'WO-1';
const inKilograms = (fact: Content): Content =>
  ({ ...fact, body: { ...fact.body, unit: 'KG' } }) as Content;
const { release, start, end, report, consume, produce, block, reverse } = stated;
const wrong = report('9');
const used = inKilograms(consume(`HEAT-${order}`, '12.5'));
const made = produce(`B-${order}`, '6');
const facts = [
  ...[release(), start('R1', { atMs }), end('R1', { atMs: atMs + 60_001 })],
  ...[report('5', { scrap: '1' }), wrong, reverse(wrong), used, made],
  block('H1', `B-${order}`, '2'),
];

testTryton('the books close beside Tryton, and name what people did there', async (depot) => {
  const works = await sharedWorks(depot);
  const { office, planning, erp } = works;
  const { production } = await openFloor(works, order);
  // The days of made-up facts have no fiscal year.
  const plant = await plantAt(
    { ...erp, post: (posting, isSafe) => erp.post({ ...posting, atMs }, isSafe) },
    facts,
  );
  const closed = await plant.close();
  expect(against(closed, [])).toEqual([]);
  expect(closed.erp).toMatchObject({ orders: 1, lots: 1, unreadFound: 0, movingFound: 0 });
  const compared = closed.erp!.sums.map(({ of, measure, unit, erp: there }) =>
    [of, measure, there, unit].join(' '),
  );
  expect(compared.sort()).toEqual([
    'BOLT lot B-WO-1 blocked 2 EA',
    'BOLT lot B-WO-1 received 6 EA',
    'STEEL lot HEAT-WO-1 issued 12.5 KG',
    'operation 0010 machine 60001 ms',
    'operation 0010 scrap 1 EA',
    'operation 0010 yield 5 EA',
    'stock of lot B-WO-1 blocked 2 EA',
    'stock of lot B-WO-1 unrestricted 4 EA',
  ]);

  const place = (code: string) => planning.places.get(code)!;
  const { company } = planning;
  async function moved(code: string, lot: string, quantity: number, about: object) {
    const { id: product, unitId: unit } = planning.products.get(code)!;
    const lotId = await office.id('stock.lot', [['number', '=', lot]]);
    const move = await office.one('stock.move', {
      ...{ product, unit, quantity, lot: lotId, company, ...about },
    });
    await office.push('stock.move', 'do', [move]);
    return move;
  }
  // Bolts that were moved on are no difference.
  const within = { from_location: place('STO'), to_location: place('OUT') };
  await moved('BOLT', `B-${order}`, 1, within);
  const shipped = await plant.close();
  expect(against(shipped, [])).toEqual([]);
  expect(shipped.erp!.elsewhere).toEqual([
    {
      ...{ order: null, lot: `B-${order}` },
      why: 'stock of lot B-WO-1: unrestricted 4 EA posted, 3 in the ERP',
    },
  ]);

  const taken = await moved('STEEL', `HEAT-${order}`, 3, {
    ...{ from_location: place('STO'), to_location: place('PROD'), production_input: production },
  });
  const work = await office.id('production.work', [
    ['production', '=', production],
    ['operation.name', '=', '0020'],
  ]);
  const cycle = await office.one('production.work.cycle', { work, duration: durationOf(5_000) });
  for (const button of ['run', 'do']) await office.push('production.work.cycle', button, [cycle]);
  const [lost] = await office.rows(
    'stock.move',
    [['production_output', '=', production]],
    ['holdfast_document'],
  );
  await office.push('stock.move', 'cancel', [lost!['id'] as number]);
  await moved('BOLT', `B-${order}`, 1, { from_location: place('QUAR'), to_location: place('STO') });

  const words = against(await plant.close(), []);
  const notOurs = "in the ERP is not central's";
  const ours = `goodsReceipt ${plant.keyOf(made)} of fact ${made.eventId}, ${m01} 8`;
  const number = `holdfast/${lost!['holdfast_document']}`;
  const sums = [
    'BOLT lot B-WO-1: received 6 EA posted, 2 in the ERP',
    'STEEL lot HEAT-WO-1: issued 12.5 KG posted, 15.5 in the ERP',
    'operation 0020: machine 0 ms posted, 5000 in the ERP',
  ].join('; ');
  const lots = ['blocked 2 EA posted, 1', 'unrestricted 4 EA posted, 0'].map(
    (amounts) => `stock of lot B-WO-1: ${amounts} in the ERP`,
  );
  const moveWords = `it says something else: move ${lost!['id']} is cancelled`;
  // An order and a lot are asked at once; what both have is told of the first that has an answer.
  const told = words.map((word) => word.replace(/^lot B-WO-1: goods/, 'WO-1: goods'));
  expect(told.sort()).toEqual([
    `WO-1: ${sums}`,
    `WO-1: ${ours}, ${number} in the ERP: ${moveWords}`,
    `WO-1: production.work.cycle/${cycle} ${notOurs}: 5000 ms at operation 0020, by hand`,
    `WO-1: stock.move/${taken} ${notOurs}: 3 KG of STEEL lot HEAT-WO-1 issued, by hand`,
    `lot B-WO-1: ${lots.join('; ')}`,
  ]);
});

testTryton('an order or a lot that Tryton has never heard of is empty', async (depot) => {
  const { erp } = await sharedWorks(depot);
  const nothing = { operations: [], goods: [], documents: [] };
  expect(await erp.figures!.order('WO-NEVER')).toEqual(nothing);
  expect(await erp.figures!.stock('BOLT', 'NEVER')).toBeUndefined();
});
