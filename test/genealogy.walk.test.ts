// Goal: which lots a hold reaches is a sum of facts, and costs no more than what is new.
// Method: the walk, against a slower one that is written from the rule; and 10,000 descendants.
import { expect, test } from 'vitest';
import { migrations } from '../central/memory.ts';
import { openHolds } from '../central/quality/holds.ts';
import { openGenealogy } from '../central/story/genealogy.ts';
import type { Content, Fact } from '../shared/event.ts';
import { m1, stated } from './helpers/central.ts';
import fc from './helpers/check.ts';
import { content } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';
import { shuffled } from './helpers/permutations.ts';
import { reaching, transfer } from './helpers/quality.ts';

const { produce, consume, blockAll, letGo, split, merge, free } = stated;

/** What is known of these facts, each of a line of its own; and how they were told. */
function walked(facts: readonly Content[]) {
  const db = openMedium(':memory:', migrations);
  const holds = openHolds(db);
  const genealogy = openGenealogy(db);
  const told = facts.map((given) => {
    const fact = { ...given, line: 'acme/m1', epoch: 1, sequence: 1 } as Fact;
    const before = db.prepare('SELECT total_changes()').pluck().get() as number;
    holds.note(fact);
    const { gained, lost } = genealogy.note(fact);
    const changes = (db.prepare('SELECT total_changes()').pluck().get() as number) - before;
    return { gained: [...gained.keys()].sort(), lost: [...lost.keys()].sort(), changes };
  });
  return { reaching: genealogy.reaching, told, close: () => db.close() };
}

test('lots that come of themselves are reached once, and freed once', () => {
  const facts = [
    ...[split('A', 'B'), split('B', 'A', 'C'), consume('C', '1'), produce('A', '1')],
    ...[blockAll('H1', 'A'), free('H1')],
  ];
  const { told, reaching: by, close } = walked(facts);
  expect(told.map(({ gained }) => gained)).toEqual([[], [], [], [], ['A', 'B', 'C'], []]);
  expect(told.at(-1)!.lost).toEqual(['A', 'B', 'C']);
  expect(['A', 'B', 'C'].flatMap(by)).toEqual([]);
  close();
});

test('what is told again of a link changes nothing, and a reversal takes none away', () => {
  const first = consume('S', '1');
  const undo = content('undo', 'FactReversed', { original: first.eventId, reason: 'typo' });
  const again = { ...consume('S', '1'), recordedMs: first.recordedMs } as Content;
  const {
    told,
    reaching: by,
    close,
  } = walked([...[first, produce('L', '1'), blockAll('H1', 'S'), again, undo]]);
  expect(told.slice(-2)).toEqual(Array(2).fill({ gained: [], lost: [], changes: 0 }));
  expect(by('L')).toEqual(['H1']);
  close();
});

const many = 10_000;
test.each<[string, Content[], Content]>([
  [
    'made by one order',
    [consume('S', '1'), ...Array.from({ length: many }, (_, at) => produce(`L-${at}`, '1'))],
    produce('last', '1'),
  ],
  [
    'each split from the one before',
    Array.from({ length: many }, (_, at) => split(at === 0 ? 'S' : `L-${at - 1}`, `L-${at}`)),
    split(`L-${many - 1}`, 'last'),
  ],
])('10,000 lots %s: a further one costs no more than the first', (_name, facts, last) => {
  const { told, close } = walked([
    ...facts,
    blockAll('H1', 'S'),
    last,
    letGo('H1', 'L-5'),
    free('H1'),
  ]);
  const [placed, further, reduced, ended] = told.slice(-4);
  expect(placed!.gained).toHaveLength(many + 1);
  expect(further).toEqual({ gained: ['last'], lost: [], changes: 2 });
  expect(reduced!.lost).toEqual(['L-5']);
  expect(ended!.lost).toHaveLength(many + 1);
  close();
});

/** Facts on few lots and orders, so that everything meets; each later than the one before. */
const plot = fc.array(
  fc.tuple(fc.nat(6), fc.constantFrom('A', 'B', 'C', 'D'), fc.constantFrom('A', 'B', 'C', 'D')),
  { minLength: 3, maxLength: 14 },
);
function factsOf(steps: readonly (readonly [number, string, string])[]): Content[] {
  return steps.flatMap(([way, one, two], at): Content[] => {
    const order = { order: `WO-${at % 2}` };
    if (way === 0) return [split(one, two)];
    if (way === 1) return [merge(one, two)];
    if (way === 2) return [consume(one, '1', order)];
    if (way === 3) return [produce(one, '1', order)];
    if (way === 4) return [blockAll(`H${at % 3}`, one)];
    if (way === 5) return [letGo(`H${at % 3}`, two)];
    return one === 'A' ? [free(`H${at % 3}`)] : [];
  });
}
/**
 * Each hold placed once; and each link used once, if its two times shall say all of it. A split and
 * a merge may use the same link.
 */
function once(facts: readonly Content[], links: boolean): Content[] {
  const seen = new Set<string>();
  return facts.filter((fact) => {
    const placed = fact.type === 'HoldPlaced' ? fact.body.hold : undefined;
    if (!placed && (!links || fact.type.startsWith('Hold'))) return true;
    const used = transfer({ ...fact, line: m1 }).map(({ from, to }) => [from, to]);
    const name = JSON.stringify(placed ? ['hold', placed] : used);
    return !seen.has(name) && seen.add(name);
  });
}

const all = ['A', 'B', 'C', 'D'];
test.each([true, false])('any genealogy is reached by the rule, in any order (%s)', (links) => {
  const story = plot.chain((steps) => {
    const facts = once(factsOf(steps), links);
    return fc.tuple(fc.constant(facts), shuffled(facts));
  });
  const check = ([facts, order]: [Content[], Content[]]) => {
    const told = [facts, order].map((of) => {
      const { reaching: by, close } = walked(of);
      const holds = all.map(by);
      close();
      return holds;
    });
    expect(told[1]).toEqual(told[0]);
    const heard = facts.map((fact) => ({ ...fact, line: m1 }));
    const should = all.map((lot) => reaching(heard, lot).sort());
    if (links) expect(told[0]).toEqual(should);
    else expect(told[0]).toEqual(should.map((holds) => expect.arrayContaining(holds)));
  };
  fc.assert(fc.property(story, check), { numRuns: 150 });
});

test('what a lot gives after it was let go holds nothing again', () => {
  const { reaching: by, close } = walked([
    ...[split('R', 'K'), split('K', 'P'), blockAll('H1', 'R')],
    ...[letGo('H1', 'K'), letGo('H1', 'P'), split('K', 'P')],
  ]);
  expect(['K', 'P'].flatMap(by)).toEqual([]);
  close();
});

test('a link that was used twice holds more than each use of it by itself, in doubt', () => {
  const facts = [
    ...[blockAll('H1', 'A'), split('A', 'B'), letGo('H1', 'B'), letGo('H1', 'A')],
    merge('B', 'A'),
  ];
  const { reaching: by, close } = walked(facts);
  expect(by('B')).toEqual(['H1']);
  const heard = facts.map((fact) => ({ ...fact, line: m1 }));
  expect(reaching(heard, 'B')).toEqual([]);
  close();
});
