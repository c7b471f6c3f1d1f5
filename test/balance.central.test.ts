// Goal: Q9: what is held at an operation is let go by a decision on it alone, at the edge and at
// central alike. Method: holds on pieces and on a lot of one operation, decided at a real edge;
// central sums up the same facts forwards and backwards.
import { expect, test } from 'vitest';
import { openTotals, totalsMigrations } from '../central/ledger/totals.ts';
import { decodeContent } from '../shared/codec.ts';
import type { Fact } from '../shared/event.ts';
import { quantityText } from '../shared/quantity.ts';
import { balanceOf } from '../statecharts/balance.ts';
import { emptyTally } from '../statecharts/tally.ts';
import { openBox, outcome } from './helpers/box.ts';
import { openMedium } from './helpers/medium.ts';
import { m01, quantityHold, shop } from './helpers/shop.ts';

type Known = Parameters<typeof balanceOf>[0];
const op = { order: 'WO-1', operation: '0010' };
const measured = { quantity: '4', unit: 'EA' };

/** "6 good, 4 held" at the edge, and at central from the facts in either order. */
function balances(box: ReturnType<typeof openBox>): string[] {
  const facts = [...box.store.history()].map(({ bytes }) => {
    return { ...decodeContent(bytes), line: m01 } as Fact;
  });
  const central = [facts, facts.toReversed()].map((heard): Known['tally'] => {
    const totals = openTotals(openMedium(':memory:', totalsMigrations), () => m01);
    for (const fact of heard) totals.note(fact, undefined);
    totals.save();
    return (kind, ...names) => {
      const all = totals.all(kind as 'operation');
      return all.find(([key]) => key === names.join('\n'))?.[1] ?? emptyTally();
    };
  });
  return [box.book.tally, ...central].map((tally) => {
    const { good, scrap, held } = balanceOf({ look: box.book.look, tally }, 'WO-1', '0010');
    return `${quantityText(good)} good, ${quantityText(scrap)} scrap, ${quantityText(held)} held`;
  });
}

function openShop() {
  const box = openBox();
  const tell = (...asked: object[]) => {
    for (const given of asked) expect(outcome(box.decide(given))).toBe('accepted');
  };
  const operations = [{ operation: '0010', name: 'turning' }];
  tell(shop.release({ quantity: '10', operations }), shop.start(), shop.phase('R1'));
  tell(shop.report('R1', { good: '6', held: '4' }), shop.produce('L-1', { quantity: '6' }));
  tell(shop.hold('H1', 'lot', { ...op, lot: 'L-1' }, measured));
  return { box, tell };
}

const decisions: [string, object][] = [
  ['used as it is', shop.dispose('H1', '4', { disposition: 'useAsIs' })],
  ['scrapped', shop.dispose('H1', '3')],
  ['released', shop.free('H1')],
];
test.each(decisions)('Q9: what of a lot is %s is held at no operation', (_, decision) => {
  const { box, tell } = openShop();
  tell(decision);
  expect(new Set(balances(box))).toEqual(new Set(['6 good, 0 scrap, 4 held']));
});

test('Q9: pieces held beside it are let go by the decision on them', () => {
  const { box, tell } = openShop();
  tell(quantityHold('H2', '4'), shop.dispose('H2', '1'));
  expect(new Set(balances(box))).toEqual(new Set(['6 good, 1 scrap, 3 held']));
  tell(shop.free('H2'), shop.free('H1'));
  expect(new Set(balances(box))).toEqual(new Set(['9 good, 1 scrap, 0 held']));
});
