import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Asked, generateShop, type Shop, type Total } from '../cli/shop.ts';
import { emptySum } from '../cli/sum.ts';
import { quantityText } from '../shared/quantity.ts';
import { replay } from './helpers/replay.ts';

const shop = generateShop({ seed: 7, orders: 150 });
const asked = [...shop.commands];
const accepted = asked.filter(({ expectRefused }) => !expectRefused).map(({ command }) => command);
const expected = shop.expected();
const of = (type: string) => accepted.filter((command) => command.type === type);
const milli = (value: unknown): number => Math.round(Number(value) * 1_000);

const fingerprint = ({ commands }: Shop): string => {
  const sum = createHash('sha256');
  for (const one of commands) sum.update(JSON.stringify(one));
  return sum.digest('hex');
};

test('one seed makes one shop, whoever reads it and how often', () => {
  const again = generateShop({ seed: 7, orders: 150 });
  expect(again.expected()).toEqual(expected);
  expect(fingerprint(again)).toBe(fingerprint(shop));
  expect(fingerprint(generateShop({ seed: 8, orders: 150 }))).not.toBe(fingerprint(shop));
});

test('a million commands are made one by one, not held', () => {
  const large = generateShop({ seed: 1, orders: 11_000 });
  const first: Asked[] = [];
  for (const one of large.commands) if (first.push(one) === 500) break;
  expect(first.at(-1)!.command.commandId).toBe('shop-1-00000500');
});

const sizes = [
  { seed: 1, orders: 40, lines: 6 },
  { seed: 2, orders: 150, lines: 12 },
  { seed: 3, orders: 80, lines: 30 },
  { seed: 4, orders: 60, startMs: Date.UTC(2026, 9, 23) },
];
test.each(sizes)('the lines take it, and come to the announced totals: %j', (size) => {
  const made = generateShop(size);
  const { book, surprises } = replay(made);
  expect(surprises).toEqual([]);

  const totals = made.expected();
  const check = (total: Total, ...key: string[]) => {
    const tally = book.tally(...key) as unknown as Record<string, bigint | number>;
    for (const name of Object.keys(emptySum()) as (keyof Total)[]) {
      const value = tally[name];
      const shown = typeof value === 'bigint' ? quantityText(value) : value;
      expect([...key, name, total[name]]).toEqual([...key, name, shown]);
    }
  };
  for (const [line, total] of Object.entries(totals.lines)) check(total, 'line', line);
  for (const [order, total] of Object.entries(totals.orders)) {
    check(total, 'order', order);
    expect(book.look('order', order)?.state).toBe(total.state);
    expect(book.look('held', `in\n${order}`)?.length ?? 0).toBe(total.openHolds);
    for (const [operation, part] of Object.entries(total.operations)) {
      check(part, 'operation', order, operation);
    }
  }
  for (const [lot, { reached }] of Object.entries(totals.lots)) {
    const holds = book.look('held', `lot\n${lot}`) ?? [];
    expect([lot, holds.some((hold) => book.look('hold', hold)?.lot !== lot)]).toEqual([
      lot,
      reached,
    ]);
  }
  expect([...book.rows('order').keys()].sort()).toEqual(Object.keys(totals.orders).sort());
});

test('the announced totals are the sum of what was asked', () => {
  const counts: Record<string, number> = {};
  for (const { type } of accepted) counts[type] = (counts[type] ?? 0) + 1;
  expect(expected.accepted).toEqual(counts);
  expect(expected.commands).toBe(asked.length);

  const good: Record<string, number> = {};
  for (const { order, body } of of('ReportQuantity')) {
    good[order!] = (good[order!] ?? 0) + milli(body['good']);
  }
  for (const [order, total] of Object.entries(expected.orders)) {
    expect([order, milli(total.good)]).toEqual([order, good[order] ?? 0]);
  }
  const moved: Record<string, number> = {};
  for (const { type, lot, body } of [...of('ProduceLot'), ...of('ConsumeMaterial')]) {
    const key = `${type} ${lot}`;
    moved[key] = (moved[key] ?? 0) + milli(body['quantity']);
  }
  for (const [lot, total] of Object.entries(expected.lots)) {
    expect(milli(total.produced)).toBe(moved[`ProduceLot ${lot}`] ?? 0);
    expect(milli(total.consumed)).toBe(moved[`ConsumeMaterial ${lot}`] ?? 0);
  }
});

