import { expect, test } from 'vitest';
import type { Content } from '../shared/event.ts';
import { addTo, emptyTally, increments, type OpenRun, type Tally } from '../statecharts/tally.ts';
import { command, m01, m02, quantityHold, shop } from './helpers/shop.ts';
import { openStory, play } from './helpers/story.ts';

const fact = (type: string, body: object, atMs = 10_000) => ({ type, body, atMs }) as Content;
const none = { good: '0', scrap: '0', rework: '0', held: '0', unit: 'EA', inRework: false };
const reported = (body: object) => fact('QuantityReported', { ...none, phase: 'run', ...body });
const setup: OpenRun = { phase: 'setup', startedMs: 4_000 };
const hold = { hold: 'H1', reason: '' };

const counted: [string, Content, OpenRun | undefined, Partial<Tally>][] = [
  [
    'a report',
    reported({ good: '31', scrap: '0.5', rework: '2', held: '1' }),
    undefined,
    { reports: 1, good: 31_000_000n, scrap: 500_000n, rework: 2_000_000n, held: 1_000_000n },
  ],
  ['Q7: a report of nothing', reported({}), undefined, { reports: 1, zeroReports: 1 }],
  [
    'Q7: good in set-up',
    reported({ good: '2', phase: 'setup' }),
    undefined,
    { reports: 1, good: 2_000_000n, setupGood: 2_000_000n },
  ],
  [
    'H13: good and scrap out of rework',
    reported({ good: '2', scrap: '1', inRework: true }),
    undefined,
    {
      ...{ reports: 1, reworkReports: 1, good: 2_000_000n, scrap: 1_000_000n },
      ...{ reworkGood: 2_000_000n, reworkScrap: 1_000_000n },
    },
  ],
  ['a run', fact('PhaseStarted', { phase: 'run' }), undefined, { runs: 1 }],
  [
    'a breakdown',
    fact('PhaseStarted', { phase: 'breakdown' }),
    undefined,
    { runs: 1, breakdowns: 1 },
  ],
  ['a set-up ends', fact('PhaseEnded', {}), setup, { elapsedMs: 6_000, setupStatedMs: 6_000 }],
  [
    'the source states another time than the clock',
    fact('PhaseEnded', { statedMs: 5_500 }),
    { ...setup, phase: 'run' },
    { elapsedMs: 6_000, runStatedMs: 5_500 },
  ],
  [
    'a breakdown ends',
    fact('PhaseEnded', {}),
    { ...setup, phase: 'breakdown' },
    { elapsedMs: 6_000, breakdownStatedMs: 6_000 },
  ],
  ['T6: a run of no length', fact('PhaseEnded', {}, 4_000), setup, {}],
  [
    'T1: the clock was set meanwhile, and nobody knows how long it took',
    { ...fact('PhaseEnded', {}), flags: 'clockStepped' },
    setup,
    {},
  ],
  [
    'T1: the clock was set meanwhile, and the edge knows how long it took',
    { ...fact('PhaseEnded', { elapsedMs: 2_000 }), flags: 'clockStepped' },
    setup,
    { elapsedMs: 2_000, setupStatedMs: 2_000 },
  ],
  ['T1: no time is ever negative', fact('PhaseEnded', {}, 1_000), setup, {}],
  [
    'a hold on a quantity',
    fact('HoldPlaced', { ...hold, scope: 'quantity', quantity: '76' }),
    undefined,
    { holds: 1, heldByHolds: 76_000_000n },
  ],
  [
    'a hold on a lot',
    fact('HoldPlaced', { ...hold, scope: 'lot', quantity: '76' }),
    undefined,
    { holds: 1 },
  ],
  ['a completion', fact('OperationCompleted', {}), undefined, { operationsCompleted: 1 }],
  ['anything else', fact('OrderClosed', {}), undefined, {}],
];
test.each(counted)('%s', (_name, content, run, more) => {
  const tally = emptyTally();
  addTo(tally, increments(content, run));
  expect(tally).toEqual({ ...emptyTally(), facts: 1, ...more });
});

const day = [
  ...[shop.release(), shop.start(), shop.phase('R1', {}, { atMs: 1_000 })],
  ...[
    shop.phase('R2', { phase: 'setup' }, { line: m02, atMs: 2_000 }),
    shop.report('R1', { good: '0.1' }),
  ],
  ...[shop.report('R2', { good: '0.2', phase: 'setup' }, { line: m02 }), quantityHold('H1', '3')],
  ...[
    shop.end('R1', { atMs: 61_000 }),
    shop.end('R2', { line: m02, atMs: 32_000 }, { statedMs: 9 }),
  ],
  ...[shop.complete(), command('StartShift', {}, { people: [] })],
];

test('Q1: order and operation count over all lines, each line for itself', () => {
  const { book, came } = play(
    1,
    day.map((given) => [given]),
  );
  expect(new Set(came)).toEqual(new Set(['accepted']));
  const all = {
    ...{
      good: 300_000n,
      setupGood: 200_000n,
      reports: 2,
      runs: 2,
      holds: 1,
      operationsCompleted: 1,
    },
    ...{ heldByHolds: 3_000_000n, elapsedMs: 90_000, runStatedMs: 60_000, setupStatedMs: 9 },
  };
  expect(book.tally('order', 'WO-1')).toMatchObject(all);
  expect(book.tally('operation', 'WO-1', '0010')).toMatchObject(all);
  expect(book.tally('line', m01)).toMatchObject({ good: 100_000n, reports: 1, elapsedMs: 60_000 });
  expect(book.tally('line', m02)).toMatchObject({ good: 200_000n, reports: 1, elapsedMs: 30_000 });
});

test('what is refused is not counted', () => {
  const { ask, book } = openStory(1);
  ask(shop.report('R1'));
  expect(book.tally('order', 'WO-1')).toEqual(emptyTally());
});
