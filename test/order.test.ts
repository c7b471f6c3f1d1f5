// Stories of an order that does not go as planned: late reports, re-opening, cancelling, changes,
// rework, shift changes. What exists is counted once, and nothing is rewritten.
import { expect, test } from 'vitest';
import { openBox } from './helpers/box.ts';
import { command, m01, planning, shop } from './helpers/shop.ts';
import { play, type Step } from './helpers/story.ts';

const next = { operation: '0020' };
const begun: Step[] = [[shop.release()], [shop.start()]];
const running: Step[] = [...begun, [shop.phase('R1')]];
const million = 1_000_000n;

const stories: [string, Step[]][] = [
  [
    'H8: after the close a report is kept as late, and work goes on only after re-opening',
    [
      ...running,
      [shop.report('R1', { good: '7' })],
      [shop.end('R1')],
      [shop.close()],
      [shop.close(), 'order WO-1 is closed: no OrderClosed'],
      [shop.phase('R1'), 'order WO-1 is closed: no PhaseStarted'],
      [shop.produce('L1'), 'order WO-1 is closed: no LotProduced'],
      [shop.report('R1', { good: '5' }), 'accepted, late'],
      [planning.reopen()],
      [planning.reopen(), 'order WO-1 is started: no OrderReopened'],
      [shop.phase('R2')],
      [shop.report('R2', { good: '2' })],
      [shop.end('R2')],
      [shop.close()],
    ],
  ],
  [
    'H8: a completed order takes what comes late and nothing new; it is re-opened or closed',
    [
      ...running,
      [planning.complete(), 'order WO-1 has 1 open runs'],
      [shop.end('R1')],
      [shop.hold('H1', 'order', { order: 'WO-1' })],
      [planning.complete(), 'order WO-1 has open holds: H1'],
      [shop.free('H1')],
      [planning.complete()],
      [shop.phase('R2'), 'order WO-1 is completed: no PhaseStarted'],
      [planning.reopen()],
      [shop.phase('R2')],
      [shop.end('R2')],
      [planning.complete()],
      [shop.close()],
    ],
  ],
  [
    'H12: a cancelled order waits for the run that is open, and starts nothing more',
    [
      ...running,
      [shop.phase('R2', { lane: 2 })],
      [planning.cancel()],
      [planning.cancel(), 'order WO-1 is cancelRequested: no OrderCancelRequested'],
      [shop.phase('R3', { lane: 3 }), 'order WO-1 is cancelRequested: no PhaseStarted'],
      [shop.start(next), 'order WO-1 is cancelRequested: no OperationStarted'],
      [shop.report('R1', { good: '3' })],
      [shop.end('R1')],
      [shop.report('R2', { good: '4' })],
      [shop.close(), 'order WO-1 is cancelRequested: no OrderClosed'],
      [shop.end('R2')],
      [shop.report('R2'), 'run R2 of operation 0010 of order WO-1 is not open at this line'],
      [shop.start(next), 'order WO-1 is cancelled: no OperationStarted'],
      [shop.close()],
    ],
  ],
  [
    'H12: an order that does not run is cancelled at once',
    [
      [shop.release()],
      [planning.cancel()],
      [shop.start(), 'order WO-1 is cancelled: no OperationStarted'],
    ],
  ],
  [
    'Q6: more than ordered is accepted and flagged, within the tolerance and beyond it',
    [
      [shop.release({ tolerancePercent: 10 })],
      [shop.start()],
      [shop.phase('R1')],
      [shop.report('R1', { good: '100' })],
      [shop.report('R1', { good: '5' }), 'accepted, overCompletion'],
      [shop.report('R1', { good: '5' }), 'accepted, overCompletion'],
      [shop.report('R1', { good: '0.000001' }), 'accepted, beyondTolerance'],
    ],
  ],
];
test.each(stories)('%s', (_name, steps) => {
  const { came, should } = play(3, steps);
  expect(came).toEqual(should);
});

test('H8: what is late counts in no quantity, what comes after re-opening does', () => {
  const { book } = play(3, stories[0]![1]);
  const tally = book.tally('order', 'WO-1');
  expect(tally).toMatchObject({ good: 9n * million, reports: 3, lateReports: 1 });
  expect(book.look('operation', 'WO-1\n0010')).toMatchObject({ good: 9n * million });
});

