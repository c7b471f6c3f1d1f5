// Goal: what quality decides reaches stock, whatever arrives first.
// Method: central's real tables; every case small enough to be read. The search is in gate.model.
import { expect, test } from 'vitest';
import { earlyReason } from '../central/posting/planner.ts';
import { answer, m1, only, other, qc, refused, stated, told, unknown } from './helpers/central.ts';

const { release, report, produce, consume, block, blockAll, keep, hold, decide, free } = stated;

test.each(['order', 'operation', 'line'] as const)(
  'a decision that does not say its order frees what a hold on the %s held back',
  (scope) => {
    const about = {
      order: { order: 'WO-1' },
      operation: { order: 'WO-1', operation: '0010' },
      line: {},
    };
    const side = told(release(), hold('H1', scope, about[scope]), produce('L', '5'));
    expect(side.drain()).toEqual([]);
    expect(side.rows()[0]).toMatchObject({ state: 'held', reason: 'held by H1' });
    side.note(qc, free('H1'));
    expect(side.drain()).toMatchObject([{ kind: 'goodsReceipt', blocked: '0' }]);
  },
);

test('decisions that come before the hold are carried out once it is known (H7)', () => {
  const side = told(release(), produce('L', '10'), report('1', { held: '4' }));
  side.drain();
  side.note(qc, decide('H1', 'scrap', '2'), free('H1', '1'), decide('H2', 'useAsIs', '3'));
  expect(side.drain()).toEqual([]);
  expect(side.postings.counts().unposted).toContainEqual({ reason: earlyReason, facts: 3 });
  expect(side.postings.settled(qc, 3)).toEqual({ settled: 3, waiting: [1, 2, 3] });
  side.note(m1, block('H1', 'L', '3', { order: 'WO-1', lot: 'L' }), keep('H2', '4'));
  expect(side.drain()).toMatchObject([
    { kind: 'blockStock', quantity: '2' },
    { kind: 'scrapStock', quantity: '2' },
    { kind: 'confirmation', order: 'WO-1', operation: '0010', yield: '3' },
  ]);
  expect(side.postings.counts().unposted.map(({ reason }) => reason)).not.toContain(earlyReason);
  expect(side.postings.settled(qc, 3)).toEqual({ settled: 3, waiting: [] });
});

test('pieces whose hold is released are confirmed as good, if the release says how many', () => {
  const side = told(release(), keep('H1', '5'), decide('H1', 'rework', '2'), free('H1', '3'));
  expect(side.drain()).toMatchObject([{ rework: '2' }, { yield: '3' }]);
});

test('scrap waits until enough of the lot is in blocked stock, and parks nothing', () => {
  const side = told(
    release(),
    produce('L', '4'),
    block('H1', 'L', '6'),
    decide('H1', 'scrap', '6'),
  );
  expect(side.drain()).toMatchObject([{ kind: 'goodsReceipt', blocked: '4' }]);
  expect(side.rows().at(-1)).toMatchObject({
    state: 'deferred',
    reason: 'waits: only 4 of the lot is in blocked stock',
  });
  side.note(m1, report('1'), produce('L', '3'));
  expect(side.drain()).toMatchObject([
    { kind: 'confirmation' },
    { kind: 'goodsReceipt', blocked: '2' },
    { kind: 'scrapStock', quantity: '6' },
  ]);
});

test('a block finds its lot when the lot is heard of, also in the lane of another order', () => {
  const side = told(block('H1', 'S', '5', { lot: 'S', ...other }), release(), consume('S', '2'));
  expect(side.drain().map(({ kind, material, unit }) => [kind, material, unit])).toEqual([
    ['goodsIssue', 'STEEL', 'EA'],
    ['blockStock', 'STEEL', 'EA'],
  ]);
});

