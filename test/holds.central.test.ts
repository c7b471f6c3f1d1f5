// Goal: what central knows of a hold is a sum of facts. Method: every order of arrival (H7).
import { expect, test } from 'vitest';
import { holdMigrations, holdMigrations2, openHolds } from '../central/quality/holds.ts';
import type { Content, Fact } from '../shared/event.ts';
import { quantityText } from '../shared/quantity.ts';
import { stated } from './helpers/central.ts';
import { openMedium } from './helpers/medium.ts';
import { permutations } from './helpers/permutations.ts';

const { block, keep, hold, decide, free, letGo } = stated;
const line = 'acme/m1';

function heard(facts: readonly Content[]) {
  const db = openMedium(':memory:', [...holdMigrations, ...holdMigrations2]);
  const holds = openHolds(db);
  for (const fact of facts) holds.note({ ...fact, line, epoch: 1, sequence: 1 } as Fact);
  const rows = db.prepare('SELECT * FROM hold ORDER BY hold').all();
  const toBlock = quantityText(holds.toBlock('L'));
  const open = holds.openOn('WO-1');
  const forbidding = holds.forbidding('WO-1', '0010', line);
  db.close();
  return { rows, toBlock, open, forbidding };
}

const about = { lot: 'L', order: 'WO-1' };
const sets: [string, Content[], string, string[]][] = [
  [
    'a hold that is decided in parts, the rest released',
    [
      block('H1', 'L', '10', about),
      ...[decide('H1', 'useAsIs', '2'), decide('H1', 'scrap', '1'), decide('H1', 'rework', '1')],
      free('H1', '6'),
    ],
    '2',
    [],
  ],
  [
    'a release that does not say how much it frees',
    [block('H1', 'L', '10', about), decide('H1', 'scrap', '3'), free('H1')],
    '3',
    [],
  ],
  [
    'a hold decided in full',
    [block('H1', 'L', '4', about), decide('H1', 'useAsIs', '3'), decide('H1', 'return', '1')],
    '1',
    [],
  ],
  [
    'a hold that is still open in part',
    [block('H1', 'L', '4.5', about), decide('H1', 'useAsIs', '1.000001'), keep('H2', '2')],
    '3.499999',
    ['H1', 'H2'],
  ],
  [
    'a lot that its hold lets go: only what was condemned stays blocked',
    [
      ...[block('H1', 'L', '10', about), letGo('H1', 'L', 'K'), decide('H1', 'scrap', '3')],
      ...[decide('H1', 'useAsIs', '2'), letGo('H2', 'L')],
    ],
    '3',
    ['H1'],
  ],
  [
    'two holds of one lot and a decision on each',
    [
      ...[block('H1', 'L', '4', about), block('H2', 'L', '3', about)],
      ...[decide('H2', 'scrap', '3'), decide('H1', 'useAsIs', '4')],
    ],
    '3',
    [],
  ],
];

test.each(sets)('%s: the same in every order of arrival', (_name, facts, toBlock, open) => {
  const should = heard(facts);
  expect(should).toMatchObject({ toBlock, open });
  for (const order of permutations(facts)) expect(heard(order)).toEqual(should);
});

test('decisions without the placing hold nothing and block nothing', () => {
  const { rows, toBlock, open } = heard([decide('H1', 'scrap', '3'), free('H1', '7')]);
  expect(rows).toMatchObject([{ placed: 0, scope: null, is_open: 0 }]);
  expect({ toBlock, open }).toEqual({ toBlock: '0', open: [] });
});

const op = { order: 'WO-1', operation: '0010' };
test.each<[string, Content, boolean]>([
  ['the order', hold('H1', 'order', { order: 'WO-1' }), true],
  ['the operation', hold('H1', 'operation', op), true],
  ['pieces of the operation', keep('H1', '2'), true],
  ['the line', hold('H1', 'line'), true],
  ['another operation', hold('H1', 'operation', { ...op, operation: '0020' }), false],
  ['another order', hold('H1', 'order', { order: 'WO-2' }), false],
  ['a lot', block('H1', 'L', '2', about), false],
])('a hold on %s forbids receiving while it is open: %#', (_name, placed, forbids) => {
  expect(heard([placed]).forbidding).toEqual(forbids ? ['H1'] : []);
  expect(heard([placed, free('H1')]).forbidding).toEqual([]);
});

test('a hold on another line forbids nothing here', () => {
  const db = openMedium(':memory:', [...holdMigrations, ...holdMigrations2]);
  const holds = openHolds(db);
  const elsewhere = { ...hold('H1', 'line'), line: 'acme/m2', epoch: 1, sequence: 1 } as Fact;
  holds.note(elsewhere);
  expect(holds.forbidding('WO-1', '0010', line)).toEqual([]);
  expect(holds.forbidding('WO-1', '0010', 'acme/m2')).toEqual(['H1']);
  db.close();
});

test('pieces that are all decided forbid no longer, also in parts', () => {
  const parts = [keep('H1', '3'), decide('H1', 'scrap', '1')];
  expect(heard(parts).forbidding).toEqual(['H1']);
  expect(heard([...parts, decide('H1', 'rework', '2')]).forbidding).toEqual([]);
});
