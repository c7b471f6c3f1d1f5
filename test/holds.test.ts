// Stories of quality: what each hold forbids, what it never stops, and how it ends.
import { describe, expect, test } from 'vitest';
import { m02, planning, quantityHold, shop } from './helpers/shop.ts';
import { openStory, play, type Step } from './helpers/story.ts';

const work = { order: 'WO-1', operation: '0010' };
const next = { operation: '0020' };
const wo2 = { order: 'WO-2' };
const lot = { lot: 'L-1' };
const measured = { quantity: '76', unit: 'EA' };
const fromCentral = (hold: string) => ({ ...shop.free(hold), actor: 'system:central' });
const running: Step[] = [[shop.release()], [shop.start()], [shop.phase('R1')]];

/** Everything that a hold may forbid, asked of a shop where nothing else forbids it. */
const asked = {
  'start the operation': shop.start(next),
  'start a run': shop.phase('R2', { lane: 2 }),
  'start a run of another order': shop.phase('R2', { lane: 2 }, wo2),
  'start a run at the other line': shop.phase('R2', {}, { line: m02 }),
  resume: shop.resume({ operation: '0030' }),
  complete: shop.complete({ operation: '0040' }),
  'start rework': shop.phase('R2', { lane: 2, rework: true }, { operation: '0050' }),
  'consume the lot': shop.consume('L-1', { material: 'BOLT' }),
  'consume another lot': shop.consume('L-2'),
  'close the order': shop.close('WO-3'),
  report: shop.report('R1'),
  'end a run': shop.end('R1'),
  pause: shop.pause(),
  'produce into the lot': shop.produce('L-1'),
};
type Asked = keyof typeof asked;

function shopWith(...holds: object[]) {
  const story = openStory(2);
  const steps = [
    ...running.map(([given]) => given),
    ...[shop.release({}, 'WO-2'), shop.start(wo2), shop.release({}, 'WO-3')],
    ...[shop.start({ operation: '0030' }), shop.pause({ operation: '0030' })],
    ...[shop.start({ operation: '0040' }), shop.start({ operation: '0050' })],
    ...[shop.complete({ operation: '0050' }), shop.produce('L-1')],
    ...holds,
  ];
  expect(steps.map((step) => story.ask(step))).toEqual(steps.map(() => 'accepted'));
  return story;
}

const everywhere: Asked[] = [
  'start the operation',
  'start a run',
  'resume',
  'complete',
  'start rework',
];
const forbids: [scope: string, hold: object, forbidden: Asked[]][] = [
  ['nothing', {}, []],
  ['H1: a quantity', quantityHold('H1', '76'), []],
  [
    'H2: the operation',
    shop.hold('H1', 'operation', work),
    ['start a run', 'start a run at the other line'],
  ],
  [
    'H2: the order',
    shop.hold('H1', 'order', { order: 'WO-1' }),
    [...everywhere, 'start a run at the other line'],
  ],
  ['the line', shop.hold('H1', 'line'), [...everywhere, 'start a run of another order']],
  ['a lot', shop.hold('H1', 'lot', lot, measured), ['consume the lot']],
  [
    'H6: an order before it starts',
    shop.hold('H1', 'order', { order: 'WO-3' }),
    ['close the order'],
  ],
];
describe.each(forbids)('%s is held', (_scope, hold, forbidden) => {
  test.each(Object.keys(asked) as Asked[])('%s', (name) => {
    const { ask } = shopWith(...('type' in hold ? [hold] : []));
    const came = ask(asked[name]);
    if (forbidden.includes(name)) expect(came).toMatch(/(held by H1|open holds: H1)$/);
    else expect(came).toBe('accepted');
  });
});

