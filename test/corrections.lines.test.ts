// Goal: a quantity counts at the line that reported it first, wherever it is corrected or reversed,
// at the edge and at central alike, in whatever order and company the lines' facts arrive there.
// Method: random reports, reversals and corrections at two lines of a real edge; what each line has
// stated goes to central in order, the lines mixed at random.
import { expect, test } from 'vitest';
import type { Arrival } from '../central/ledger/ledger.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { quantityText } from '../shared/quantity.ts';
import { type Box, openBox } from './helpers/box.ts';
import fc from './helpers/check.ts';
import { testFolder } from './helpers/folder.ts';
import { openMedium } from './helpers/medium.ts';
import { m01, m02, planning, shop } from './helpers/shop.ts';

const at = (line: string) => ({ line });
const begin = [
  ...[shop.release(), shop.start(), shop.phase('R1')],
  shop.phase('R2', { phase: 'setup' }, at(m02)),
];

function state(box: Box, given: object): string {
  const answer = box.decide(given);
  return answer.status === 'accepted' ? answer.facts[0]!.eventId : '';
}

function openShop(): Box {
  const box = openBox();
  for (const given of begin) expect(state(box, given)).not.toBe('');
  return box;
}

/** What each line has stated, one fact an arrival, in its order. */
function arrivals({ store }: Box, line: string): Arrival[] {
  const { line: id } = store.head(line);
  const rows = [...store.history()].filter((row) => row.line === id);
  return rows.map(({ sequence: first, bytes }) => ({
    segment: { line, epoch: 1, first, before: null, after: null, facts: [bytes] },
  }));
}

/** Central's tallies of the lines after it took these in, several of them in one transaction. */
function heard(batches: readonly (readonly Arrival[])[]) {
  const db = openMedium(`${testFolder()}/c.db`, migrations);
  const memory = openMemory({ db, nowMs: () => 0, waitMs: () => 0, maxInFlightMs: 0 });
  for (const batch of batches) memory.ledger.accept(batch);
  const lines = Object.fromEntries(memory.totals.all('line'));
  db.close();
  return lines;
}

const counted = ({ book }: Box) =>
  Object.fromEntries([m01, m02].map((line) => [line, book.tally('line', line)]));

test('Q5: what is taken back at another line is taken from the line that reported it', () => {
  const box = openShop();
  const first = state(box, shop.report('R1', { good: '10', scrap: '1' }));
  const other = state(box, shop.report('R2', { good: '5', phase: 'setup' }, at(m02)));
  const told = () =>
    [m01, m02].map((line) => {
      const { good, scrap, setupGood, facts, corrections } = box.book.tally('line', line);
      return `${[good, scrap, setupGood].map(quantityText)} of ${facts}, ${corrections}`;
    });
  expect(told()).toEqual(['10,1,0 of 4, 0', '5,0,5 of 2, 0']);
  const undo = state(box, planning.reverse(first, at(m02)));
  expect(told()).toEqual(['0,0,0 of 4, 0', '5,0,5 of 3, 1']);
  state(box, planning.reverse(undo));
  expect(told()).toEqual(['10,1,0 of 5, 1', '5,0,5 of 3, 1']);
  const better = state(box, planning.correct(other, '4'));
  expect(told()).toEqual(['10,1,0 of 6, 2', '4,0,4 of 3, 1']);
  state(box, planning.correct(better, '3', { scrap: '2' }));
  expect(told()).toEqual(['10,1,0 of 7, 3', '3,2,3 of 3, 1']);
  const before = counted(box);
  box.roster.rebuild();
  expect(counted(box)).toEqual(before);
  expect(heard([arrivals(box, m02), arrivals(box, m01)])).toEqual(before);
  expect(heard([[...arrivals(box, m02), ...arrivals(box, m01)]])).toEqual(before);
});

const kinds = ['report', 'reversal', 'correction'] as const;
const move = fc.record({
  kind: fc.constantFrom(...kinds),
  line: fc.constantFrom(m01, m02),
  good: fc.nat(9),
  inRework: fc.boolean(),
  pick: fc.nat(5),
});

test('Q5: edge and central agree about each line, however its facts come', () => {
  fc.assert(
    fc.property(
      fc.array(move, { minLength: 4, maxLength: 14 }),
      fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 24, maxLength: 24 }),
      (moves, turns, sizes) => {
        const box = openShop();
        const said: string[] = [];
        const turned = new Set<string>();
        for (const { kind, line, good, inRework, pick } of moves) {
          const run = line === m01 ? 'R1' : 'R2';
          const of = said.at(-1 - pick);
          const given = {
            report: () => shop.report(run, { good: `${good}`, inRework }, at(line)),
            reversal: () => planning.reverse(of!, at(line)),
            correction: () => planning.correct(of!, `${good}`, {}, at(line)),
          }[kind]();
          const turns = kind !== 'report';
          if (turns && (of === undefined || turned.has(of))) continue;
          const eventId = state(box, given);
          if (eventId !== '') said.push(eventId);
          if (eventId !== '' && turns) turned.add(of!);
        }
        const queues = [arrivals(box, m01), arrivals(box, m02)] as const;
        const mixed: Arrival[] = [];
        for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
          const queue = queues[turns[turn % 24] ? 0 : 1];
          mixed.push(
            ...(queue.length > 0 ? queue : queues.find((q) => q.length > 0)!).splice(0, 1),
          );
        }
        const batches = sizes
          .map((size) => mixed.splice(0, size))
          .filter(({ length }) => length > 0);
        expect(heard(batches)).toEqual(counted(box));
      },
    ),
    { numRuns: 80 },
  );
});