test('what an order made is not drawn by another one before it is received', () => {
  const side = told(release(), release('WO-2'), hold('H1', 'order', { order: 'WO-1' }));
  side.note(m1, produce('L', '5'), consume('L', '2', other));
  expect(side.drain()).toEqual([]);
  expect(side.rows()[1]).toMatchObject({
    state: 'deferred',
    reason: 'waits for the receipt of the lot',
  });
  side.note(qc, free('H1'));
  expect(side.drain().map(({ kind }) => kind)).toEqual(['goodsReceipt', 'goodsIssue']);
});

test('orders that draw from one lot do not wait for each other', () => {
  const side = told(release(), consume('S', '1'), release('WO-2'), consume('S', '2', other));
  const tasks = side.next();
  expect(tasks.map(({ lane }) => lane)).toEqual(['WO-1', 'WO-2']);
  side.postings.settle(tasks[0]!.posting.key, unknown);
  side.post(tasks[1]!);
  side.note(m1, consume('S', '3', other));
  expect(only(side.next()).posting.quantity).toBe('3');
});

/** L of WO-1 was received, S that it was made of is held since. */
function reached() {
  const side = told(release(), consume('S', '1'), produce('L', '4'));
  side.drain();
  side.note(qc, blockAll('H1', 'S'));
  return side;
}

test('what was made of a held lot goes into blocked stock as a whole, and out when it ends', () => {
  const side = reached();
  expect(side.drain()).toMatchObject([{ kind: 'blockStock', lot: 'L', quantity: '4', unit: 'EA' }]);
  side.note(m1, produce('L', '2'), consume('L', '1', other), release('WO-2'));
  expect(side.drain()).toEqual([]);
  expect(side.rows().slice(-2)).toMatchObject([
    { kind: 'goodsReceipt', state: 'held', reason: 'held by H1' },
    { kind: 'goodsIssue', state: 'deferred', reason: 'waits for the receipt of the lot' },
  ]);
  side.note(qc, free('H1'));
  const posted = side.drain();
  side.time.nowMs += 1_000; // documents of one lot wait for each other
  posted.push(...side.drain());
  const out = posted.map(({ kind, quantity }) => `${kind} ${quantity}`).sort();
  expect(out).toEqual(['goodsIssue 1', 'goodsReceipt 2', 'unblockStock 4']);
  expect(side.states().filter((text) => !/posted|void/.test(text))).toEqual([]);
});

test('a second hold on the same lot plans nothing more, and keeps it blocked', () => {
  const side = reached();
  side.drain();
  side.note(qc, blockAll('H2', 'S'), free('H1'));
  expect(side.drain()).toEqual([]);
  expect(side.states().filter((text) => /lockStock/.test(text))).toEqual([
    'blockStock posted',
    'unblockStock void',
  ]);
  side.note(qc, free('H2'));
  expect(side.drain()).toMatchObject([{ kind: 'unblockStock', quantity: '4' }]);
});

test('a receipt of which only a person knows whether it is there is blocked when it is', () => {
  const side = told(release(), consume('S', '1'), produce('L', '4'));
  side.post(only(side.next()));
  const { key } = answer(side, refused).posting;
  side.note(qc, blockAll('H1', 'S'));
  expect(side.drain()).toEqual([]);
  expect(side.rows().at(-1)).toMatchObject({
    ...{ kind: 'blockStock', state: 'deferred', reason: 'waits for a parked document of the lot' },
  });
  side.postings.decide(key, 'Settle', { document: 'D9', reason: 'posted by hand' });
  expect(side.drain()).toMatchObject([{ kind: 'blockStock', quantity: '4' }]);
});

test('a hold that reaches many lots is one fact to wait for', () => {
  const lots = Array.from({ length: 20 }, (_, at) => `L-${at}`);
  const side = told(release(), consume('S', '1'), ...lots.map((lot) => produce(lot, '1')));
  side.drain();
  side.note(qc, blockAll('H1', 'S'));
  for (const task of side.next()) side.postings.settle(task.posting.key, refused);
  expect(side.states().filter((text) => text === 'blockStock parked')).toHaveLength(20);
  expect(side.postings.settled(qc, 1)).toEqual({ settled: 1, waiting: [1] });
});
