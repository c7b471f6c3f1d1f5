// Stories of decisions: who may end a hold, in which steps, signed or not; what follows from a
// failed inspection; and what stays behind of an attempt that was refused.
import { describe, expect, test } from 'vitest';
import { decodeContent } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import { readPolicy, templates } from '../statecharts/policy.ts';
import { contentsOf, openBox, outcome } from './helpers/box.ts';
import { by, inspected, nonconforming, reviewed, reworked, running } from './helpers/decisions.ts';
import { m01, quality, quantityHold, shop } from './helpers/shop.ts';
import { play, type Step } from './helpers/story.ts';

const { regulated, discrete, batch } = templates;
const own = 'hold H1 was placed by person:9: another person must decide it';

const stories: [string, Step[]][] = [
  [
    'H4, H5: a disposition is reviewed, proposed, approved by another, and done as approved',
    reviewed,
  ],
  ['an operation is completed after its inspection, signed and passed', inspected],
  ['H13: rework begins only when it was authorised', reworked],
  ['a nonconformance is closed after the last of its holds, signed', nonconforming],
];
test.each(stories)('regulated: %s', (_name, steps) => {
  const { came, should } = play(3, steps, regulated);
  expect(came).toEqual(should);
});

describe('H4: who placed a hold does not end it', () => {
  const endings: [string, object][] = [
    ['release', shop.free('H1')],
    ['decide', shop.dispose('H1', '5')],
    ['cancel', quality.cancel('H1')],
  ];
  test.each(endings)('nor %s it, whoever else may', (_name, given) => {
    const { came } = play(1, [...running, [quantityHold('H1', '5')], [by(given, 'person:9')]]);
    expect(came.at(-1)).toBe(own);
    const other = play(1, [...running, [quantityHold('H1', '5')], [by(given, 'person:1')]]);
    expect(other.came.at(-1)).toBe('accepted');
    const free = { ...discrete, fourEyes: false };
    const alone = play(1, [...running, [quantityHold('H1', '5')], [by(given, 'person:9')]], free);
    expect(alone.came.at(-1)).toBe('accepted');
  });

  test('under another spelling of the same name neither', () => {
    const held = by(shop.hold('H1', 'line'), 'person:\u00c4nne');
    const { came } = play(1, [[held], [by(shop.free('H1'), 'person:A\u0308nne')]]);
    expect(came.at(-1)).toContain('another person must decide it');
  });

  test('only those decide who may, if the plant names them', () => {
    const policy = readPolicy('discrete', { deciders: ['person:17'] }, 'policy');
    const { came } = play(
      1,
      [
        [shop.hold('H1', 'line')],
        [shop.free('H1')],
        [by(shop.free('H1'), 'person:17')],
        [by(shop.hold('H2', 'line'), 'person:17')],
        [by(shop.free('H2'), 'person:17')],
      ],
      policy,
    );
    expect(came).toEqual([
      'accepted',
      'hold H1: person:1 may not state HoldReleased',
      'accepted',
      'accepted',
      'hold H2 was placed by person:17: another person must decide it',
    ]);
  });

  test('and the attempt is kept, with all that was asked, by whom and when', () => {
    const box = openBox();
    box.decide(shop.hold('H1', 'line'));
    const attempt = by(shop.free('H1'), 'person:9') as ReturnType<typeof shop.free>;
    expect(outcome(box.decide(attempt))).toBe(`REFUSED ${own}`);
    box.decide(attempt);
    const [kept, ...more] = box.store.refusals();
    expect(more).toEqual([]);
    expect(kept).toMatchObject({
      ...{ commandId: attempt.commandId, code: 'REFUSED', reason: own },
      ...{ atMs: 1_700_000_000_000, after: 1 },
    });
    expect(JSON.parse(kept!.command!)).toEqual(readCommand(attempt));
    expect(JSON.parse(kept!.command!)).toMatchObject({
      line: m01,
      statement: { actor: 'person:9', type: 'HoldReleased', body: { hold: 'H1' } },
    });
    expect(box.book.look('hold', 'H1')).toMatchObject({ state: 'active' });
  });
});

