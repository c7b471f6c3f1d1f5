// Goal: what an edge may forget of a closed order, and what a hold must still be able to reach.
// Method: a small shop's book, asked which of its closed orders may leave and what goes with them.
import { expect, test } from 'vitest';
import { leaving } from '../statecharts/leaving.ts';
import { openBox, outcome } from './helpers/box.ts';
import { command, shop } from './helpers/shop.ts';

/** A box after these commands, all accepted, and what may leave of these orders. */
function after(commands: readonly object[], ...orders: string[]) {
  const box = openBox();
  for (const asked of commands) expect(outcome(box.decide(asked))).toBe('accepted');
  const { orders: gone, changes } = leaving(box.book, new Set(orders));
  const rows = changes
    .filter(({ table }) => table !== 'link')
    .map(({ table, key }) => `${table} ${key.replaceAll('\n', ' ')}`);
  return { gone: [...gone].sort(), rows: rows.sort(), changes };
}

const on = (order: string) => ({ order });
/** An order that uses up a lot, or some of one, and makes another. */
const made = (order: string, from: string, quantity: string, into: string) => [
  ...[shop.release({}, order), shop.start(on(order))],
  shop.consume(from, { quantity, material: from === 'L1' ? 'BOLT' : 'STEEL' }, on(order)),
  shop.produce(into, {}, on(order)),
  shop.close(order),
];

test('an order without lots leaves with its operations and its labour', () => {
  const { gone, rows } = after(
    [
      ...[shop.release(), shop.start(), shop.phase('R1'), shop.staff('R1', ['person:1'])],
      ...[shop.report('R1'), shop.end('R1'), shop.close()],
      shop.release({}, 'WO-2'),
    ],
    'WO-1',
  );
  expect(gone).toEqual(['WO-1']);
  expect(rows).toEqual(['labour WO-1 0010 person:1', 'operation WO-1 0010', 'order WO-1']);
});

test('an order that is not closed stays, whoever asks', () => {
  expect(after([shop.release(), shop.start()], 'WO-1').gone).toEqual([]);
});

test('an order stays while anything is left of what was made of it, also by other orders', () => {
  const first = made('WO-1', 'S1', '10', 'L1');
  expect(after(first, 'WO-1').gone).toEqual([]);
  const second = made('WO-2', 'L1', '10', 'L2');
  expect(after([...first, ...second], 'WO-1', 'WO-2').gone).toEqual([]);
  const used = [
    ...[shop.release({}, 'WO-3'), shop.start(on('WO-3'))],
    shop.consume('L2', { material: 'BOLT' }, on('WO-3')),
  ];
  // All is used up, but the order that has used it is open: a hold must still reach that.
  expect(after([...first, ...second, ...used], 'WO-1', 'WO-2').gone).toEqual([]);
  const all = [...first, ...second, ...used, shop.close('WO-3')];
  const { gone, rows, changes } = after(all, 'WO-1', 'WO-2', 'WO-3');
  expect(gone).toEqual(['WO-1', 'WO-2', 'WO-3']);
  expect(rows.filter((row) => row.startsWith('lot'))).toEqual(['lot L1', 'lot L2', 'lot S1']);
  expect(changes.filter(({ table }) => table === 'link')).toHaveLength(5);
  // One that is closed and not old enough keeps what leads to it.
  expect(after(all, 'WO-1', 'WO-2').gone).toEqual([]);
});

test('a lot that another order has used too stays without the order that leaves', () => {
  const { rows } = after(
    [
      ...[shop.release(), shop.start(), shop.consume('S1'), shop.close()],
      ...[shop.release({}, 'WO-2'), shop.start(on('WO-2')), shop.consume('S1', {}, on('WO-2'))],
    ],
    'WO-1',
  );
  expect(rows).toEqual(['operation WO-1 0010', 'order WO-1']);
});

test('what quality has to do in an order keeps it; what it has ended goes with it', () => {
  const ask = command('RequestInspection', on('WO-1'), { inspection: 'I1', reason: 'first piece' });
  const record = command(
    'RecordInspection',
    {},
    { inspection: 'I1', result: 'passed', characteristics: [] },
  );
  const work = [shop.release(), shop.start(), ask];
  expect(after([...work, shop.close()], 'WO-1').gone).toEqual([]);
  const hold = shop.hold('H1', 'order', on('WO-1'));
  const ended = [...work, record, hold, shop.free('H1'), shop.close()];
  const { gone, rows } = after(ended, 'WO-1');
  expect(gone).toEqual(['WO-1']);
  expect(rows).toEqual(['hold H1', 'inspection I1', 'operation WO-1 0010', 'order WO-1']);
});
