// Goal: what the ordeal counts at the end of a round would tell of a fact or a document that is
// lost, doubled or out of order. Method: books that are whole, and each flaw put into them.
import { expect, test } from 'vitest';
import { erpFlawsOf, flawsOf } from './ordeal/books.ts';

const fact = (sequence: number, mark = sequence) => ({
  path: 'a/b/c/M01',
  sequence,
  hash: Buffer.from([mark]),
});
const stated = [fact(1), fact(2), fact(3)];
const none = { lost: 0, doubled: 0, disordered: 0 };

test.each([
  ['whole', stated, none],
  ['a fact is missing', [fact(1), fact(2)], { ...none, lost: 1 }],
  ['a fact has other bytes', [fact(1), fact(2), fact(3, 9)], { ...none, lost: 1 }],
  ['a fact is there again', [...stated, fact(4, 3)], { ...none, doubled: 1 }],
  ['a fact comes early', [fact(1), fact(3), fact(2)], { ...none, disordered: 2 }],
])('a ledger: %s', (_name, kept, flaws) => {
  expect(flawsOf(stated, kept)).toEqual(flaws);
});

const confirmed = (count: number, aside = 0) => ({
  ...{ lane: 'WO-1', lot: null, aside },
  number: `0000000007/0000000${count}`,
});
const issued = (number: number) => ({
  ...{ lane: 'WO-1', lot: 'L1', aside: 0 },
  number: `490000000${number}/2026`,
});
const posted = [confirmed(1), issued(1), confirmed(2), issued(2)];
const books = [
  { key: 'a', number: '0000000007/00000001' },
  { key: 'b', number: '0000000007/00000002' },
  { key: 'C', number: '4900000001/' },
  { key: 'D', number: '4900000002/' },
];

test.each([
  ['whole', posted, books, none],
  ['a document is missing', posted, books.slice(0, 3), { ...none, lost: 1 }],
  [
    'a document is there again',
    posted,
    [...books, { key: 'a', number: '0000000007/00000003' }],
    { ...none, doubled: 1 },
  ],
  [
    'confirmations in another order',
    [confirmed(2), confirmed(1)],
    books,
    { ...none, disordered: 1 },
  ],
  ['issues in another order', [issued(2), issued(1)], books, { ...none, disordered: 1 }],
  ['a final confirmation waits aside', [confirmed(2, 1), confirmed(1)], books, none],
])('an ERP: %s', (_name, all, kept, flaws) => {
  expect(erpFlawsOf(all, kept)).toEqual(flaws);
});
