// Goal: no lot gets past quality: what it has not released is not available, however it is used up,
// given back, made again or held. Method: stories, and a real edge whose store is read again.
import { expect, test } from 'vitest';
import { templates } from '../statecharts/policy.ts';
import { contentsOf, openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { lots, m01, planning, shop } from './helpers/shop.ts';
import { play, type Step } from './helpers/story.ts';

const { batch } = templates;
const begun: Step[] = [[shop.release()], [shop.start()]];
const inspect = { inspect: true };
const made = (lot: string, body: object = inspect): Step[] => [
  [shop.produce(lot, { quantity: '100', ...body })],
];
const use = (lot: string) => shop.consume(lot, { material: 'BOLT', quantity: '1' });
const back = (lot: string) => lots.give(lot, { material: 'BOLT', quantity: '5' });
const waits = (lot: string): Step => [use(lot), `lot ${lot} is inProcess: no MaterialConsumed`];
const usedUp: Step[] = [...begun, ...made('L-1'), [lots.split('L-1', { 'L-2': '100' })]];
const flagged = 'accepted, unreleased';

const stories: [string, Step[]][] = [
  [
    'used up before it was released and given back: it waits for quality, until released',
    [...usedUp, [back('L-1'), flagged], waits('L-1'), [lots.release('L-1')], [use('L-1')]],
  ],
  [
    'used up by holds and given back: it waits for quality',
    [
      ...[...begun, ...made('L-1')],
      [lots.hold('H1', 'L-1')],
      [shop.dispose('H1', '100')],
      ...[[back('L-1'), flagged] satisfies Step, waits('L-1')],
    ],
  ],
  [
    'used up, given back and held: the end of the hold does not release it',
    [
      ...[...usedUp, [back('L-1'), flagged] satisfies Step],
      [lots.hold('H1', 'L-1')],
      [shop.free('H1')],
      waits('L-1'),
    ],
  ],
  [
    'used up after it was released and given back: it is free',
    [
      ...[...begun, ...made('L-1')],
      [lots.release('L-1')],
      [lots.split('L-1', { 'L-2': '100' })],
      [back('L-1')],
      [use('L-1')],
    ],
  ],
  [
    'used up and never to be inspected, and given back: it is free',
    [
      ...begun,
      ...made('L-1', {}),
      [lots.split('L-1', { 'L-2': '100' })],
      [back('L-1')],
      [use('L-1')],
    ],
  ],
  [
    'used up and not released: more of it is not used either',
    [...usedUp, [use('L-1'), 'lot L-1 is not released by quality']],
  ],
  [
    'used up and not released: what is made again without inspection waits with it',
    [
      ...usedUp,
      [shop.produce('L-1', { inspect: false }), flagged],
      waits('L-1'),
      [lots.release('L-1')],
      [use('L-1')],
    ],
  ],
  [
    'released, and made again to be inspected: the end of a hold does not release it',
    [
      ...[...begun, ...made('L-1')],
      [lots.release('L-1')],
      [shop.produce('L-1', inspect), flagged],
      waits('L-1'),
      [lots.hold('H1', 'L-1', '110')],
      [shop.free('H1')],
      waits('L-1'),
      [lots.release('L-1')],
      [use('L-1')],
    ],
  ],
  [
    'released, and made again to be inspected while it is held: it waits after the hold',
    [
      ...[...begun, ...made('L-1')],
      [lots.release('L-1')],
      [lots.hold('H1', 'L-1')],
      [shop.produce('L-1', inspect), flagged],
      [shop.free('H1')],
      waits('L-1'),
    ],
  ],
  [
    'a first return is of nothing: what was never here is not made available by it',
    [...begun, [back('L-9'), 'lot L-9 is planned: no MaterialReturned']],
  ],
];
test.each(stories)('%s', (_name, steps) => {
  const { came, should } = play(2, steps);
  expect(came).toEqual(should);
});

test('H11: a child of a lot that quality has not released is not released either', () => {
  const { came, should } = play(
    2,
    [
      ...begun,
      [shop.produce('L-1', { quantity: '100', inspect: true })],
      [lots.split('L-1', { 'L-2': '60' })],
      [use('L-2'), 'lot L-2 is inProcess: no MaterialConsumed'],
      [lots.release('L-1')],
      [use('L-1')],
      [use('L-2'), 'lot L-2 is inProcess: no MaterialConsumed'],
      [lots.hold('H1', 'L-2', '60')],
      [lots.release('L-2'), 'lot L-2 is restricted: no LotReleased'],
      [shop.free('H1')],
      [lots.release('L-2')],
      [use('L-2')],
    ],
    batch,
  );
  expect(came).toEqual(should);
});

const reopened: [string, Step[], object, string][] = [
  [
    'a production that counts again, not released',
    [
      ...begun,
      [shop.produce('L-1', inspect)],
      [shop.produce('L-1', inspect), 'accepted', 'p'],
      [planning.reverse('p'), 'accepted', 'u'],
      [lots.split('L-1', { 'L-2': '10' })],
    ],
    planning.reverse('u'),
    'inProcess',
  ],
  [
    'a use that was none, of a lot that was made again since',
    [
      ...[...begun, ...made('L-1')],
      [lots.release('L-1')],
      [use('L-1'), 'accepted', 'c'],
      [shop.produce('L-1', inspect), flagged],
      [lots.split('L-1', { 'L-2': '109' })],
    ],
    planning.reverse('c'),
    'inProcess',
  ],
  [
    'a use that was none, of a lot that is released',
    [
      ...[...begun, ...made('L-1')],
      [lots.release('L-1')],
      [use('L-1'), 'accepted', 'c'],
      [lots.split('L-1', { 'L-2': '99' })],
    ],
    planning.reverse('c'),
    'unrestricted',
  ],
];
test.each(reopened)('a reversal gives back %s', (_name, steps, reversal, state) => {
  const { came, should, book, ask } = play(1, steps, batch);
  expect(came).toEqual(should);
  expect(book.look('lot', 'L-1')).toMatchObject({ state: 'closed', quantity: 0n });
  expect(ask(reversal)).toBe(state === 'inProcess' ? flagged : 'accepted');
  expect(book.look('lot', 'L-1')?.state).toBe(state);
});

test('the store is read again, and each lot still waits', () => {
  const path = `${testFolder()}/edge.db`;
  const lines = [{ line: m01, lanes: 1, policy: batch }];
  const box = openBox(path, lines);
  box.time.nowMs = 1_000; // when all is said to be
  const ask = (given: object) => {
    const answer = box.decide(given);
    expect(outcome(answer)).toBe('accepted');
    return (answer as Extract<typeof answer, { status: 'accepted' }>).facts[0]!;
  };
  for (const [given] of usedUp) ask(given);
  expect(ask(back('L-1'))).toMatchObject({ flags: 'unreleased' });
  ask(shop.produce('L-3'));
  ask(lots.release('L-3'));
  const { eventId } = ask(use('L-3'));
  expect(ask(shop.produce('L-3'))).toMatchObject({ flags: 'unreleased' });
  ask(lots.split('L-3', { 'L-4': '19' }));
  expect(ask(planning.reverse(eventId))).toMatchObject({ flags: 'unreleased' });
  for (const lot of ['L-1', 'L-3']) expect(box.book.look('lot', lot)?.state).toBe('inProcess');
  const before = contentsOf(box);
  box.db.close();
  const again = openBox(path, lines);
  expect(again.roster.actor(m01).failure()).toBeUndefined();
  expect(contentsOf(again)).toEqual(before);
});
