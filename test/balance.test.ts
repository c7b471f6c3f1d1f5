// Goal: Q9: whatever is reported of an operation is kept; what never came in is flagged; and no
// piece is invented or lost between what came in, what went out and what is in work.
// Method: stories at a real edge, told in flags and in the balance that its own page answers.
import { expect, test } from 'vitest';
import { buildHttp } from '../edge/http/http.ts';
import { readBalance } from '../edge/line/balance.ts';
import { openIntake } from '../edge/line/intake.ts';
import { decodeContent } from '../shared/codec.ts';
import { openBell } from '../shared/loop.ts';
import { openBox } from './helpers/box.ts';
import { openSide } from './helpers/central.ts';
import { fakeClock } from './helpers/clock.ts';
import { m01, m02, planning, quantityHold, shop } from './helpers/shop.ts';

const second = { operation: '0020' };
const third = { operation: '0030', line: m02 };
const operations = ['0010', '0020', '0030'].map((operation) => ({ operation, name: 'x' }));

/** An edge with order WO-1 over 10 pieces, all of its operations running: R1, R2 and R3. */
function openShop(release: object = { operations }) {
  const box = openBox();
  box.time.nowMs = 1_000; // when all is said to be
  const ids = new Map<string, string>();

  /** The flags of what is stated; it may be named, to be corrected later. */
  function flagsOf(given: object, name = ''): string {
    const answer = box.decide(given);
    if (answer.status !== 'accepted') return answer.reason;
    ids.set(name, answer.facts[0]!.eventId);
    return answer.facts[0]!.flags ?? '';
  }
  for (const given of [
    ...[shop.release({ quantity: '10', ...release }), shop.start(), shop.phase('R1')],
    ...[shop.start(second), shop.phase('R2', { lane: 2 }, second)],
    ...[shop.start(third), shop.phase('R3', {}, third)],
  ]) {
    expect(flagsOf(given)).toBe('');
  }

  return {
    ...{ box, flagsOf, id: (name: string) => ids.get(name)! },
    first: (body: object, name?: string) =>
      flagsOf(shop.report('R1', { good: '0', ...body }), name),
    next: (body: object, name?: string) =>
      flagsOf(shop.report('R2', { good: '0', ...body }, second), name),
    last: (body: object, name?: string) =>
      flagsOf(shop.report('R3', { good: '0', ...body }, third), name),

    /** "0020: 8 in, 5 good, 1 held, 2 wip", without what is nothing. */
    balance: () =>
      readBalance(box.book, 'WO-1').operations.map(({ operation, name: _, before: __, ...of }) => {
        const told = Object.entries(of).filter(([, amount]) => amount !== '0');
        return `${operation}: ${told.map(([what, amount]) => `${amount} ${what}`).join(', ')}`;
      }),
  };
}

test('Q9: what is in work is what came in, less all that was reported', () => {
  const { first, next, last, balance } = openShop();
  expect(first({ good: '6', scrap: '1', rework: '1', held: '1' })).toBe('');
  expect(next({ good: '3', scrap: '1' })).toBe('');
  expect(last({ good: '1.5' })).toBe('');
  expect(balance()).toEqual([
    '0010: 10 in, 6 good, 1 scrap, 1 rework, 1 held, 1 wip',
    '0020: 6 in, 3 good, 1 scrap, 2 wip',
    '0030: 3 in, 1.5 good, 1.5 wip',
  ]);
});

test('Q9: of overlapping operations the next is flagged until the former has reported', () => {
  const { first, next, last, balance } = openShop();
  expect(next({ good: '4' })).toBe('unbalanced');
  expect(next({})).toBe('');
  expect(balance()[1]).toBe('0020: 4 good, 4 over');
  expect(first({ good: '4' })).toBe('');
  expect(balance()[1]).toBe('0020: 4 in, 4 good');
  expect(last({ good: '4' })).toBe('');
  expect(last({ held: '0.000001' })).toBe('unbalanced');
  expect(balance()[2]).toBe('0030: 4 in, 4 good, 0.000001 held, 0.000001 over');
});

