// Goal: goods go back as they came, as long as nothing was done with them; what is held stays so.
// Method: central's real tables, each case small enough to be read.
import { expect, test } from 'vitest';
import { again, m1, other, qc, stated, told } from './helpers/central.ts';
import { brief, expectAll, reasonOf } from './helpers/undone.ts';

const { release, produce, consume, blockAll, free, reverse } = stated;

test('a receipt of which nothing went further goes back, a hold on it or not', () => {
  const made = produce('L', '4');
  const side = told(release(), made);
  side.drain();
  side.note(m1, reverse(made));
  side.note(qc, stated.hold('H1', 'order', { order: 'WO-1' }));
  expect(brief(side)).toEqual(['cancelReceipt 4 of D1']);
  side.note(m1, produce('K', '110'));
  side.note(qc, free('H1', undefined, { order: 'WO-1' }));
  expect(brief(side)).toEqual(['goodsReceipt 110']); // the tolerance has room for it again
});

test('a receipt of which something went further is a case, which names what stands on it', () => {
  const [made, used] = [produce('L', '4'), consume('L', '1', other)];
  const side = told(release(), release('WO-2'), made, used);
  side.drain();
  side.note(m1, reverse(made));
  expect(side.drain()).toEqual([]);
  expect(reasonOf(side)).toBe('what it takes back went further: goodsIssue D2');
  const { key } = side.rows().at(-1)!;
  side.note(m1, reverse(used));
  expect(brief(side)).toEqual(['cancelIssue 1 of D2']);
  again(side.postings, key);
  expect(brief(side)).toEqual(['cancelReceipt 4 of D1']);
});

test('a receipt waits for what went further and is taken back itself', () => {
  const [made, used] = [produce('L', '4'), consume('L', '1', other)];
  const side = told(release(), release('WO-2'), made, used);
  side.drain();
  side.note(m1, reverse(used), reverse(made));
  expect(brief(side)).toEqual(['cancelIssue 1 of D2', 'cancelReceipt 4 of D1']);
});

test('what was not made is not issued: an issue waits for its lot to be there again', () => {
  const made = produce('L', '4');
  const side = told(release(), release('WO-2'), made);
  side.drain();
  const undo = reverse(made);
  side.note(m1, undo, consume('L', '1', other));
  expect(brief(side)).toEqual(['cancelReceipt 4 of D1']);
  expect(reasonOf(side)).toBe('waits: a receipt of the lot was taken back');
  side.note(m1, reverse(undo));
  expect(brief(side)).toEqual(['goodsReceipt 4', 'goodsIssue 1']);
});

test('goods of an issue that come back under a hold are blocked', () => {
  const [steel, made, used] = [consume('S', '1'), produce('L', '4'), consume('L', '1', other)];
  const side = told(release(), release('WO-2'), steel, made, used);
  side.drain();
  side.note(qc, blockAll('H1', 'S'));
  expect(brief(side)).toEqual(['blockStock 3']);
  side.note(m1, reverse(used));
  expect(brief(side)).toEqual(['cancelIssue 1 of D3', 'blockStock 1']);
  expectAll(side, 7);
  side.note(qc, free('H1'));
  expect(brief(side)).toEqual(['unblockStock 4']);
});

test.each(['GiveUp', 'Settle', 'Retry'] as const)(
  'of what waits for a case a person decides too: after %s it stands once',
  (what) => {
    const [made, used] = [produce('L', '4'), consume('L', '1', other)];
    const undo = reverse(made);
    const side = told(release(), release('WO-2'), made, used);
    side.drain();
    side.note(m1, undo);
    side.drain();
    side.note(m1, reverse(undo));
    const [, , cancel, anew] = side.rows();
    expect([cancel!.state, anew!.reason]).toEqual(['parked', 'behind the parked one']);
    if (what === 'Retry') again(side.postings, cancel!.key);
    else side.postings.decide(cancel!.key, what, { document: 'D9', reason: 'so be it' });
    expect(brief(side)).toEqual(what === 'Settle' ? ['goodsReceipt 4'] : []);
    expectAll(side, 6);
  },
);
