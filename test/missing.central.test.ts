// Goal: what the ERP has lost is posted again under its own key, once, after two people have said
// so and a look-up has found nothing; never by itself.
// Method: central's ledger and an ERP with books in memory that loses documents, as after a
// restored backup; what people say goes over HTTP.
import { expect, test } from 'vitest';
import { against } from '../cli/closing.ts';
import { stated } from './helpers/central.ts';
import { plantWith } from './helpers/erpplant.ts';
import { m01 } from './helpers/shop.ts';

const { release, report, produce, consume, blockAll, reverse } = stated;
const second = 'person:9';
const [made, used, some, more] = [
  produce('L1', '60'),
  consume('S1', '2'),
  report('60'),
  report('45'),
];
const facts = [release(), some, more, used, made];

test('E7: what is lost is named, and stays so until two people have said: again', async () => {
  const plant = await plantWith(facts);
  const key = plant.keyOf(more);
  plant.books.lose(key);
  const before = plant.postings.counts();
  await plant.postAll();
  expect((await plant.close()).erp!.differences).toMatchObject([{}, { sort: 'missing', key }]);
  expect(await plant.say('missing', key)).toMatchObject([
    200,
    { posting: { state: 'posted', document: 'N2' }, losses: [{ decision: null, by: 'person:17' }] },
  ]);
  const [, list] = await Promise.all([plant.postAll(), plant.app.inject('/v1/desk')]);
  expect(list.json()).toMatchObject({ postings: [], missing: [{ key, document: 'N2' }] });
  expect(plant.books.keys()).not.toContain(key);
  for (const by of ['person:17', 'PERSON:17']) {
    expect(await plant.say('approve', key, by)).toMatchObject([
      409,
      { message: `by: ${by} has proposed it: a second person must approve` },
    ]);
  }
  expect(await plant.say('approve', key, second)).toMatchObject([
    200,
    {
      posting: { state: 'unknown', document: null },
      losses: [{ document: 'N2', decision: 'approved', decidedBy: second }],
      gate: null,
    },
  ]);
  plant.books.asked.lookups.length = 0;
  await plant.postAll();
  expect(plant.books.asked.lookups).toEqual([key]);
  expect(plant.books.keys().filter((one) => one === key)).toHaveLength(1);
  expect(plant.postings.one(key)).toMatchObject({ state: 'posted', document: 'N5', yield: '45' });
  expect(plant.postings.counts()).toEqual(before);
  expect(against(await plant.close(), [])).toEqual([]);
});

test('E7: what is there after all is taken as it is, and not posted twice', async () => {
  const plant = await plantWith(facts);
  const key = plant.keyOf(used);
  const count = plant.books.count();
  plant.books.renumber('N3', 'N33');
  await plant.say('missing', key);
  await plant.say('approve', key, second);
  await plant.postAll();
  expect(plant.postings.one(key)).toMatchObject({ state: 'posted', document: 'N33' });
  expect(plant.books.count()).toBe(count);
});

test('E7: no, and it stays posted; whatever is not so is refused in words', async () => {
  const plant = await plantWith(facts);
  const key = plant.keyOf(some);
  expect(await plant.say('approve', key, second)).toMatchObject([409, { code: 'REFUSED' }]);
  await plant.say('missing', key);
  expect(await plant.say('missing', key, second)).toMatchObject([
    409,
    { message: expect.stringMatching(/is named by person:17 already: approve or reject it first/) },
  ]);
  expect(await plant.say('reject', key, second)).toMatchObject([
    200,
    { posting: { state: 'posted', document: 'N1' }, losses: [{ decision: 'rejected' }] },
  ]);
  expect(await plant.say('approve', key, second)).toMatchObject([409, { code: 'REFUSED' }]);
  expect(await plant.say('missing', 'nothing')).toMatchObject([404, { code: 'UNKNOWN' }]);
  const back = reverse(some);
  plant.hear(back);
  await plant.postAll();
  expect(await plant.say('missing', key)).toMatchObject([
    409,
    { message: expect.stringMatching(/taken back by cancelConfirmation N\d+: what lacks is that/) },
  ]);
  plant.hear(reverse(more));
  plant.postings.next(new Set(), 1);
  const [, told] = await plant.say('missing', plant.keyOf(back, 0));
  expect(told).toMatchObject({ losses: [{ decision: null }] });
});

test('E7: the table itself lets nothing out of posted that two people have not said', async () => {
  const plant = await plantWith(facts);
  const key = plant.keyOf(some);
  const lose = () => plant.postings.decide(key, 'Lost', { document: null });
  expect(lose).toThrow('what is posted stays posted');
  await plant.say('missing', key);
  expect(lose).toThrow('what is posted stays posted');
  const { db } = plant;
  expect(() => db.exec("UPDATE loss SET decision = 'approved'")).toThrow();
  const same = "decided_ms = 1, decided_by = 'Person:17', words = 'x'";
  expect(() => db.exec(`UPDATE loss SET decision = 'approved', ${same}`)).toThrow('CHECK');
  expect(() => db.exec("UPDATE loss SET document = 'N9'")).toThrow('never edited');
  expect(() => db.exec('DELETE FROM loss')).toThrow('never deleted');
  expect(plant.postings.one(key).state).toBe('posted');
});