const parts = ['good', 'scrap', 'rework', 'held'];
test.each(parts)('Q9: more %s than came in is kept, flagged and told', (part) => {
  const { first, next, balance } = openShop();
  expect(first({ good: '5' })).toBe('');
  expect(next({ good: '4' })).toBe('');
  expect(next({ [part]: '1' })).toBe('');
  expect(next({ [part]: '2' })).toBe('unbalanced');
  expect(balance()[1]).toMatch(/^0020: 5 in, .*, 2 over$/);
});

test('Q9: scrap is not passed on', () => {
  const { first, next, balance } = openShop();
  first({ good: '5', scrap: '5' });
  expect(next({ good: '6' })).toBe('unbalanced');
  expect(balance().slice(0, 2)).toEqual([
    '0010: 10 in, 5 good, 5 scrap',
    '0020: 5 in, 6 good, 1 over',
  ]);
});

test('Q9: what is to be reworked is passed on when it comes out of the loop, once', () => {
  const { first, next, balance } = openShop();
  first({ good: '6', rework: '4' });
  expect(next({ good: '7' })).toBe('unbalanced');
  expect(first({ good: '2', scrap: '1', inRework: true })).toBe('');
  expect(balance().slice(0, 2)).toEqual([
    '0010: 10 in, 8 good, 1 scrap, 1 rework',
    '0020: 8 in, 7 good, 1 wip',
  ]);
  expect(first({ rework: '1', inRework: true })).toBe('');
  expect(balance()[0]).toBe('0010: 10 in, 8 good, 1 scrap, 1 rework');
  expect(first({ held: '1', inRework: true })).toBe('');
  expect(balance()[0]).toBe('0010: 10 in, 8 good, 1 scrap, 1 held');
});

test('Q9: good that comes back for rework is not new, and not counted twice', () => {
  const { first, next, balance } = openShop();
  first({ good: '10' });
  next({ good: '10' });
  expect(first({ good: '3', inRework: true })).toBe('');
  expect(next({ good: '3', inRework: true })).toBe('');
  expect(balance().slice(0, 2)).toEqual(['0010: 10 in, 10 good', '0020: 10 in, 10 good']);
  expect(next({ good: '1' })).toBe('beyondTolerance unbalanced');
});

const dispositions: [string, string][] = [
  ['useAsIs', '0010: 10 in, 8 good, 2 held'],
  ['scrap', '0010: 10 in, 4 good, 4 scrap, 2 held'],
  ['return', '0010: 10 in, 4 good, 4 scrap, 2 held'],
  ['rework', '0010: 10 in, 4 good, 4 rework, 2 held'],
];
test.each(dispositions)(
  'Q9: held pieces are passed on once quality lets them go: %s',
  (disposition, told) => {
    const { first, next, flagsOf, balance } = openShop();
    first({ good: '4', held: '6' });
    flagsOf(quantityHold('H1', '6'));
    expect(next({ good: '5' })).toBe('unbalanced');
    expect(flagsOf(shop.dispose('H1', '4', { disposition }))).toBe('');
    expect(balance()[0]).toBe(told);
    expect(flagsOf(shop.free('H1'))).toBe('');
    expect(balance()[0]).not.toContain('held');
    expect(next({ good: '1' })).toBe('');
  },
);

test('Q9: a correction resolves what was typed wrongly, and may be wrong itself', () => {
  const { first, next, flagsOf, id, balance } = openShop();
  first({ good: '2' });
  expect(next({ good: '3' }, 'typo')).toBe('unbalanced');
  const correct = (of: string, good: string, about = {}) =>
    planning.correct(id(of), good, {}, about);
  expect(flagsOf(correct('typo', '2', second), 'better')).toBe('');
  expect(balance()[1]).toBe('0020: 2 in, 2 good');
  expect(flagsOf(correct('better', '4', second), 'worse')).toBe('unbalanced');
  expect(flagsOf(planning.reverse(id('worse')))).toBe('');
  expect(balance()[1]).toBe('0020: 2 in, 2 good');
});

