// Goal: whatever is mistyped, reversed and corrected, what counts is what stands, once.
// Method: stories with event ids we choose; and random chains beside a list of all reports in which
// each is on or off.
import { expect, test } from 'vitest';
import { chainMax } from '../statecharts/correction.ts';
import { openBox, outcome } from './helpers/box.ts';
import fc from './helpers/check.ts';
import { openList, type Said } from './helpers/list.ts';
import { lots, m01, planning, shop } from './helpers/shop.ts';
import { openStory, play, type Step } from './helpers/story.ts';

const million = 1_000_000n;
const { reverse, correct } = planning;
const running: Step[] = [[shop.release()], [shop.start()], [shop.phase('R1')]];
const said = (good: string, eventId: string): Step => [
  shop.report('R1', { good }),
  'accepted',
  eventId,
];
const undone = (original: string, eventId: string): Step => [
  reverse(original),
  'accepted',
  eventId,
];
const instead = (original: string, good: string, eventId: string): Step => [
  correct(original, good),
  'accepted',
  eventId,
];

const stories: [string, number, Step[]][] = [
  [
    'Q5: what was reported before the order was closed is corrected when it is open again',
    3,
    [
      ...[said('5', 'a'), said('9', 'b')],
      ...([[shop.end('R1')], [shop.close()], [planning.reopen()]] satisfies Step[]),
      ...[instead('a', '3', 'c'), undone('b', 'u')],
    ],
  ],
  ['Q5: a reversal leaves nothing', 0, [said('31', 'a'), undone('a', 'u')]],
  [
    'Q5: the reversal of the reversal leaves the original',
    31,
    [said('31', 'a'), undone('a', 'u'), undone('u', 'v')],
  ],
  [
    'Q5: the same reversal twice is refused, and counts once',
    7,
    [
      said('31', 'a'),
      said('7', 'b'),
      undone('a', 'u'),
      [reverse('a'), 'report a is reversed: no FactReversed'],
      [correct('a', '9'), 'report a is reversed: no QuantityCorrected'],
    ],
  ],
  [
    'Q5: the reversal of what is unknown waits, and nothing counts when the original comes',
    7,
    [
      [reverse('a'), 'accepted, waits', 'u'],
      said('7', 'b'),
      [reverse('a'), 'report a is waiting: no FactReversed'],
      said('31', 'a'),
    ],
  ],
  [
    'Q5: a waiting reversal that is reversed lets the original count',
    31,
    [[reverse('a'), 'accepted, waits', 'u'], undone('u', 'v'), said('31', 'a')],
  ],
  [
    'Q5: a correction takes the place of the report',
    30,
    [said('31', 'a'), instead('a', '30', 'c')],
  ],
  [
    'Q5: a correction of a correction takes its place',
    29,
    [said('31', 'a'), instead('a', '30', 'c'), instead('c', '29', 'd')],
  ],
  [
    'Q5: without its correction the report counts again',
    31,
    [said('31', 'a'), instead('a', '30', 'c'), undone('c', 'u')],
  ],
  [
    'Q5: without the last correction the one before counts again, and not the report',
    30,
    [said('31', 'a'), instead('a', '30', 'c'), instead('c', '29', 'd'), undone('d', 'u')],
  ],
  [
    'Q5: a correction that comes first counts alone',
    30,
    [[correct('a', '30'), 'accepted, waits', 'c'], said('31', 'a')],
  ],
  [
    'Q8: a correction is in the unit and of the operation of its report, and of a report',
    31,
    [
      said('31', 'a'),
      [shop.consume('L-1', {}), 'accepted', 'm'],
      [correct('a', '30', { unit: 'KG' }), 'order WO-1 is counted in EA, not KG'],
      [correct('x', '30', { unit: 'KG' }), 'order WO-1 is counted in EA, not KG'],
      [correct('a', '30', {}, { operation: '0020' }), 'report a is of operation 0010'],
      [reverse('a', { operation: '0020' }), 'report a is of operation 0010'],
      [correct('m', '30'), 'report m has no good pieces: reverse it instead'],
    ],
  ],
  [
    'Q5: after the close a reversal is kept as late, and changes nothing',
    31,
    [said('31', 'a'), [shop.end('R1')], [shop.close()], [reverse('a'), 'accepted, late']],
  ],
  [
    'Q6: what is corrected to more than ordered is flagged like what was reported so',
    200,
    [said('31', 'a'), [correct('a', '200'), 'accepted, beyondTolerance', 'c']],
  ],
];
test.each(stories)('%s', (_name, good, steps) => {
  const { came, should, book } = play(1, [...running, ...steps]);
  expect(came.slice(3)).toEqual(should.slice(3));
  expect(book.tally('order', 'WO-1').good).toBe(BigInt(good) * million);
  expect(book.look('operation', 'WO-1\n0010')?.good ?? 0n).toBe(BigInt(good) * million);
});