test('E7: sums count it as long as it may be there, and the edge is told so', async () => {
  const plant = await plantWith(facts);
  const told = () => plant.postings.settled(m01, 5);
  expect(told()).toEqual({ settled: 5, waiting: [] });
  const key = plant.keyOf(made);
  plant.books.lose(key);
  await plant.say('missing', key);
  await plant.say('approve', key, second);
  expect(told()).toEqual({ settled: 4, waiting: [] });
  // 60 of 100 + 10 % are received, or may be: 55 more would be too much either way.
  plant.hear(produce('L2', '55'), consume('L1', '5', { order: 'WO-1' }));
  await plant.postAll();
  const states = plant.db.prepare("SELECT lot, state FROM posting WHERE kind <> 'confirmation'");
  expect(states.all()).toEqual([
    { lot: 'S1', state: 'posted' },
    { lot: 'L1', state: 'posted' },
    { lot: 'L2', state: 'parked' },
    { lot: 'L1', state: 'deferred' },
  ]);
  expect(plant.books.keys().filter((one) => one === key)).toHaveLength(1);
});

test('E7: an issue of a lot whose receipt is lost waits until that is there again', async () => {
  const plant = await plantWith(facts);
  const key = plant.keyOf(made);
  plant.books.lose(key);
  await plant.say('missing', key);
  await plant.say('approve', key, second);
  const later = consume('L1', '5', { order: 'WO-2' });
  plant.hear(release('WO-2'), later);
  const [look, ...others] = plant.postings.next(new Set(), 10);
  expect([look!.do, look!.posting.key, others]).toEqual(['lookUp', key, []]);
  expect(plant.postings.one(plant.keyOf(later)).reason).toBe('waits for the receipt of the lot');
  plant.postings.found(key, []);
  await plant.postAll();
  expect(plant.postings.one(plant.keyOf(later)).state).toBe('posted');
  expect(plant.books.keys().slice(-2)).toEqual([key, plant.keyOf(later)]);
});

test('E7: what an order lost goes in order of its facts, whoever approves', async () => {
  const plant = await plantWith(facts);
  const keys = [some, more, made].map((fact) => plant.keyOf(fact));
  plant.books.lose(...keys);
  for (const key of keys) await plant.say('missing', key);
  for (const key of keys.toReversed()) await plant.say('approve', key, second);
  await plant.postAll();
  expect(plant.books.keys().slice(-3)).toEqual(keys);
  expect(against(await plant.close(), [])).toEqual([]);
});

test('E7: what was reversed meanwhile is not posted again', async () => {
  const plant = await plantWith(facts);
  const key = plant.keyOf(more);
  plant.books.lose(key);
  await plant.say('missing', key);
  await plant.say('approve', key, second);
  const back = reverse(more);
  plant.hear(back);
  await plant.postAll();
  expect(plant.postings.one(key)).toMatchObject({
    ...{ state: 'void', reason: 'taken back before it was posted' },
  });
  expect(plant.postings.one(plant.keyOf(back)).state).toBe('void');
  expect(against(await plant.close(), [])).toEqual([]);
});

test('E7: a lost cancellation is posted again, and blocks what comes back only once', async () => {
  const issued = consume('L1', '5');
  const plant = await plantWith([release(), made, issued]);
  plant.hear(blockAll('H1', 'L1'));
  await plant.postAll();
  const back = reverse(issued);
  plant.hear(back);
  await plant.postAll();
  const kinds = () =>
    plant.db
      .prepare("SELECT kind || ' ' || state FROM posting WHERE event_id = ? ORDER BY id")
      .pluck()
      .all(back.eventId);
  expect(kinds()).toEqual(['cancelIssue posted', 'blockStock posted']);
  const keys = [plant.keyOf(back, 0), plant.keyOf(back, 1)];
  plant.books.lose(...keys);
  const lost = (await plant.close()).erp!.differences.flatMap((one) =>
    'key' in one ? one.key : [],
  );
  expect(lost).toEqual(keys);
  for (const key of keys) {
    await plant.say('missing', key);
    await plant.say('approve', key, second);
  }
  await plant.postAll();
  expect(kinds()).toEqual(['cancelIssue posted', 'blockStock posted']);
  expect(against(await plant.close(), [])).toEqual([]);
});

test('E7: what the ERP had queued once is looked up by key, not by its old ticket', async () => {
  const plant = await plantWith([release()]);
  const late = report('1');
  plant.hear(late);
  const key = plant.keyOf(late);
  plant.postings.next(new Set(), 1);
  plant.postings.settle(key, { kind: 'queued', ticket: 'T1', reason: 'in the queue' });
  plant.postings.found(key, ['N1']);
  await plant.say('missing', key);
  await plant.say('approve', key, second);
  const [task] = plant.postings.next(new Set(), 1);
  expect(task).toMatchObject({ do: 'lookUp', posting: { key } });
  expect(task!.posting.ticket).toBeUndefined();
});