test('Q9: to reverse what the next operation has had is flagged; the reversal of it is not', () => {
  const { first, next, flagsOf, id, balance } = openShop();
  first({ good: '5' }, 'made');
  next({ good: '3' });
  expect(flagsOf(planning.reverse(id('made')), 'undo')).toBe('unbalanced');
  expect(balance()).toEqual(['0010: 10 in, 10 wip', '0020: 3 good, 3 over', '0030: 3 in, 3 wip']);
  expect(flagsOf(planning.reverse(id('undo')))).toBe('');
  expect(balance()[1]).toBe('0020: 5 in, 3 good, 2 wip');
});

test('Q9: at the first operation and without a routing, too much is over-completion', () => {
  const routed = openShop();
  expect(routed.first({ good: '10', scrap: '2' })).toBe('');
  expect(routed.balance()[0]).toBe('0010: 10 in, 10 good, 2 scrap, 2 over');
  expect(routed.box.status().orders[0]!.operations[0]!.unbalanced).toBeNull();
  const free = openShop({});
  expect(free.next({ good: '9' })).toBe('');
  expect(free.next({ good: '2' })).toBe('beyondTolerance');
  expect(free.balance()).toEqual([
    '0010: 10 in, 10 wip',
    '0020: 10 in, 11 good, 1 over',
    '0030: 10 in, 10 wip',
  ]);
});

test('Q9: the flag is no part of what is replayed; a late report has none', () => {
  const { box, first, next, flagsOf, balance } = openShop();
  first({ good: '1' });
  expect(next({ good: '2' })).toBe('unbalanced');
  const told = balance();
  box.roster.rebuild();
  expect(box.roster.actors.map((actor) => actor.failure())).toEqual([undefined, undefined]);
  expect(balance()).toEqual(told);
  flagsOf(shop.end('R1'));
  flagsOf(shop.end('R2', second));
  flagsOf(shop.end('R3', third));
  expect(flagsOf(shop.close())).toBe('');
  expect(next({ good: '9' })).toBe('late');
  expect(balance()).toEqual(told);
});

test('Q9: what is unbalanced is confirmed to the ERP like any other report', () => {
  const { box, next } = openShop();
  expect(next({ good: '4' })).toBe('unbalanced');
  const facts = [...box.store.history()].map(({ bytes }) => decodeContent(bytes));
  const side = openSide();
  side.note(m01, ...facts);
  expect(facts.at(-1)!.flags).toBe('unbalanced');
  expect(side.drain()).toMatchObject([{ kind: 'confirmation', operation: '0020', yield: '4' }]);
});

test('Q9: the page of the edge answers with the balance, and lists what is over', async () => {
  const { box, first, next } = openShop();
  first({ good: '1' });
  next({ good: '3' });
  const app = await buildHttp({
    ...{ intake: openIntake({ ...box, committed: () => {} }), status: box.status },
    ...{ clock: fakeClock(), changed: openBell(), signal: new AbortController().signal },
    balance: (order) => readBalance(box.book, order),
  });
  const read = async (order: string) =>
    (await app.inject(`/v1/orders/${encodeURIComponent(order)}/balance`)).json();
  const none = { good: '0', scrap: '0', rework: '0', held: '0', wip: '0', over: '0' };
  expect(await read('WO-1')).toEqual({
    ...{ order: 'WO-1', state: 'started', material: 'BOLT', quantity: '10', unit: 'EA' },
    operations: [
      { ...none, operation: '0010', name: 'x', before: null, in: '10', good: '1', wip: '9' },
      { ...none, operation: '0020', name: 'x', before: '0010', in: '1', good: '3', over: '2' },
      { ...none, operation: '0030', name: 'x', before: '0020', in: '3', wip: '3' },
    ],
  });
  const message = 'order: Ä/9 is unknown at this edge';
  expect(await read('A\u0308/9')).toEqual({ code: 'UNKNOWN', message });
  expect(box.status().orders[0]!.operations.map(({ unbalanced }) => unbalanced)).toEqual([
    null,
    '2',
    null,
  ]);
  await app.close();
});
