// Goal: what is taken back at the line is taken back in the ERP, to the piece and to the cent,
// though answers are lost and the ERP is busy.
// Method: central's ledger, the real connector and a real sandbox over HTTP; the test is the clock.
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { migrations, openMemory } from '../central/memory.ts';
import { openDatabase } from '../shared/database.ts';
import type { Content } from '../shared/event.ts';
import { other, stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { bench, closeAll } from './helpers/sap.ts';
import { m01 } from './helpers/shop.ts';

afterEach(closeAll);

const { release, report, produce, consume, reverse, correct, blockAll, free } = stated;
const moody = { lostPercent: 30, busyPercent: 15, throttlePercent: 5, dropPercent: 10 };

/** Orders WO-1 and WO-2 over 100 bolts, steel in lot S; and central, which is told facts. */
async function openPlant(seed: number) {
  const { erp, admin, summary } = await bench();
  const pieces = { unit: 'EA', price: '2.50' };
  await admin('/materials', [
    { material: 'BOLT2', ...pieces },
    { material: 'STEEL2', ...pieces },
  ]);
  for (const order of ['WO-1', 'WO-2']) {
    const made = { material: 'BOLT2', quantity: '100', unit: 'EA', tolerancePercent: 10 };
    await admin('/orders', { order, ...made, operations: [{ operation: '0010' }] });
  }
  await admin('/stock', { material: 'STEEL2', lot: 'S', quantity: '100' });
  const db = openDatabase(':memory:', migrations);
  const time = { nowMs: 1_325_458_900_000 };
  const nowMs = () => time.nowMs;
  const memory = openMemory({ db, nowMs, waitMs: nowMs, maxInFlightMs: 100 });
  onTestFinished(() => void db.close());
  const facts: Content[] = [];
  await admin('/faults', { ...moody, seed });

  async function drain(): Promise<void> {
    const { postings } = memory;
    for (let still = 0; still < 3; ) {
      const tasks = postings.next(new Set(), 10);
      still = tasks.length > 0 ? 0 : still + 1;
      for (const task of tasks) {
        const { posting } = task;
        if (task.do === 'lookUp') postings.found(posting.key, await erp.lookup(posting));
        else postings.settle(posting.key, await erp.post(posting));
      }
      time.nowMs += 60_000;
    }
  }
  return {
    ...{ memory, db, drain },
    /** Takes them in, and posts whatever may be posted. */
    async say(...said: Content[]) {
      const first = facts.length + 1;
      for (const fact of said) facts.push(inPieces(fact));
      memory.ledger.accept([{ segment: history(m01, facts).segment(first, facts.length) }]);
      await drain();
    },
    async books() {
      await admin('/faults');
      const { stock, orders, operations, duplicates, documents } = await summary();
      const of = (lot: string) => stock.find((row) => row['lot'] === lot);
      const row = (name: string, rows: readonly Record<string, unknown>[]) =>
        rows.find(({ order }) => order === name)!;
      return { of, duplicates, documents, order: (name: string) => row(name, orders), operations };
    },
    open: () =>
      db
        .prepare<[], string>(
          `SELECT kind || ' ' || state || ': ' || coalesce(reason, '') FROM posting
           WHERE state NOT IN ('posted', 'void')`,
        )
        .pluck()
        .all(),
  };
}

/** The bench has bolts and steel by weight; these are counted. */
function inPieces(fact: Content): Content {
  if (!('material' in fact.body)) return fact;
  const material = fact.lot === 'L' ? 'BOLT2' : `${fact.body.material}2`;
  return { ...fact, body: { ...fact.body, material } } as Content;
}

test.each([1, 2, 3])('all is taken back, and some of it counts again (%i)', async (seed) => {
  const plant = await openPlant(seed);
  const [first, second] = [report('30', { scrap: '2' }), report('20')];
  const [steel, made, used] = [consume('S', '8'), produce('L', '12'), consume('L', '5', other)];
  await plant.say(release(), release('WO-2'), steel, first, second, made, used);
  const all = [used, made, steel, first].map((fact) => reverse(fact, { order: fact.order! }));
  await plant.say(...all, correct(second, '21'));
  expect(plant.open()).toEqual([]);
  const { of, order, operations, duplicates, documents } = await plant.books();
  expect(of('L')).toMatchObject({ unrestricted: '0', blocked: '0' });
  expect(of('S')).toMatchObject({ unrestricted: '100' });
  expect(order('WO-1')).toMatchObject({ received: '0', materialCost: '0' });
  expect(order('WO-2')).toMatchObject({ materialCost: '0' });
  expect(operations.find((row) => row['order'] === 'WO-1')).toMatchObject({
    ...{ yield: '21', scrap: '0', confirmations: 5 },
  });
  expect(duplicates).toBe(0);
  expect(documents).toMatchObject({ cancelIssue: 2, cancelReceipt: 1 });

  const [, unmade, undrawn] = all as [Content, Content, Content];
  await plant.say(reverse(undrawn), reverse(unmade));
  expect(plant.open()).toEqual([]);
  const again = await plant.books();
  expect(again.of('L')).toMatchObject({ unrestricted: '12' });
  expect(again.order('WO-1')).toMatchObject({ received: '12', materialCost: '20' });
  expect(again.duplicates).toBe(0);
});

test('what comes back while it is held ends in blocked stock', async () => {
  const plant = await openPlant(4);
  const [made, used] = [produce('L', '12'), consume('L', '5', other)];
  await plant.say(release(), release('WO-2'), consume('S', '1'), made, used);
  await plant.say(blockAll('H1', 'S'), reverse(used, other));
  expect((await plant.books()).of('L')).toMatchObject({ unrestricted: '0', blocked: '12' });
  await plant.say(free('H1'));
  expect((await plant.books()).of('L')).toMatchObject({ unrestricted: '12', blocked: '0' });
  expect(plant.open()).toEqual([]);
});

test('a receipt whose goods went further waits for a person, and then goes', async () => {
  const plant = await openPlant(5);
  const [made, used] = [produce('L', '12'), consume('L', '5', other)];
  await plant.say(release(), release('WO-2'), made, used);
  await plant.say(reverse(made));
  expect(plant.open()).toEqual([
    expect.stringMatching(/^cancelReceipt parked: what it takes back went further: goodsIssue 49/),
  ]);
  await plant.say(reverse(used, other));
  const [parked] = plant.memory.postings.list('parked', 10);
  plant.memory.postings.decide(parked!.key, 'Retry', {});
  await plant.drain();
  expect(plant.open()).toEqual([]);
  expect((await plant.books()).of('L')).toMatchObject({ unrestricted: '0' });
});
