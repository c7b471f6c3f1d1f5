// Goal: before anybody decides a hold, they see what the decision will do; and it does just that.
// Method: every effect that is told is compared with the plant after the decision was carried out.
import { expect, test } from 'vitest';
import { readHold } from '../edge/view/hold.ts';
import type { Watching } from '../edge/view/weighing.ts';
import { templates } from '../statecharts/policy.ts';
import { openBox } from './helpers/box.ts';
import { openScreen, viewer } from './helpers/screen.ts';
import { lots, m01, quality, quantityHold, shop } from './helpers/shop.ts';

function openCase(policy = templates.discrete) {
  const box = openBox(':memory:', [{ line: m01, lanes: 2, policy }]);
  const { weigh } = openScreen(box).lines;
  const read = (query: object, watching?: Watching) =>
    readHold({ ...box, weigh }, { hold: 'H1', ...query }, watching);
  const codes = (query: object = {}, watching?: Watching) =>
    read(query, watching).choices.map(({ disposition, effects }) => [
      disposition,
      ...effects.map(({ what, quantity = '', lot = '' }) => [what, quantity, lot].join(' ').trim()),
    ]);
  for (const given of [shop.release(), shop.start(), shop.phase('R1')]) box.decide(given);
  return { box, read, codes };
}

test('held pieces become good, scrap or rework; the last of them frees the order', () => {
  const { box, read, codes } = openCase();
  box.decide(shop.report('R1', { good: '1', held: '5' }));
  box.decide(quantityHold('H1', '5'));
  expect(codes()).toEqual([
    ['useAsIs', 'toGood 5', 'holdEnds', 'orderFree'],
    ['rework', 'toRework 5', 'holdEnds', 'orderFree'],
    ['scrap', 'toScrap 5', 'holdEnds', 'orderFree'],
    ['return', 'toScrap 5', 'holdEnds', 'orderFree'],
  ]);
  expect(codes({ disposition: 'scrap', quantity: '2.5' })).toEqual([
    ['scrap', 'toScrap 2.5', 'holdStays 2.5'],
  ]);
  const [only] = read({ disposition: 'scrap', quantity: '2.5' }).choices;
  expect(only).toMatchObject({ action: 'DispositionHold', allowed: true, rule: null });
  expect(only!.effects.map(({ words }) => words)).toEqual([
    '2.5 EA become scrap',
    'hold H1 keeps 2.5 EA',
  ]);
  box.decide(shop.dispose('H1', '2.5'));
  expect(box.book.look('hold', 'H1')?.remaining).toBe(2_500_000n);
  expect(box.book.tally('operation', 'WO-1', '0010').freedScrap).toBe(2_500_000n);
  expect(codes({ quantity: '2.5', disposition: 'useAsIs' })).toEqual([
    ['useAsIs', 'toGood 2.5', 'holdEnds', 'orderFree'],
  ]);
  const more = read({ quantity: '3', disposition: 'useAsIs' }).choices[0]!;
  expect(more).toMatchObject({ allowed: false, rule: 'withinHold', effects: [] });
  expect(read({}, viewer('person:9')).choices[0]).toMatchObject({ rule: 'otherThanPlacer' });
  expect(read({}, 'none').choices[0]).toMatchObject({ allowed: false, rule: 'signIn' });
  expect(read({})).toMatchObject({
    ...{ hold: 'H1', scope: 'quantity', placedBy: 'person:9', remaining: '2.5', unit: 'EA' },
    ...{ needsSignature: false, needsSecond: true, lots: [] },
  });
});

test('a held lot tells its kin, and what becomes of it and what was made of it', () => {
  const { box, read, codes } = openCase();
  box.decide(shop.consume('S1'));
  box.decide(shop.produce('L1', { quantity: '100' }));
  box.decide(lots.split('L1', { L2: '40' }));
  box.decide(lots.hold('H1', 'L1'));
  expect(read({}).lots).toMatchObject([
    { lot: 'L1', quantity: '60', state: 'restricted', into: [{ kind: 'lot', id: 'L2' }] },
    { lot: 'L2', quantity: '40', from: [{ kind: 'lot', id: 'L1' }] },
  ]);
  expect(codes({ disposition: 'useAsIs' })).toEqual([
    ['useAsIs', 'lotFree  L1', 'lotFree  L2', 'holdEnds', 'orderFree'],
  ]);
  expect(codes({ disposition: 'scrap', quantity: '70' })).toEqual([
    ['scrap', 'lotLess 0 L1', 'lotLess 30 L2', 'holdStays 30'],
  ]);
  box.decide({ ...shop.dispose('H1', '70') });
  expect(box.book.look('lot', 'L2')?.quantity).toBe(30_000_000n);
  box.decide({ ...shop.dispose('H1', '30', { disposition: 'useAsIs' }) });
  expect(box.book.look('lot', 'L2')?.state).toBe('unrestricted');
});

test('what a plant reviews is first proposed, then approved, and each step is told', () => {
  const { box, read } = openCase(templates.regulated);
  box.decide(quantityHold('H1', '5'));
  const step = (query: object, who: string) => {
    const { action, allowed, rule } = read(query, viewer(who)).choices[0]!;
    return [action, allowed ? 'allowed' : rule];
  };
  const scrap = { disposition: 'scrap' };
  expect(read({})).toMatchObject({ needsSignature: true, needsSecond: true });
  expect(step(scrap, 'person:1')).toEqual(['DispositionHold', 'direct']);
  box.decide(quality.review('H1'));
  expect(step(scrap, 'person:1')).toEqual(['ProposeDisposition', 'allowed']);
  box.decide(quality.propose('H1', { signature: 'proposed' }));
  expect(step(scrap, 'person:1')).toEqual(['ApproveDisposition', 'otherThanProposer']);
  expect(step(scrap, 'person:2')).toEqual(['ApproveDisposition', 'allowed']);
  expect(step({ disposition: 'useAsIs' }, 'person:2')).toEqual(['DispositionHold', 'state']);
  box.decide(quality.approve('H1', { actor: 'person:2' }, { signature: 'approved' }));
  expect(step(scrap, 'person:2')).toEqual(['DispositionHold', 'allowed']);
  expect(step({ disposition: 'useAsIs' }, 'person:2')).toEqual(['DispositionHold', 'asProposed']);
});

test('a hold without a quantity is released, and nothing is said of one that is over', () => {
  const { box, read, codes } = openCase();
  box.decide(shop.hold('H1', 'order', { order: 'WO-1' }));
  expect(codes()).toEqual([[null, 'holdEnds', 'orderFree']]);
  expect(read({}).choices).toMatchObject([{ action: 'ReleaseHold', allowed: true }]);
  box.decide(shop.hold('H2', 'order', { order: 'WO-1' }));
  expect(codes()).toEqual([[null, 'holdEnds']]);
  box.decide(shop.free('H1'));
  expect(read({}).choices).toMatchObject([{ allowed: false, effects: [] }]);
});

test('what is asked wrongly is refused by name', () => {
  const { box, read } = openCase();
  box.decide(quantityHold('H1', '5'));
  expect(() => read({ hold: 'H9' })).toThrow('hold: H9 is unknown at this edge');
  expect(() => read({ hold: ['H1'] })).toThrow('unknown');
  expect(() => read({ disposition: 'eat' })).toThrow('disposition: must be one of useAsIs');
  expect(() => read({ quantity: 'x' })).toThrow('quantity: must be a decimal text');
  expect(() => read({ quantity: '0' })).toThrow('quantity: must be more than 0');
});
