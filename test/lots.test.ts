// Stories of lots: nothing is made or lost by splitting and merging, a hold follows the material
// into whatever is made of it, through every order.
import { expect, test } from 'vitest';
import { descendants } from '../statecharts/genealogy.ts';
import fc from './helpers/check.ts';
import { lots, quality, shop } from './helpers/shop.ts';
import { openStory, play, type Step } from './helpers/story.ts';

const million = 1_000_000n;
const wo2 = { order: 'WO-2' };
const begun: Step[] = [
  [shop.release()],
  [shop.start()],
  [shop.release({}, 'WO-2')],
  [shop.start(wo2)],
];
const hundred: Step[] = [...begun, [shop.produce('L-1', { quantity: '100' })]];
const split: Step[] = [...hundred, [lots.split('L-1', { 'L-2': '60', 'L-3': '40' })]];
const use = (lot: string, quantity = '1', about = {}) =>
  shop.consume(lot, { material: 'BOLT', quantity }, about);
const held = (lot: string, ...holds: string[]): Step => [
  use(lot),
  `the lot is held by ${holds.join(', ')}`,
];

const letGo = 'hold H1 can let go only lots that it holds, and not the last one';
const stories: [string, Step[]][] = [
  [
    'H11: a hold on the parent reaches both children, and letting one go does not free the other',
    [
      ...split,
      [lots.hold('H1', 'L-1')],
      held('L-2', 'H1'),
      held('L-3', 'H1'),
      [quality.reduce('H1', 'L-9'), letGo],
      [quality.reduce('H1', 'L-2')],
      [use('L-2')],
      held('L-3', 'H1'),
      [quality.reduce('H1', 'L-2'), letGo],
      [shop.free('H1')],
      [use('L-3')],
    ],
  ],
  [
    'H11: a lot split while it is held gives its hold to the children',
    [
      ...hundred,
      [lots.hold('H1', 'L-1')],
      [lots.split('L-1', { 'L-2': '60' })],
      [lots.hold('H2', 'L-2')],
      held('L-2', 'H1', 'H2'),
      [shop.free('H1')],
      held('L-2', 'H2'),
      [use('L-1')],
      [quality.cancel('H2')],
      [use('L-2')],
    ],
  ],
  [
    'H11: a hold ends also when nothing is left of its lot, which was split while it was held',
    [
      ...hundred,
      [lots.hold('H1', 'L-1')],
      [lots.split('L-1', { 'L-2': '60', 'L-3': '40' })],
      [shop.produce('L-1', { quantity: '5' })],
      held('L-1', 'H1'),
      held('L-3', 'H1'),
      [shop.free('H1')],
      [use('L-1')],
      [use('L-3')],
    ],
  ],
  [
    'H11: more than there is, or another unit, is not split off',
    [
      ...hundred,
      [lots.split('L-1', { 'L-2': '60', 'L-3': '40.000001' }), 'lot L-1 has not that much'],
      [lots.split('L-1', { 'L-2': '60', 'L-3': '50' }), 'lot L-1 has not that much'],
      [lots.split('L-1', { 'L-2': '60' }, 'KG'), 'lot L-1 is of another material or unit'],
      [lots.split('L-9', { 'L-2': '60' }), 'lot L-9 is planned: no LotSplit'],
      [lots.hold('H1', 'L-8')],
      [lots.split('L-8', { 'L-2': '60' }), 'lot L-8 has not that much'],
      [lots.split('L-1', { 'L-2': '60' })],
      [lots.split('L-1', { 'L-3': '41' }), 'lot L-1 has not that much'],
      [lots.split('L-1', { 'L-3': '40' })],
      [lots.split('L-1', { 'L-4': '1' }), 'lot L-1 is closed: no LotSplit'],
    ],
  ],
  [
    'H11: held and free are not merged, nor is anything merged into what is held',
    [
      ...split,
      [shop.produce('L-4')],
      [lots.hold('H1', 'L-2', '60')],
      [lots.merge('L-9', { 'L-2': '60', 'L-3': '40' }), 'lot L-2 is restricted: no LotGiven'],
      [lots.merge('L-2', { 'L-3': '40' }), 'lot L-2 is restricted: no LotReceived'],
      [shop.free('H1')],
      [lots.merge('L-9', { 'L-2': '60', 'L-3': '40' })],
      [lots.split('L-2', { 'L-8': '1' }), 'lot L-2 is closed: no LotSplit'],
      [use('L-9', '100')],
    ],
  ],
  [
    'H11: other material and other units are not merged',
    [
      ...hundred,
      [shop.produce('NUT-1', { material: 'NUT' })],
      [shop.produce('KG-1', { unit: 'KG' })],
      [lots.merge('L-9', { 'L-1': '1', 'NUT-1': '1' }), 'lot NUT-1 is of another material or unit'],
      [lots.merge('L-9', { 'L-1': '1', 'KG-1': '1' }), 'lot KG-1 is of another material or unit'],
      [
        lots.merge('L-9', { 'L-1': '1' }, { material: 'NUT' }),
        'lot L-1 is of another material or unit',
      ],
      [lots.merge('NUT-1', { 'L-1': '1' }), 'lot NUT-1 is of another material or unit'],
    ],
  ],
  [
    'H11: what is merged was there, also when a parent is named twice',
    [
      ...split,
      [lots.merge('L-9', { 'L-2': '60.1' }), 'lot L-2 has not that much'],
      [
        {
          ...lots.merge('L-9', {}),
          body: {
            parents: ['40', '40'].map((quantity) => ({ lot: 'L-2', quantity })),
            ...{ material: 'BOLT', unit: 'EA' },
          },
        },
        'lot L-2 has not that much',
      ],
    ],
  ],
  [
    'H11: no lot comes from itself, however far round',
    [
      ...split,
      [lots.split('L-2', { 'L-2': '1' }), 'lot L-2 would come from itself'],
      [lots.split('L-2', { 'L-1': '1' }), 'lot L-2 would come from itself'],
      [lots.split('L-2', { 'L-4': '10' })],
      [lots.merge('L-2', { 'L-4': '10' }), 'lot L-4 would come from itself'],
      [lots.merge('L-3', { 'L-3': '10' }), 'lot L-3 would come from itself'],
      [use('L-4', '10', wo2)],
      [shop.produce('L-5', {}, wo2)],
      [lots.merge('L-2', { 'L-5': '10' }), 'lot L-5 would come from itself'],
    ],
  ],
  [
    'H11: what is made of a lot is held with it, through every order, and so is what comes later',
    [
      ...begun,
      [shop.consume('STEEL-1')],
      [shop.produce('L-2')],
      [use('L-2', '1', wo2)],
      [shop.produce('L-3', {}, wo2)],
      [lots.hold('H1', 'STEEL-1', '10')],
      [shop.consume('STEEL-1'), 'the lot is held by H1'],
      held('L-2', 'H1'),
      held('L-3', 'H1'),
      [shop.produce('L-4', {}, wo2)],
      [shop.produce('L-5')],
      held('L-4', 'H1'),
      held('L-5', 'H1'),
      [shop.free('H1')],
      [use('L-3'), 'accepted'],
      [use('L-5'), 'accepted'],
    ],
  ],
  [
    'more is consumed than was there: the pieces exist, and a person should know',
    [
      ...hundred,
      [use('L-1', '100')],
      [use('L-1'), 'accepted, overConsumed'],
      [shop.consume('STEEL-1', { quantity: '1000' })],
      [lots.give('STEEL-1')],
    ],
  ],
];
test.each(stories)('%s', (_name, steps) => {
  const { came, should } = play(2, steps);
  expect(came).toEqual(should);
});