describe('what the ERP can take', () => {
  test('names are short enough, units and quantities are its own', () => {
    for (const { order, material, quantity, operations } of shop.orders) {
      expect(order).toMatch(/^.{1,12}$/);
      expect(material).toMatch(/^.{1,40}$/);
      expect(quantity).toMatch(/^\d{1,10}(\.\d{1,3})?$/);
      for (const { operation, line } of operations) {
        expect(operation).toMatch(/^\d{4}$/);
        expect(shop.lines).toContain(line);
      }
    }
    for (const { lot } of accepted) expect(lot ?? '-').toMatch(/^.{1,10}$/);
    for (const { body } of accepted) {
      for (const key of ['quantity', 'good', 'scrap', 'held']) {
        expect(body[key] ?? '0').toMatch(/^\d{1,10}(\.\d{0,2}[1-9])?$/);
      }
    }
    expect(new Set(shop.materials.map(({ unit }) => unit))).toEqual(new Set(['EA', 'KG']));
  });

  test('a released order says its routing, its tolerance and the quantity that was planned', () => {
    const released = of('ReleaseOrder').map(({ order, body }) => ({ order, ...body }));
    const planned = shop.orders.map(({ operations, ...about }) => ({
      ...about,
      operations: operations.map(({ operation, name }) => ({ operation, name })),
    }));
    expect(released.sort((a, b) => (a.order! < b.order! ? -1 : 1))).toEqual(planned);
  });

  test('what the last operation made is what its one to three lots hold', () => {
    const lots = Object.groupBy(of('ProduceLot'), ({ order }) => order!);
    expect(Object.keys(lots).length).toBeGreaterThan(100);
    for (const { order, operations } of shop.orders) {
      const last = operations.at(-1)!.operation;
      const { produced, operations: made } = expected.orders[order]!;
      expect(produced).toBe(made[last]?.good ?? '0');
      const sum = (lots[order] ?? []).reduce((sum, { body }) => sum + milli(body['quantity']), 0);
      expect(sum).toBe(milli(produced));
      expect(lots[order]?.length ?? 1).toBeLessThanOrEqual(3);
    }
    expect(Object.values(lots).some((of) => of!.length === 3)).toBe(true);
  });

  test('no component lot gives more than was in it, what is held or gone not counted', () => {
    for (const { lots } of shop.components) {
      for (const { lot, quantity } of lots) {
        const total = expected.lots[lot];
        const gone = [total?.consumed, total?.undecided, total?.scrapped, total?.returned];
        const sum = gone.reduce((all, one) => all + milli(one ?? '0'), 0);
        expect(sum).toBeLessThanOrEqual(milli(quantity));
      }
    }
    const known = shop.components.flatMap(({ lots }) => lots.map(({ lot }) => lot));
    for (const { lot } of of('ConsumeMaterial')) expect(known).toContain(lot);
  });
});

test('plant time never runs back, and no id is given twice', () => {
  const times = asked.map(({ command }) => command.atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(asked.map(({ command }) => command.commandId)).size).toBe(asked.length);
});

