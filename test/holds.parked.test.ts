// Goal: a parked document stops its order, and never what a hold has to put into blocked stock.
// Method: central's real tables, each case small enough to be read; found by the model's seeds.
import { expect, test } from 'vitest';
import { answer, m1, only, qc, refused, stated, told } from './helpers/central.ts';

const { release, report, produce, block, free } = stated;
const about = { order: 'WO-1' };

/** A lot in stock, and behind it a confirmation that waits for a person. */
function stopped() {
  const side = told(release(), produce('L', '5'));
  side.drain();
  side.note(m1, report('1'));
  const { posting } = answer(side, refused);
  side.note(m1, report('2'));
  expect(side.drain()).toEqual([]);
  return { side, parked: posting.key };
}

test('H4: what is held is blocked past a parked document, and nothing else goes', () => {
  const { side } = stopped();
  side.note(qc, block('H1', 'L', '3', about));
  const { posting } = only(side.next());
  expect(posting).toMatchObject({ kind: 'blockStock', lot: 'L', quantity: '3' });
  side.note(qc, block('H2', 'L', '1', about));
  expect(side.next()).toEqual([]);
  side.postings.settle(posting.key, { kind: 'posted', document: 'D9' });
  expect(side.drain()).toMatchObject([{ kind: 'blockStock', quantity: '1' }]);
  expect(side.states().slice(1)).toEqual([
    ...['confirmation parked', 'confirmation deferred', 'blockStock posted', 'blockStock posted'],
  ]);
});

test('H4: what leaves blocked stock waits behind it as all else does', () => {
  const { side, parked } = stopped();
  side.note(qc, block('H1', 'L', '3', about), free('H1', '3', about), block('H2', 'L', '4', about));
  expect(side.drain().map(({ kind, quantity }) => `${kind} ${quantity}`)).toEqual([
    ...['blockStock 3', 'blockStock 1'], // so much as both hold in the end
  ]);
  side.postings.decide(parked, 'GiveUp', {});
  expect(side.drain().map(({ kind }) => kind)).toEqual(['confirmation']);
});

test('H4: a block that the ERP refuses is parked too, and the next one goes past both', () => {
  const { side } = stopped();
  side.note(qc, block('H1', 'L', '3', about));
  answer(side, refused);
  side.note(qc, block('H2', 'L', '1', about));
  expect(side.drain()).toMatchObject([{ kind: 'blockStock', quantity: '1' }]);
});
