// Goal: whose a document is, is said by its key: never by a number, an amount or a guess.
// Method: an ERP with books in memory that was restored, renumbers, or cannot tell.
import { expect, test } from 'vitest';
import { against } from '../cli/closing.ts';
import { stated } from './helpers/central.ts';
import { plantWith } from './helpers/erpplant.ts';

const { release, report, produce, consume, block, start, reverse } = stated;

const [made, used, first, second] = [
  produce('L1', '6'),
  consume('S1', '2'),
  report('5', { scrap: '1' }),
  report('3'),
];
const facts = [release(), start('R1'), first, second, used, made, block('H1', 'L1', '2')];

test('numbers that a restored ERP gives again mislead nobody: keys are looked up', async () => {
  const plant = await plantWith(facts);
  plant.books.lose(plant.keyOf(second));
  const hand = { kind: 'confirmation', eventId: 'hand', atMs: 1, order: 'WO-1' } as const;
  const number = plant.books.book({ ...hand, key: 'x', operation: '0010', yield: '3' }, null);
  plant.books.renumber(number, 'N2');
  plant.books.renumber('N1', 'N9');
  expect((await plant.close()).erp!.differences).toMatchObject([
    { sort: 'renumbered', document: 'N9', why: 'central has it as N1' },
    { sort: 'missing', document: 'N2', key: plant.keyOf(second) },
    { sort: 'foreign', document: 'N2' },
  ]);
  plant.books.book(
    { ...hand, key: plant.keyOf(first), operation: '0010', yield: '5' },
    plant.keyOf(first),
  );
  expect((await plant.close()).erp!.differences).toMatchObject([
    { sort: 'amount' },
    { sort: 'twice', why: expect.stringMatching(/^its key stands in N9, N\d+$/) },
    { sort: 'missing' },
    { sort: 'foreign' },
  ]);
});

test('what takes back counts: a pair that is lost is none, half of one is named', async () => {
  const plant = await plantWith(facts);
  const back = reverse(second);
  plant.hear(back);
  await plant.postAll();
  expect(against(await plant.close(), [])).toEqual([]);
  plant.books.lose(plant.keyOf(back));
  expect((await plant.close()).erp!.differences).toMatchObject([
    { sort: 'amount', why: 'operation 0010: yield 5 EA posted, 8 in the ERP' },
    { sort: 'missing', kind: 'cancelConfirmation', key: plant.keyOf(back) },
  ]);
  plant.books.lose(plant.keyOf(second));
  expect(against(await plant.close(), [])).toEqual([]);
  plant.hear(reverse(back));
  await plant.postAll();
  expect((await plant.close()).erp!.differences).toEqual([]);
});

test('what a person has settled has no key in the ERP, and is there all the same', async () => {
  const plant = await plantWith(facts);
  const parked = report('1');
  plant.hear(parked);
  const [task] = plant.postings.next(new Set(), 1);
  plant.postings.settle(task!.posting.key, { kind: 'refused', code: 'X/1', reason: 'locked out' });
  const said = { by: 'person:17', reason: 'booked by hand' };
  const number = plant.books.book({ ...task!.posting }, null);
  const settle = { method: 'POST', url: `/v1/desk/${task!.posting.key}/settle` } as const;
  await plant.app.inject({ ...settle, payload: { ...said, document: number } });
  plant.books.lose(plant.keyOf(second));
  expect((await plant.close()).erp!.differences).toMatchObject([
    { sort: 'amount' },
    { sort: 'missing', key: plant.keyOf(second) },
  ]);
});

test('what the ERP cannot tell is never called missing', async () => {
  const plant = await plantWith(facts);
  plant.books.lose(plant.keyOf(second));
  const { lookup } = plant.books.erp;
  Object.assign(plant.books.erp, {
    lookup: async (posting: Parameters<typeof lookup>[0]) =>
      posting.key === plant.keyOf(second)
        ? { kind: 'undecided', reason: 'it keeps no keys' }
        : lookup(posting),
  });
  expect((await plant.close()).erp!.differences).toMatchObject([
    { sort: 'amount' },
    { sort: 'untold', why: 'the ERP cannot tell whether it is there: it keeps no keys' },
  ]);
});

test('what says something else under its key is told as that', async () => {
  const plant = await plantWith(facts);
  const { lookup } = plant.books.erp;
  plant.books.lose(plant.keyOf(second));
  const hand = { kind: 'confirmation', eventId: 'hand', atMs: 1, order: 'WO-1' } as const;
  const changed = { ...hand, key: plant.keyOf(second), operation: '0010', yield: '2' };
  const document = plant.books.book(changed);
  Object.assign(plant.books.erp, {
    lookup: async (posting: Parameters<typeof lookup>[0]) =>
      posting.key === changed.key
        ? { kind: 'differs', document, reason: 'yield 2 instead of 3' }
        : lookup(posting),
  });
  expect(against(await plant.close(), [])).toEqual([
    'WO-1: operation 0010: yield 8 EA posted, 7 in the ERP',
    expect.stringContaining(
      `, ${document} in the ERP: it says something else: yield 2 instead of 3`,
    ),
  ]);
});

test('beside a lost pair only what else is lost is named', async () => {
  const plant = await plantWith(facts);
  const back = reverse(second);
  plant.hear(back);
  await plant.postAll();
  plant.books.lose(...[second, back, used].map((fact) => plant.keyOf(fact)));
  expect((await plant.close()).erp!.differences).toMatchObject([
    { sort: 'amount', why: 'STEEL lot S1: issued 2 EA posted, 0 in the ERP' },
    { sort: 'missing', kind: 'goodsIssue', key: plant.keyOf(used) },
  ]);
});