describe('it is like a real shop', () => {
  const lines = Object.values(expected.lines);
  const sum = (key: 'reports' | 'zeroReports' | 'reworkReports' | 'breakdowns') =>
    lines.reduce((total, line) => total + line[key], 0);
  const { traits } = expected;

  test('lines have several runs and several orders open at once, packing nine', () => {
    expect(lines.filter(({ peakRuns }) => peakRuns > 1).length).toBeGreaterThan(8);
    expect(lines.filter(({ peakOrders }) => peakOrders > 1).length).toBeGreaterThan(8);
    expect(expected.lines['acme/lyon/shipping/PACK1']!.peakRuns).toBe(9);
    for (const [line, { peakRuns }] of Object.entries(expected.lines)) {
      expect(peakRuns).toBeLessThanOrEqual(shop.lanes[line]!);
    }
  });

  test('about three in ten reports are of nothing, some of rework, some of good in set-up', () => {
    expect(sum('zeroReports') / sum('reports')).toBeGreaterThan(0.25);
    expect(sum('zeroReports') / sum('reports')).toBeLessThan(0.36);
    expect(sum('reworkReports') / sum('reports')).toBeGreaterThan(0.01);
    expect(sum('breakdowns')).toBeGreaterThan(5);
    expect(lines.some(({ setupGood }) => setupGood !== '0')).toBe(true);
    expect(traits.reopened).toBeGreaterThan(20);
  });

  test('some operations make more than was ordered, a few beyond the tolerance', () => {
    expect(traits.overCompleted).toBeGreaterThan(5);
    expect(traits.beyondTolerance).toBeGreaterThan(3);
    expect(traits.beyondTolerance).toBeLessThan(of('StartOperation').length * 0.08);
  });

  test('holds of every scope are decided in every way, some in parts, some never', () => {
    const values = (type: string, key: string) => new Set(of(type).map(({ body }) => body[key]));
    const scopes = ['line', 'lot', 'operation', 'order', 'quantity'];
    expect([...values('PlaceHold', 'scope')].sort()).toEqual(scopes);
    const ways = ['return', 'rework', 'scrap', 'useAsIs'];
    expect([...values('DispositionHold', 'disposition')].sort()).toEqual(ways);
    expect(of('DispositionHold').length).toBeGreaterThan(values('DispositionHold', 'hold').size);
    expect(of('ReleaseHold').length).toBeGreaterThan(5);
    expect(traits.holdsLeftOpen).toBeGreaterThan(3);
  });

  test('most orders are closed, some stay open', () => {
    const states = Object.groupBy(Object.values(expected.orders), ({ state }) => state);
    expect(states.closed!.length / shop.orders.length).toBeGreaterThan(0.7);
    expect(states.closed!.length / shop.orders.length).toBeLessThan(0.95);
  });

  test('people and shifts change within a run, clocks too, and some runs take no time', () => {
    expect(traits.operatorChanges).toBeGreaterThan(100);
    expect(traits.runsAcrossClockChange).toBeGreaterThan(3);
    expect(traits.zeroLengthRuns).toBeGreaterThan(3);
    expect(new Set(accepted.map(({ shift }) => shift)).size).toBeGreaterThan(20);
    const seen = new Set(of('ChangeEquipmentState').map(({ body }) => body['state']));
    for (const state of ['execute', 'idle', 'aborted', 'stopped']) expect(seen).toContain(state);
  });

  test('operations are shared by lines, and one line may pause and go on', () => {
    expect(traits.sharedOperations).toBeGreaterThan(3);
    expect(of('PauseOperation').length).toBe(of('ResumeOperation').length);
    expect(of('PauseOperation').length).toBeGreaterThan(10);
  });

  test('a small, counted share must be refused, for every reason there is', () => {
    const refused = asked.filter(({ expectRefused }) => expectRefused).length;
    const counted = Object.values(expected.refused).reduce((total, count) => total + count, 0);
    expect(refused).toBe(counted);
    expect(refused / asked.length).toBeLessThan(0.02);
    expect(Object.keys(expected.refused).length).toBeGreaterThanOrEqual(10);
  });
});

test('a shop that cannot be is refused, with the limit', () => {
  expect(() => generateShop({ seed: 1, orders: 0 })).toThrow('orders: must be from 1 to');
  expect(() => generateShop({ seed: 1, orders: 1, lines: 5 })).toThrow('lines: must be from 6');
});
