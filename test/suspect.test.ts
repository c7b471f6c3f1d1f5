// H7: a hold that was placed elsewhere while this edge was cut off tells what was made meanwhile.
import { expect, test } from 'vitest';
import { planning, shop } from './helpers/shop.ts';
import { openStory } from './helpers/story.ts';

const million = 1_000_000n;
const next = { operation: '0020' };
const order = { order: 'WO-1' };

function shopAt9() {
  const story = openStory(2);
  const at = (atMs: number) => ({ atMs });
  for (const [given, eventId] of [
    [shop.release()],
    [shop.start()],
    [shop.phase('R1')],
    [shop.start(next)],
    [shop.phase('R2', { lane: 2 }, next)],
    [shop.report('R1', { good: '1' }, at(3_999))],
    [shop.report('R1', { good: '2', scrap: '9' }, at(4_000))],
    [shop.report('R2', { good: '4' }, { ...next, ...at(5_000) })],
    [shop.report('R1', { good: '8' }, at(6_000)), 'typo'],
    [shop.report('R1', { good: '16' }, at(6_000)), 'wrong'],
    [shop.report('R1', { good: '64' }, at(3_000)), 'before'],
    [planning.reverse('typo', at(7_000))],
    [planning.correct('wrong', '17', {}, at(7_000))],
    [planning.correct('before', '65', {}, at(7_000))],
  ] as [object, string?][]) {
    expect(story.ask(given, eventId)).toMatch(/^accepted/);
  }
  return story;
}

const holds: [string, object, bigint | undefined][] = [
  ['its operation', shop.hold('H1', 'operation', { ...order, operation: '0010' }), 19n],
  ['its order', shop.hold('H1', 'order', order), 23n],
  ['the line, of which nobody knows the orders', shop.hold('H1', 'line'), undefined],
];
test.each(holds)(
  'H7: good of %s since then is in doubt, as it stands now',
  (_name, given, good) => {
    const { ask, book } = shopAt9();
    const about = given as { body: object };
    const before = book.tally('order', 'WO-1').good;
    expect(ask({ ...about, atMs: 9_000, body: { ...about.body, sinceMs: 4_000 } })).toBe(
      'accepted',
    );
    expect(book.look('hold', 'H1')?.suspect).toBe(good === undefined ? undefined : good * million);
    expect(book.tally('order', 'WO-1').good).toBe(before);
  },
);

test('H7: a hold placed here, or not before now, puts nothing in doubt', () => {
  const { ask, book } = shopAt9();
  ask(shop.hold('H1', 'order', { ...order, atMs: 9_000 }));
  ask(shop.hold('H2', 'order', { ...order, atMs: 9_000 }, { sinceMs: 9_000 }));
  expect(book.look('hold', 'H1')).not.toHaveProperty('suspect');
  expect(book.look('hold', 'H2')).not.toHaveProperty('suspect');
});

test('H7: a release that came before its hold leaves nothing held', () => {
  const { ask, book } = shopAt9();
  expect(ask({ ...shop.free('H1'), actor: 'system:central' })).toBe('accepted');
  expect(ask(shop.hold('H1', 'order', order))).toBe('accepted');
  expect(book.look('hold', 'H1')).toMatchObject({ state: 'closed', outcome: 'HoldReleased' });
  expect(book.rows('held').size).toBe(0);
  expect(book.rows('timer').size).toBe(0);
});