test('H12: what a cancelled order has made stays counted', () => {
  const { book } = play(3, stories[2]![1]);
  expect(book.look('order', 'WO-1')).toMatchObject({ state: 'closed', made: 7n * million });
  expect(book.tally('order', 'WO-1')).toMatchObject({ good: 7n * million, runs: 2, reports: 2 });
});

test('H12: a change below what is made waits beside the order until planning decides again', () => {
  const made: Step[] = [...running, [shop.report('R1', { good: '50' })]];
  const parked: Step[] = [...made, [planning.change({ quantity: '40' }), 'accepted, parked']];
  const one = play(1, parked);
  expect(one.came).toEqual(one.should);
  expect(one.book.look('order', 'WO-1')).toMatchObject({
    quantity: 100n * million,
    pending: { quantity: 40n * million, tolerancePercent: 0 },
  });
  const two = play(1, [...parked, [planning.change({ quantity: '50' })]]);
  expect(two.came).toEqual(two.should);
  expect(two.book.look('order', 'WO-1')).toMatchObject({ quantity: 50n * million });
  expect(two.book.look('order', 'WO-1')).not.toHaveProperty('pending');
});

test('H12: what was reported by mistake and taken back does not hinder a change', () => {
  const { came, should, book } = play(1, [
    ...running,
    [shop.report('R1', { good: '90' }), 'accepted', 'typo'],
    [shop.report('R1', { good: '30' }), 'accepted, beyondTolerance'],
    [planning.reverse('typo')],
    [planning.change({ quantity: '40' })],
  ]);
  expect(came).toEqual(should);
  expect(book.look('order', 'WO-1')).toMatchObject({
    made: 30n * million,
    quantity: 40n * million,
  });
});

test('H10: a run keeps its id over a shift change, also with people nobody knows', () => {
  const shift = (name: string, people: string[]): Step => [
    command('StartShift', { shift: name, atMs: 2_000 }, { people }),
  ];
  const { came, should, book } = play(1, [
    ...begun,
    shift('early', ['4445']),
    [shop.phase('R1', {}, { atMs: 2_000 })],
    [shop.report('R1', { good: '3' }, { actor: 'person:4445' })],
    shift('late', ['nobody-we-know']),
    [shop.report('R1', { good: '4' }, { actor: 'person:nobody-we-know' })],
    [shop.end('R1', { actor: 'person:nobody-we-know', atMs: 9_000 })],
  ]);
  expect(came).toEqual(should);
  expect(book.look('line', m01)).toMatchObject({ shift: 'late', people: ['nobody-we-know'] });
  expect(book.tally('order', 'WO-1')).toMatchObject({
    ...{ runs: 1, reports: 2, good: 7n * million, elapsedMs: 7_000 },
  });
});

test('H13: good out of rework is counted beside the new good, not with it', () => {
  const { came, should, book } = play(1, [
    ...running,
    [shop.report('R1', { good: '95', rework: '5' })],
    [shop.end('R1')],
    [shop.complete()],
    [shop.start(next)],
    [shop.complete(next)],
    [shop.phase('R2', { rework: true })],
    [shop.report('R2', { good: '5', inRework: true })],
    [shop.end('R2')],
  ]);
  expect(came).toEqual(should);
  expect(book.look('operation', 'WO-1\n0010')).toMatchObject({ good: 95n * million });
  expect(book.look('order', 'WO-1')).toMatchObject({ made: 95n * million });
  expect(book.tally('order', 'WO-1')).toMatchObject({
    ...{ good: 100n * million, reworkGood: 5n * million, reworkReports: 1 },
  });
});

test('T6: a run of no length is one; what is true at one instant stands as it was asked', () => {
  const box = openBox();
  const atMs = 1_325_458_800_000;
  const given = [shop.release(), shop.start(), shop.phase('R1'), shop.report('R1'), shop.end('R1')];
  const answers = given.map((one) => box.decide({ ...one, atMs }));
  expect(
    answers.map((answer) => answer.status === 'accepted' && answer.facts[0]!.sequence),
  ).toEqual([1, 2, 3, 4, 5]);
  expect(box.book.tally('line', m01)).toMatchObject({
    ...{ runs: 1, reports: 1, good: million, elapsedMs: 0, runStatedMs: 0 },
  });
});
