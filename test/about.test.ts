// Goal: a decision counts where its hold, its inspection or its nonconformance belongs, and nowhere
// else. Method: decisions that name nothing, the same or another, at a real edge and at central.
import { describe, expect, test } from 'vitest';
import { decodeContent } from '../shared/codec.ts';
import { type Policy, templates } from '../statecharts/policy.ts';
import { contentsOf, openBox, outcome } from './helpers/box.ts';
import { m1, openSide, qc, stated } from './helpers/central.ts';
import { command, lots, m01, quality, quantityHold, shop } from './helpers/shop.ts';

const op = { order: 'WO-1', operation: '0010' };
const reviewing: Policy = { ...templates.discrete, review: true };
const second = { actor: 'person:2' };

function openEdge(policy: Policy = templates.discrete) {
  const box = openBox(':memory:', [{ line: m01, lanes: 2, policy }]);
  const ask = (given: object) => outcome(box.decide(given));
  for (const given of [shop.release(), shop.start(), shop.release({}, 'WO-2')]) {
    expect(ask(given)).toBe('accepted');
  }
  const last = () => decodeContent([...box.store.history()].at(-1)!.bytes);
  const facts = (order: string) => box.book.tally('order', order).facts;
  return { ...box, ask, last, facts };
}

const timed = { escalateMs: 1_000, remindMs: 1_000 };
const due = (type: 'EscalateHold' | 'RemindOfHold', more = {}) =>
  command(type, { actor: 'system:timer' }, { hold: 'H1', occurrence: 1, ...more });
const nonconformance = (type: 'Raise' | 'Review' | 'Close', about: object, body: object) =>
  command(`${type}Nonconformance`, about, { nonconformance: 'N1', ...body });
const review = nonconformance('Review', {}, { finding: 'worn' });
const onLot = { ...op, lot: 'L-1' };

/** What was stated before, a decision on it that names nothing, and what it is about. */
const decisions: [string, Policy, object[], object, object][] = [
  ['HoldReviewStarted', reviewing, [], quality.review('H1'), op],
  ['DispositionProposed', reviewing, [quality.review('H1')], quality.propose('H1'), op],
  ...(['withdraw', 'reject'] as const).map((name): (typeof decisions)[number] => [
    name === 'withdraw' ? 'DispositionWithdrawn' : 'DispositionRejected',
    reviewing,
    [quality.review('H1'), quality.propose('H1')],
    quality[name]('H1'),
    op,
  ]),
  [
    'DispositionApproved',
    reviewing,
    [quality.review('H1'), quality.propose('H1')],
    quality.approve('H1', second),
    op,
  ],
  ['HoldDispositioned', templates.discrete, [], shop.dispose('H1', '5'), op],
  ['HoldReleased', templates.discrete, [], shop.free('H1'), op],
  ['HoldCancelled', templates.discrete, [], quality.cancel('H1'), op],
  ['HoldEscalated', templates.discrete, [], due('EscalateHold'), op],
  ['HoldReminded', templates.discrete, [], due('RemindOfHold', { missed: 0 }), op],
  [
    'HoldReduced',
    templates.discrete,
    [shop.produce('L-1'), lots.split('L-1', { 'L-2': '5' }), lots.hold('H2', 'L-1', '10')],
    quality.reduce('H2', 'L-2'),
    { order: 'WO-1', lot: 'L-1' },
  ],
  [
    'InspectionRecorded',
    templates.discrete,
    [quality.inspect('I1', onLot)],
    quality.found('I1', 'passed'),
    onLot,
  ],
  [
    'InspectionCancelled',
    templates.discrete,
    [quality.inspect('I1', op)],
    command('CancelInspection', {}, { inspection: 'I1', reason: 'typo' }),
    op,
  ],
  [
    'NonconformanceReviewed',
    templates.discrete,
    [nonconformance('Raise', onLot, { reason: 'crack' })],
    review,
    onLot,
  ],
  [
    'NonconformanceClosed',
    templates.discrete,
    [nonconformance('Raise', op, { reason: 'crack' }), review],
    nonconformance('Close', {}, { reason: 'mended' }),
    op,
  ],
];
const under = (given: object, about: object) => {
  const { commandId } = given as { commandId: string };
  return { ...given, ...about, commandId: `${commandId}-${JSON.stringify(about)}` };
};

