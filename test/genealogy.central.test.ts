// Goal: a hold on a lot reaches what was made of it, whatever arrives first at central.
// Method: every order of arrival, with documents that go out as early as they may; and the walk
// itself, against a slower one that is written from the rule.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openGenealogy } from '../central/genealogy.ts';
import { openHolds } from '../central/holds.ts';
import { migrations } from '../central/memory.ts';
import { openDatabase } from '../shared/database.ts';
import type { Content, Fact } from '../shared/event.ts';
import { zero } from '../shared/quantity.ts';
import { m1, openSide, other, stated } from './helpers/central.ts';
import { book, type Depot, shelfOf } from './helpers/depot.ts';
import { content } from './helpers/facts.ts';
import { permutations } from './helpers/permutations.ts';
import { reaching } from './helpers/quality.ts';

const { release, produce, consume, block, blockAll, letGo, split, merge, decide, free } = stated;
const cancel = (hold: string): Content =>
  content(`cancel ${hold}`, 'HoldCancelled', { hold, reason: 'wrong lot' });
const plenty = { unrestricted: 100_000_000n, blocked: zero, scrapped: zero };

/** A central that hears stories and forgets them, each fact being of a line of its own. */
function openListener() {
  const side = openSide();
  const forget = side.db.prepare('ROLLBACK TO story');
  side.db.exec('SAVEPOINT story');
  /** How much is available in the end; documents go out as `early` as they may, or at last. */
  return (facts: readonly Content[], lots: readonly string[], early = true) => {
    let depot: Depot = { S: plenty, T: plenty, N: plenty };
    const post = () => {
      for (const posting of side.drain()) depot = book(depot, posting);
    };
    for (const fact of facts) {
      side.note(`acme/${fact.eventId}`, fact);
      if (early) post();
    }
    post();
    forget.run();
    const count = (lot: string) => shelfOf(depot, lot).unrestricted / 1_000_000n;
    return Object.fromEntries(lots.map((lot) => [lot, count(lot)]));
  };
}

const held = { L: 0n };
const there = { L: 4n };
const made = () => [release(), consume('S', '1'), produce('L', '4')];
const ofT = () => [release(), consume('T', '1'), produce('L', '4')];
const stories: [string, readonly Content[], Record<string, bigint>][] = [
  ['a hold on what an order consumed', [...made(), block('H1', 'S', '2')], held],
  ['its release', [...made(), block('H1', 'S', '2'), free('H1', '2')], there],
  ['its end by cancelling', [...made(), block('H1', 'S', '2'), cancel('H1')], there],
  [
    'its end by decisions on all of it',
    [...made(), block('H1', 'S', '2'), decide('H1', 'scrap', '1'), decide('H1', 'return', '1')],
    there,
  ],
  ['a decision on a part', [...made(), block('H1', 'S', '2'), decide('H1', 'scrap', '1')], held],
  ['a hold without a quantity', [...made(), blockAll('H1', 'S')], held],
  ['a hold on the lot itself, without a quantity', [...made(), blockAll('H1', 'L')], held],
  ['its release', [...made(), blockAll('H1', 'L'), free('H1')], there],
  ['a hold on what was split', [split('S', 'T'), ...ofT(), blockAll('H1', 'S')], held],
  ['its release', [split('S', 'T'), ...ofT(), blockAll('H1', 'S'), free('H1')], there],
  ['a hold on what was merged', [merge('T', 'S', 'U'), ...ofT(), blockAll('H1', 'U')], held],
  ['a hold that lets the lot go', [...made(), blockAll('H1', 'S'), letGo('H1', 'L')], there],
  ['a hold that lets another lot go', [...made(), blockAll('H1', 'S'), letGo('H1', 'K')], held],
  ['two holds, one ended', [...made(), blockAll('H1', 'S'), blockAll('H2', 'S'), free('H2')], held],
  [
    'two holds, one on the lot itself, that lets it go',
    [...made(), blockAll('H1', 'S'), block('H2', 'L', '4'), letGo('H2', 'L')],
    held,
  ],
  [
    'two holds, that on the lot itself ended',
    [...made(), blockAll('H1', 'S'), block('H2', 'L', '2'), free('H2', '2')],
    held,
  ],
  ['its own hold lets it go', [...made(), block('H2', 'L', '4'), letGo('H2', 'L')], there],
  [
    'a lot that was let go is used',
    [split('S', 'T'), blockAll('H1', 'S'), letGo('H1', 'T'), ...ofT()],
    there,
  ],
  [
    'a lot was used before it was let go',
    [split('S', 'T'), ...ofT(), blockAll('H1', 'S'), letGo('H1', 'T')],
    held,
  ],
  [
    'more came into a lot after it was let go',
    [...made(), blockAll('H1', 'S'), letGo('H1', 'L'), produce('L', '1')],
    held,
  ],
];

const shuffled = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

function inEveryOrder(facts: readonly Content[], check: (order: readonly Content[]) => void) {
  if (facts.length > 5) fc.assert(fc.property(shuffled(facts), check), { numRuns: 40 });
  else for (const order of permutations(facts)) check(order);
}

test.each(stories)('%s: the same in every order of arrival (%#)', (_name, facts, should) => {
  const available = openListener();
  inEveryOrder(facts, (order) => {
    expect(available(order, ['L'])).toEqual(should);
    expect(available(order, ['L'], false)).toEqual(should);
  });
});

const chain = [
  ...[release(), release('WO-2'), split('S', 'T'), consume('T', '1'), produce('L', '4')],
  ...[merge('N', 'L', 'X'), consume('N', '1', other), produce('P', '3', other)],
];
test.each<[string, Content[], Record<string, bigint>]>([
  ['from its first lot to its last', [blockAll('H1', 'S')], { L: 0n, P: 0n }],
  ['no more when the hold ends', [blockAll('H1', 'S'), free('H1')], { L: 4n, P: 3n }],
  ['behind the lot that is held', [blockAll('H1', 'X')], { L: 4n, P: 0n }],
  ['from where it was not let go', [blockAll('H1', 'S'), letGo('H1', 'L')], { L: 4n, P: 0n }],
])('a chain over two orders and many lines is held %s', (_name, holds, should) => {
  const available = openListener();
  inEveryOrder([...chain, ...holds], (order) => {
    expect(available(order, ['L', 'P'])).toEqual(should);
  });
});

/** What is known of these facts, each of a line of its own; and how they were told. */
function walked(facts: readonly Content[]) {
  const db = openDatabase(':memory:', migrations);
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
/** A hold is placed once, and a link is used once: then its two times say all. */
function once(facts: readonly Content[]): Content[] {
  const seen = new Set<string>();
  return facts.filter(({ type, lot, order, body }) => {
    const placed = type === 'HoldPlaced' ? body.hold : undefined;
    const name = JSON.stringify(placed ? ['hold', placed] : [type, lot, order, body]);
    return type.startsWith('Hold') && !placed ? true : !seen.has(name) && seen.add(name);
  });
}

test('any holds on any genealogy reach what the rule says, in any order of arrival', () => {
  const story = plot.chain((steps) => {
    const facts = once(factsOf(steps));
    return fc.tuple(fc.constant(facts), shuffled(facts));
  });
  const check = ([facts, order]: [Content[], Content[]]) => {
    const { reaching: by, close } = walked(order);
    const heard = facts.map((fact) => ({ ...fact, line: m1 }));
    for (const lot of ['A', 'B', 'C', 'D'])
      expect(by(lot), lot).toEqual(reaching(heard, lot).sort());
    close();
  };
  fc.assert(fc.property(story, check), { numRuns: 200 });
});