test('Q5: a chain of reversals of reversals has an end', () => {
  const { ask, book } = openStory(1);
  for (const [given] of running) ask(given);
  ask(shop.report('R1'), 'r0');
  for (let at = 1; at <= chainMax; at++)
    expect(ask(reverse(`r${at - 1}`), `r${at}`)).toBe('accepted');
  const good = chainMax % 2 === 0 ? million : 0n;
  expect(book.tally('order', 'WO-1').good).toBe(good);
  expect(ask(reverse(`r${chainMax}`))).toContain(`at most ${chainMax} reversals`);
  expect(book.tally('order', 'WO-1').good).toBe(good);
});

test('Q5: what is corrected out of rework, or in set-up, stays what it was', () => {
  const { came, should, book } = play(1, [
    ...running,
    [shop.report('R1', { good: '5', inRework: true }), 'accepted', 'a'],
    [shop.report('R1', { good: '3', phase: 'setup' }), 'accepted', 'b'],
    [correct('a', '4', { scrap: '1' })],
    [correct('b', '2')],
  ]);
  expect(came).toEqual(should);
  expect(book.tally('order', 'WO-1')).toMatchObject({
    ...{ good: 6n * million, reworkGood: 4n * million, reworkScrap: million },
    setupGood: 2n * million,
  });
  expect(book.look('order', 'WO-1')).toMatchObject({ made: 2n * million });
});

test('Q5: a reversed consumption gives back to its lot, a reversed production takes', () => {
  const { ask, book } = openStory(1);
  for (const [given] of running) ask(given);
  const left = () => (book.look('lot', 'L-1')?.quantity ?? 0n) / million;
  const steps: [object, string, bigint, string][] = [
    [shop.produce('L-1', { quantity: '10' }), 'p', 10n, 'unrestricted'],
    [shop.consume('L-1', { material: 'BOLT' }), 'c', 0n, 'closed'],
    [reverse('c'), 'u', 10n, 'unrestricted'],
    [reverse('u'), 'v', 0n, 'unrestricted'],
    [reverse('v'), 'w', 10n, 'unrestricted'],
    [lots.split('L-1', { 'L-2': '4' }), 's', 6n, 'unrestricted'],
    [shop.produce('L-1', { quantity: '1' }), 'q', 7n, 'unrestricted'],
    [reverse('q'), 'x', 6n, 'unrestricted'],
  ];
  for (const [given, eventId, quantity, state] of steps) {
    const came = [ask(given, eventId), left(), book.look('lot', 'L-1')?.state];
    expect([eventId, ...came]).toEqual([eventId, 'accepted', quantity, state]);
  }
});

test('Q5: at a real edge a reversal counts where its original did, and is told again', () => {
  const box = openBox();
  for (const [given] of running) box.decide(given);
  const answer = box.decide(shop.report('R1', { good: '31' }));
  const { eventId } = (answer as Extract<typeof answer, { status: 'accepted' }>).facts[0]!;
  const undo = reverse(eventId);
  const first = box.decide(undo);
  expect(outcome(first)).toBe('accepted');
  expect(box.decide(undo)).toEqual(first);
  expect(outcome(box.decide(reverse(eventId)))).toBe(
    `REFUSED report ${eventId} is reversed: no FactReversed`,
  );
  const nothing = { good: 0n, corrections: 1, reports: 1 };
  for (const key of [
    ['line', m01],
    ['order', 'WO-1'],
    ['operation', 'WO-1', '0010'],
  ]) {
    expect([key, box.book.tally(...key)]).toMatchObject([key, nothing]);
  }
  box.roster.rebuild();
  expect(box.roster.actor(m01).failure()).toBeUndefined();
  expect(box.book.tally('operation', 'WO-1', '0010')).toMatchObject(nothing);
});

const move = fc.tuple(
  fc.constantFrom('report', 'reversal', 'reversal', 'correction'),
  fc.nat(999),
  fc.nat(9),
);
test('Q5: random chains count what the list says, and are refused where it refuses', () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 5, maxLength: 40 }), (moves) => {
      const { ask, book } = openStory(1);
      for (const [given] of running) ask(given);
      const model = openList();
      for (const [kind, good, pick] of moves) {
        const at = model.all.length;
        const of = at - 1 - pick;
        if (kind !== 'report' && of < 0) continue;
        const given = {
          report: () => shop.report('R1', { good: `${good}` }),
          reversal: () => reverse(`e${of}`, { operation: '0010' }),
          correction: () => correct(`e${of}`, `${good}`),
        }[kind as Said['kind']]();
        const came = ask(given, `e${at}`).startsWith('accepted');
        const should = model.say(kind as Said['kind'], BigInt(good) * million, of);
        expect([kind, of, came]).toEqual([kind, of, should]);
        expect(book.tally('order', 'WO-1').good).toBe(model.good());
        expect(book.tally('operation', 'WO-1', '0010').good).toBe(model.good());
        expect(book.look('operation', 'WO-1\n0010')?.good ?? 0n).toBe(model.good());
        expect(book.look('order', 'WO-1')?.made ?? 0n).toBe(model.good());
      }
    }),
    { numRuns: 300 },
  );
});