describe.each(decisions)('%s', (type, policy, before, given, about) => {
  function standing() {
    const edge = openEdge(policy);
    const held = quantityHold('H1', '8');
    expect(edge.ask({ ...held, body: { ...held.body, ...timed } })).toBe('accepted');
    edge.time.nowMs += 1_000;
    for (const one of before) expect(edge.ask(one)).toBe('accepted');
    return edge;
  }
  const names = Object.keys(about) as (keyof typeof about)[];

  test('that names nothing is about the same, and counts there', () => {
    const edge = standing();
    const facts = edge.facts('WO-1');
    expect(edge.ask(given)).toBe('accepted');
    expect(edge.last()).toMatchObject({ type, ...about });
    expect(Object.keys(edge.last())).toEqual(expect.arrayContaining(names));
    expect([edge.facts('WO-1'), edge.facts('WO-2')]).toEqual([facts + 1, 1]);
    const told = contentsOf(edge);
    edge.roster.rebuild();
    expect(edge.roster.actor(m01).failure()).toBeUndefined();
    expect(contentsOf(edge)).toEqual(told);
  });

  test('that names the same is accepted', () => {
    expect(standing().ask(under(given, about))).toBe('accepted');
  });

  test('that names another is refused, by both names', () => {
    const edge = standing();
    const { order } = about as { order: string };
    const { operation, lot } = about as { operation?: string; lot?: string };
    const own = (kind: string, id?: string) => (id === undefined ? `no ${kind}` : `${kind} ${id}`);
    const others: [object, string][] = [
      [{ order: 'WO-2' }, `is about order ${order}, not WO-2`],
      [{ order, operation: '0099' }, `is about ${own('operation', operation)}, not 0099`],
      [{ order, lot: 'L-7' }, `is about ${own('lot', lot)}, not L-7`],
    ];
    for (const [other, why] of others) {
      expect(edge.ask(under(given, other))).toMatch(
        new RegExp(`^REFUSED (hold H\\d|inspection I1|nonconformance N1) ${why}$`),
      );
    }
    expect(edge.facts('WO-2')).toBe(1);
    expect(edge.ask(given)).toBe('accepted');
  });
});

test('a hold on a line is about no order', () => {
  const { ask } = openEdge();
  ask(shop.hold('H1', 'line'));
  const refused = 'REFUSED hold H1 is about no order, not WO-2';
  expect(ask(under(shop.free('H1'), { order: 'WO-2' }))).toBe(refused);
  expect(ask(shop.free('H1'))).toBe('accepted');
});

test('H7: a release that comes before its hold is about what it names', () => {
  const { ask, last, facts } = openEdge();
  const early = { ...shop.free('H1'), order: 'WO-2', actor: 'system:central' };
  expect(ask(early)).toBe('accepted');
  expect(last()).toMatchObject({ order: 'WO-2' });
  expect(facts('WO-2')).toBe(2);
  expect(ask(quantityHold('H1', '8'))).toBe('accepted');
});

const scrapped = stated.decide('H1', 'scrap', '4', { ...op, order: 'WO-2', lot: 'L-9' });
const placed = {
  pieces: stated.keep('H1', '4', { operation: '0030' }),
  'a lot': stated.block('H1', 'L-1', '4', { order: 'WO-1' }),
};
const documents = {
  pieces: { kind: 'confirmation', order: 'WO-1', operation: '0030', scrap: '4' },
  'a lot': { kind: 'scrapStock', order: 'WO-1', lot: 'L-1', quantity: '4' },
};
test.each(['pieces', 'a lot'] as const)('central posts an older decision on %s there', (held) => {
  for (const facts of [
    [placed[held], scrapped],
    [scrapped, placed[held]],
  ]) {
    const side = openSide();
    side.note(m1, stated.release(), stated.produce('L-1', '10'));
    side.note(qc, ...facts);
    const { kind } = documents[held];
    const posted = side.drain().filter((posting) => posting.kind === kind);
    expect(posted).toMatchObject([documents[held]]);
  }
});
