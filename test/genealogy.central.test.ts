// Goal: a hold on a lot reaches what was made of it, whatever arrives first at central.
// Method: every order of arrival, with documents that go out as early as they may. The walk itself
// is in genealogy.walk.
import { expect, test } from 'vitest';
import type { Content } from '../shared/event.ts';
import { zero } from '../shared/quantity.ts';
import { openSide, other, stated } from './helpers/central.ts';
import fc from './helpers/check.ts';
import { book, type Depot, shelfOf } from './helpers/depot.ts';
import { content } from './helpers/facts.ts';
import { permutations, shuffled } from './helpers/permutations.ts';

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
      // A document of a lot waits for another one of it.
      for (let more = true; more; side.time.nowMs += 1_000) {
        const posted = side.drain();
        for (const posting of posted) depot = book(depot, posting);
        more = posted.length > 0;
      }
    };
    for (const fact of facts) {
      side.note(`acme/${fact.eventId}`, fact);
      if (early) post();
    }
    post();
    forget.run();
    side.postings.undone();
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
    'a lot was used before it was let go and after',
    [split('S', 'T'), ...ofT(), blockAll('H1', 'S'), letGo('H1', 'T'), consume('T', '1')],
    held,
  ],
  [
    'a lot that was let go twice, for more came into it between',
    [...made(), blockAll('H1', 'S'), letGo('H1', 'L'), produce('L', '1'), letGo('H1', 'L')],
    { L: 5n },
  ],
  [
    'more came into a lot after it was let go',
    [...made(), blockAll('H1', 'S'), letGo('H1', 'L'), produce('L', '1')],
    held,
  ],
];

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