const cancelled = (about: object, signature?: string) => ({
  ...quality.cancel('H1'),
  ...about,
  body: { hold: 'H1', reason: 'wrong lot', ...(signature && { signature }) },
});
const partly: Step[] = [
  ...running,
  [quantityHold('H1', '8')],
  [quality.review('H1')],
  [quality.propose('H1', { signature: 'decided' })],
  [quality.approve('H1', { actor: 'person:2' }, { signature: 'decided' })],
  [shop.dispose('H1', '5')],
];
const mistakes: [string, Step[]][] = [
  [
    'a hold that was placed by mistake is cancelled by another, signed, while nothing is decided',
    [
      ...running,
      [quantityHold('H1', '8')],
      [cancelled({ actor: 'person:9' }, 'mistake'), own],
      [cancelled({}), 'hold H1: HoldCancelled must be signed'],
      [cancelled({}, 'mistake')],
    ],
  ],
  [
    'what is decided in part was no mistake: the rest is decided the same way',
    [...partly, [cancelled({}, 'mistake'), 'hold H1 is decided in part: no HoldCancelled']],
  ],
];
test.each(mistakes)('regulated: %s', (_name, steps) => {
  const { came, should } = play(1, steps, regulated);
  expect(came).toEqual(should);
});

test('without review a hold that is decided in part may be cancelled', () => {
  const steps: Step[] = [...running, [quantityHold('H1', '8')], [shop.dispose('H1', '5')]];
  const { came } = play(1, [...steps, [cancelled({})]], discrete);
  expect(came.at(-1)).toBe('accepted');
});

test('H5: a disposition of nothing is none', () => {
  expect(() => readCommand(shop.dispose('H1', '0'))).toThrow('quantity: must be more than 0');
});

const failed: [string, Record<string, string>, object, object][] = [
  [
    'a lot',
    { lot: 'L-1' },
    { order: 'WO-1', lot: 'L-1' },
    { scope: 'lot', quantity: '10', unit: 'EA' },
  ],
  [
    'an operation',
    { order: 'WO-1', operation: '0010' },
    { order: 'WO-1', operation: '0010' },
    { scope: 'operation' },
  ],
  ['an order', { order: 'WO-1' }, { order: 'WO-1' }, { scope: 'order' }],
  ['a line', {}, {}, { scope: 'line' }],
];
test.each(failed)('a failed inspection of %s holds it by itself', (_name, asked, about, body) => {
  const box = openBox(':memory:', [{ line: m01, lanes: 1, policy: batch }]);
  const given = [shop.release(), shop.start(), shop.produce('L-1'), quality.inspect('I1', asked)];
  expect(given.map(box.decide).map(outcome)).toEqual(given.map(() => 'accepted'));
  const found = quality.found('I1', 'failed');
  const answer = box.decide(found);
  expect(answer).toMatchObject({
    status: 'accepted',
    facts: [
      { type: 'InspectionRecorded', sequence: 5 },
      { type: 'HoldPlaced', sequence: 6 },
    ],
  });
  expect(box.decide(found)).toEqual(answer);
  const [recorded, placed] = [...box.store.history()]
    .slice(-2)
    .map((row) => decodeContent(row.bytes));
  expect(placed).toMatchObject({ ...about, causationId: recorded!.eventId, body });
  const { hold } = (placed as Extract<typeof placed, { type: 'HoldPlaced' }>)!.body;
  expect(hold).toBe(`IF-${recorded!.eventId}`);
  expect(box.book.look('hold', hold)).toMatchObject({ state: 'active', placedBy: 'person:1' });
  expect(outcome(box.decide(shop.free(hold)))).toContain('another person must decide it');

  const before = contentsOf(box);
  box.roster.rebuild();
  expect(box.roster.actor(m01).failure()).toBeUndefined();
  expect(contentsOf(box)).toEqual(before);
  expect(box.decide(found)).toEqual(answer);
  expect(outcome(box.decide(by(shop.free(hold), 'person:2')))).toBe('accepted');
});

test('a passed inspection holds nothing, and a failed one neither where the plant says so', () => {
  for (const [policy, result] of [
    [batch, 'passed'],
    [discrete, 'failed'],
  ] as const) {
    const box = openBox(':memory:', [{ line: m01, lanes: 1, policy }]);
    box.decide(quality.inspect('I1', {}));
    expect(box.decide(quality.found('I1', result))).toMatchObject({ facts: [{ sequence: 2 }] });
    expect(box.book.rows('hold').size).toBe(0);
  }
});