test('H11: 100 are 60 and 40, nothing is left of the parent, and both know it', () => {
  const { book } = play(2, split);
  expect(book.look('lot', 'L-1')).toMatchObject({ state: 'closed', quantity: 0n });
  const child = { state: 'unrestricted', material: 'BOLT', unit: 'EA', order: 'WO-1' };
  expect(book.look('lot', 'L-2')).toMatchObject({ ...child, quantity: 60n * million });
  expect(book.look('lot', 'L-3')).toMatchObject({ ...child, quantity: 40n * million });
});

test('H11: of lots that expire at different times, the earliest counts', () => {
  const { book, came, should } = play(2, [
    ...begun,
    [shop.produce('L-1', { expiryMs: 3_000 })],
    [shop.produce('L-2', { expiryMs: 2_000 })],
    [shop.produce('L-3')],
    [lots.merge('L-9', { 'L-1': '5', 'L-2': '5', 'L-3': '5' })],
    [lots.split('L-2', { 'L-4': '1' })],
  ]);
  expect(came).toEqual(should);
  expect(book.look('lot', 'L-9')).toMatchObject({ expiryMs: 2_000, quantity: 15n * million });
  expect(book.look('lot', 'L-4')).toMatchObject({ expiryMs: 2_000 });
});

const names = ['A', 'B', 'C', 'D', 'E'];
const name = fc.constantFrom(...names);
const amount = fc.integer({ min: 1, max: 60 }).map(String);
const parts = fc.dictionary(name, amount, { minKeys: 1, maxKeys: 3 });
const moves = fc.oneof(
  fc.tuple(name, parts).map(([lot, children]) => lots.split(lot, children)),
  fc.tuple(name, parts).map(([lot, parents]) => lots.merge(lot, parents)),
);

test('H11: whatever is split and merged, the sum stays, and nothing is less than nothing', () => {
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 30 }), (steps) => {
      const { ask, book } = openStory(2);
      for (const [given] of hundred) ask(given);
      ask(lots.split('L-1', { A: '70', B: '30' }));
      for (const step of steps) ask(step);
      const left = [...book.rows('lot').values()].map(({ quantity }) => quantity ?? 0n);
      expect(left.reduce((sum, one) => sum + one, 0n)).toBe(100n * million);
      expect(left.every((one) => one >= 0n)).toBe(true);
      for (const lot of names) expect(descendants(book.look, lot)).not.toContain(lot);
    }),
  );
});
