// Goal: what a hold has let go is free only once quality has released the lot too, whichever of the
// two central hears first. Method: as in decision.central; found by the model's seeds.
import { expect, test } from 'vitest';
import { graceMs, m1, openSide, qc, stated } from './helpers/central.ts';
import { reasonOf } from './helpers/undone.ts';

const { release, produceInspected, releaseLot, block, decide, free } = stated;

test('what came into blocked stock by the decision stays there until the lot is released', () => {
  const side = openSide(':memory:', graceMs, { nowMs: 0 }, [], undefined, [{}]);
  side.note(m1, release(), produceInspected('L', '5'), block('H1', 'L', '8'), free('H1', '3'));
  const decided = { kind: 'usageDecision', quantity: '5', blocked: '5' };
  expect(side.drain()).toMatchObject([{ kind: 'goodsReceipt' }, decided]);
  side.note(qc, decide('H1', 'useAsIs', '5')); // stated before the hold was released
  expect(side.drain()).toEqual([]);
  expect(reasonOf(side)).toBe('waits for quality to release the lot');
  side.note(qc, releaseLot('L'));
  expect(side.drain()).toMatchObject([{ kind: 'unblockStock', quantity: '5' }]);
});