const stories: [string, Step[]][] = [
  [
    'H3: two holds at once are two; the same one twice is one',
    [
      ...running,
      [shop.end('R1')],
      [shop.hold('H1', 'operation', work)],
      [shop.hold('H2', 'order', { order: 'WO-1' }, { reason: 'wrong drawing' })],
      [shop.hold('H1', 'operation', work), 'hold H1 is active: no HoldPlaced'],
      [shop.complete(), 'operation 0010 of order WO-1 is held by H2, H1'],
      [shop.free('H2')],
      [shop.complete(), 'operation 0010 of order WO-1 is held by H1'],
      [shop.free('H1')],
      [shop.free('H1'), 'hold H1 is closed: no HoldReleased'],
      [shop.complete()],
    ],
  ],
  [
    'H5: 50 of 76 used, 26 scrapped, and not one more',
    [
      ...running,
      [quantityHold('H1', '76')],
      [shop.dispose('H1', '80'), 'hold H1 has only 76 undecided'],
      [shop.dispose('H1', '50', { disposition: 'useAsIs' })],
      [shop.dispose('H1', '26.000001'), 'hold H1 has only 26 undecided'],
      [shop.dispose('H1', '80'), 'hold H1 has only 26 undecided'],
      [shop.dispose('H1', '26', { unit: 'KG' }), 'hold H1 is measured in another unit'],
      [shop.dispose('H1', '26')],
      [shop.dispose('H1', '1'), 'hold H1 is closed: no HoldDispositioned'],
      [shop.free('H1'), 'hold H1 is closed: no HoldReleased'],
    ],
  ],
  [
    'a hold without a quantity is released, not disposed of',
    [
      [shop.hold('H1', 'line')],
      [shop.dispose('H1', '1'), 'hold H1 has no quantity: release it instead'],
      [shop.free('H1')],
    ],
  ],
  [
    'H6: an order with an open hold is not closed, and says which',
    [
      ...running,
      [shop.end('R1')],
      [shop.produce('L-1')],
      [quantityHold('H1', '5')],
      [shop.hold('H2', 'lot', lot, measured)],
      [shop.hold('H3', 'operation', work)],
      [shop.hold('H4', 'line')],
      [shop.close(), 'order WO-1 has open holds: H1, H2, H3'],
      [shop.dispose('H1', '5')],
      [shop.free('H2')],
      [shop.close(), 'order WO-1 has open holds: H3'],
      [shop.free('H3')],
      [shop.close()],
    ],
  ],
  [
    'H7: what ends before it began is refused from a person, and kept from central',
    [
      ...running,
      [shop.free('H1'), 'hold H1 is unknown: no HoldReleased'],
      [shop.dispose('H1', '1'), 'hold H1 is unknown: no HoldDispositioned'],
      [fromCentral('H1')],
      [fromCentral('H1'), 'hold H1 is releasedEarly: no HoldReleased'],
      [shop.hold('H1', 'operation', work)],
      [shop.phase('R2', { lane: 2 })],
      [shop.hold('H1', 'operation', work), 'hold H1 is closed: no HoldPlaced'],
      [shop.end('R1')],
      [shop.end('R2')],
      [shop.close()],
    ],
  ],
  [
    'H2: while it is held a run goes on to its end, and nothing else begins or is finished',
    [
      ...running,
      [shop.hold('H1', 'order', { order: 'WO-1' })],
      [shop.report('R1')],
      [shop.pause()],
      [shop.report('R1')],
      [shop.end('R1')],
      [shop.resume(), 'operation 0010 of order WO-1 is held by H1'],
      [shop.start(next), 'operation 0020 of order WO-1 is held by H1'],
      [shop.close(), 'order WO-1 has open holds: H1'],
      [planning.complete(), 'order WO-1 has open holds: H1'],
      [shop.free('H1')],
      [shop.resume()],
      [shop.phase('R2')],
      [shop.end('R2')],
      [shop.complete()],
      [planning.complete()],
      [shop.close()],
    ],
  ],
  [
    'a lot is free again after the last of its holds, also when it was held before it was seen',
    [
      ...running,
      [shop.hold('H1', 'lot', lot, measured)],
      [shop.hold('H2', 'lot', lot, measured)],
      [shop.consume('L-1'), 'the lot is held by H1, H2'],
      [shop.dispose('H1', '76')],
      [shop.consume('L-1'), 'the lot is held by H2'],
      [shop.free('H2')],
      [shop.consume('L-1')],
    ],
  ],
  [
    'a lot stays what it is: other material and other units are refused',
    [
      ...running,
      [shop.produce('L-1')],
      [shop.produce('L-1', { unit: 'KG' }), 'lot L-1 is of another material or unit'],
      [shop.consume('L-1', { material: 'NUT' }), 'lot L-1 is of another material or unit'],
      [shop.consume('L-9')],
      [shop.consume('L-9', { material: 'NUT' }), 'lot L-9 is of another material or unit'],
      [shop.produce('L-1')],
    ],
  ],
  [
    'material is consumed by what runs, not by what has not begun',
    [[shop.release()], [shop.consume('L-1'), 'order WO-1 is released: no MaterialConsumed']],
  ],
];
test.each(stories)('%s', (_name, steps) => {
  const { came, should } = play(2, steps);
  expect(came).toEqual(should);
});

test('a hold is forgotten nowhere and remembered nowhere', () => {
  const { ask, book } = shopWith(shop.hold('H1', 'lot', { ...lot, ...work }, measured));
  expect(book.look('lot', 'L-1')).toMatchObject({ state: 'restricted', order: 'WO-1' });
  expect([...book.rows('held')]).toEqual([
    ['in\nWO-1', ['H1']],
    ['lot\nL-1', ['H1']],
  ]);
  ask(shop.dispose('H1', '6'));
  expect(book.look('hold', 'H1')).toMatchObject({ state: 'active', remaining: 70_000_000n });
  ask(shop.dispose('H1', '70', { disposition: 'useAsIs' }));
  expect(book.rows('held').size).toBe(0);
  expect(book.look('lot', 'L-1')?.state).toBe('unrestricted');
  expect(book.look('hold', 'H1')).toMatchObject({ state: 'closed', remaining: 0n });
});
