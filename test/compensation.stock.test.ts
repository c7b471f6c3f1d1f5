// Goal: goods go back as they came, as long as nothing was done with them; what is held stays so.
// Method: central's real tables, each case small enough to be read.
import { expect, test } from 'vitest';
import { openStock } from '../central/posting/stock.ts';
import {
  again,
  answer,
  graceMs,
  m1,
  only,
  other,
  qc,
  stated,
  told,
  unknown,
} from './helpers/central.ts';
import { brief, expectAll, reasonOf } from './helpers/undone.ts';

const { release, report, produce, consume, blockAll, free, reverse } = stated;

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

test('a chain of reversals behind a case ends with one document, whatever the person says', () => {
  for (const what of ['GiveUp', 'Settle'] as const) {
    const [made, used] = [produce('L', '4'), consume('L', '1', other)];
    const side = told(release(), release('WO-2'), made, used);
    side.drain();
    let last = reverse(made);
    side.note(m1, last);
    side.drain(); // the case
    for (let time = 0; time < 3; time++) {
      last = reverse(last);
      side.note(m1, last);
    }
    side.postings.decide(side.rows()[2]!.key, what, { document: 'D9', reason: 'so be it' });
    expect(brief(side)).toEqual(what === 'Settle' ? ['goodsReceipt 4'] : []);
    expectAll(side, 8);
  }
});

test('an issue waits while a receipt of its lot is a case', () => {
  const [made, used] = [produce('L', '4'), consume('L', '1', other)];
  const side = told(release(), release('WO-2'), made, used);
  side.drain();
  side.note(m1, reverse(made));
  side.drain();
  side.note(m1, consume('L', '1', other));
  expect(brief(side)).toEqual([]);
  expect(reasonOf(side)).toBe('waits: a receipt of the lot is to be taken back');
  const { key } = side.rows()[2]!;
  side.postings.decide(key, 'GiveUp', { reason: 'counted again' });
  expect(brief(side)).toEqual(['goodsIssue 1']);
});

test('a receipt waits for an issue that is in flight, and is a case only if it is there', () => {
  for (const found of [true, false]) {
    const made = produce('L', '4');
    const side = told(release(), release('WO-2'), made);
    side.drain();
    side.note(m1, consume('L', '1', other));
    const { posting } = answer(side, unknown);
    side.note(m1, reverse(made));
    expect(side.next('WO-2')).toEqual([]);
    expect(side.states().at(-1)).toBe('cancelReceipt intended');
    side.time.nowMs += graceMs;
    expect(only(side.next('WO-1')).do).toBe('lookUp');
    side.postings.found(posting.key, found ? ['D9'] : []);
    expect(brief(side)).toEqual(found ? [] : ['cancelReceipt 4 of D1']);
    expect(reasonOf(side)).toBe(found ? 'what it takes back went further: goodsIssue D9' : null);
  }
});

test('a receipt that goes with what was blocked of it leaves the rest of the lot blocked', () => {
  const made = produce('L', '4');
  const side = told(release(), stated.block('H1', 'L', '2'), made, produce('L', '5'));
  expect(side.drain()).toMatchObject([{ blocked: '2' }, { blocked: '0' }]);
  side.note(m1, reverse(made));
  expect(side.drain()).toMatchObject([
    { kind: 'cancelReceipt', quantity: '4', blocked: '2' },
    { kind: 'blockStock', quantity: '2' },
  ]);
});

test('a lot that is received again is so under the holds of the line that made it', () => {
  const made = produce('L', '4');
  const undo = reverse(made);
  const side = told(release(), stated.hold('H1', 'line'), made, undo);
  side.note(qc, reverse(undo));
  expect(brief(side)).toEqual([]);
  expect(side.rows().at(-1)).toMatchObject({ kind: 'goodsReceipt', state: 'held' });
  side.note(m1, free('H1'));
  expect(brief(side)).toEqual(['goodsReceipt 4']);
});

test('what is being taken back still counts, until it surely was', () => {
  const [made, good] = [produce('L', '4'), report('5')];
  const side = told(release(), made, good);
  side.drain();
  const sums = () => {
    const { confirmed, received, of } = openStock(side.db);
    const row = side.rows().find(({ kind }) => kind === 'confirmation')!;
    const { allReceived } = of('L');
    const units = (amount: bigint) => Number(amount / 1_000_000n);
    return [confirmed(side.postings.one(row.key)), received('WO-1'), allReceived].map(units);
  };
  side.note(m1, reverse(good));
  const first = answer(side, unknown);
  expect(sums()).toEqual([5, 4, 4]);
  side.time.nowMs += graceMs;
  only(side.next());
  side.postings.found(first.posting.key, ['D8']);
  side.note(m1, reverse(made));
  const second = answer(side, unknown);
  expect(sums()).toEqual([0, 4, 4]);
  side.time.nowMs += graceMs;
  only(side.next());
  side.postings.found(second.posting.key, ['D9']);
  expect(sums()).toEqual([0, 0, 0]);
});
