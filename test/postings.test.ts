// Goal: every document a fact calls for is sent in its turn, and nothing is forgotten.
// Method: central's real tables; the test is the ERP and the clock.
import { expect, test } from 'vitest';
import type { Task } from '../central/posting/taking.ts';
import type { Content } from '../shared/event.ts';
import {
  again,
  answer,
  graceMs,
  m1,
  only,
  other,
  qc,
  refused,
  stated,
  told,
  unknown,
  yields,
} from './helpers/central.ts';

const { release, start, end, report, complete, close, produce, consume, block, keep } = stated;
const { hold, decide, free } = stated;

test('a lane is posted strictly in order, one at a time; lanes side by side', () => {
  const side = told(release(), report('1'), report('2'), release('WO-2'), report('3', {}, other));
  const first = side.next();
  expect(first.map(({ lane, posting }) => [lane, posting.yield])).toEqual([
    ['WO-1', '1'],
    ['WO-2', '3'],
  ]);
  expect(side.next()).toEqual([]);
  expect(side.next('WO-1', 'WO-2')).toEqual([]);
  side.post(first[0]!);
  expect(only(side.next('WO-2'))).toMatchObject({ lane: 'WO-1', posting: { yield: '2' } });
});

test('at most as many as are asked for', () => {
  const side = told(release(), report('1'), release('WO-2'), report('3', {}, other));
  expect(side.postings.next(new Set(), 1)).toHaveLength(1);
  expect(side.postings.next(new Set(['WO-1']), 1)).toHaveLength(1);
  expect(side.postings.next(new Set(), 0)).toEqual([]);
});

test('an order not released at central yet keeps its documents, and then their order', () => {
  const side = told(report('1'), consume('S', '2'), produce('L', '3'), complete());
  expect(side.next()).toEqual([]);
  expect(new Set(side.rows().map(({ state, reason }) => `${state}: ${reason}`))).toEqual(
    new Set(['deferred: the order is not released at central yet']),
  );
  side.note(qc, release());
  expect(side.drain().map(({ kind }) => kind)).toEqual([
    'confirmation',
    'goodsIssue',
    'goodsReceipt',
  ]);
});

test('a parked posting keeps back its own order and says so, and no other order', () => {
  const side = told(release(), report('1'), report('2'), produce('L', '3'));
  answer(side, refused);
  side.note(m1, report('4'), release('WO-2'), report('5', {}, other));
  expect(yields(side.drain())).toEqual(['5']);
  expect(side.states().slice(0, 4)).toEqual([
    'confirmation parked',
    'confirmation deferred',
    'goodsReceipt deferred',
    'confirmation deferred',
  ]);
  const [first, ...behind] = side.rows();
  expect(first!.reason).toBe('M7/021: deficit');
  for (const { reason } of behind.slice(0, 3)) {
    expect(reason).toBe('behind the parked one');
  }
});

test('retry sends a parked posting again under its key, and what was behind it follows', () => {
  const side = told(release(), report('1'), report('2'));
  const { posting } = answer(side, refused);
  expect(side.next()).toEqual([]);
  again(side.postings, posting.key);
  expect(side.drain().map(({ key, yield: good }) => [key, good])).toEqual([
    [posting.key, '1'],
    [expect.any(String), '2'],
  ]);
});

test("a person's word settles a parked posting, and what was behind it follows", () => {
  const side = told(release(), report('1'), report('2'));
  const { posting } = answer(side, refused);
  side.postings.decide(posting.key, 'Settle', { document: '4711', reason: 'booked at the desk' });
  expect(yields(side.drain())).toEqual(['2']);
  expect(side.rows()[0]).toMatchObject({ state: 'posted', document: '4711' });
});

test('nobody retries or settles what is not parked', () => {
  const side = told(release(), report('1'), report('2'), report('0'));
  const [{ posting }] = side.next() as [Task];
  const { postings } = side;
  const waiting = side.rows()[1]!.key;
  for (const key of [posting.key, waiting]) {
    expect(() => postings.decide(key, 'Retry', {})).toThrow(/REFUSED|: no Retry/);
    expect(() => postings.decide(key, 'Settle', { document: '1', reason: '' })).toThrow(
      ': no Settle',
    );
  }
  postings.settle(posting.key, unknown);
  expect(() => postings.decide(posting.key, 'Retry', {})).toThrow('is unknown: no Retry');
  postings.found(posting.key, ['D']);
  expect(() => postings.decide(posting.key, 'Retry', {})).toThrow('is posted: no Retry');
  expect(() => postings.decide('nothing', 'Retry', {})).toThrow('posting: nothing is unknown');
});

test('over-completion within the tolerance is posted, beyond it a person must look (Q6)', () => {
  const side = told(
    release(),
    report('60'),
    report('50'),
    report('0.000001'),
    report('0', { scrap: '9' }),
  );
  expect(yields(side.drain())).toEqual(['60', '50']);
  expect(side.rows()[2]).toMatchObject({
    state: 'parked',
    reason: 'over tolerance: 110.000001 of 100 + 10 %',
  });
  side.postings.decide(side.rows()[2]!.key, 'Settle', { document: '1', reason: 'approved' });
  expect(side.drain()).toMatchObject([{ scrap: '9' }]);
});

test('tolerance counts each operation for itself, and receipts of the order together', () => {
  const side = told(
    ...[release(), report('110'), report('110', {}, { operation: '0020' })],
    ...[produce('L', '100'), produce('K', '10'), produce('L', '0.5')],
  );
  expect(side.drain()).toHaveLength(4);
  expect(side.rows().at(-1)).toMatchObject({
    state: 'parked',
    reason: 'over tolerance: 110.5 of 100 + 10 %',
  });
});

test('a confirmation that was found by its key counts for the tolerance', () => {
  const side = told(release(), report('100'));
  answer(side, unknown);
  side.note(m1, report('11'));
  side.time.nowMs += graceMs;
  const { posting } = only(side.next());
  side.postings.found(posting.key, ['D']);
  expect(side.drain()).toEqual([]);
  expect(side.states()).toEqual(['confirmation posted', 'confirmation parked']);
});

test('the final confirmation waits for the closing of the order and all before it', () => {
  const side = told(release(), report('1'), complete());
  expect(side.drain()).toHaveLength(1);
  expect(side.rows()[1]).toMatchObject({
    state: 'deferred',
    reason: 'waits for the order to be closed',
  });
  side.note(qc, close(4));
  expect(side.drain()).toEqual([]);
  side.note('acme/m2', report('2'));
  expect(side.drain()).toMatchObject([{ yield: '2' }, { final: true }]);
  expect(side.states()).toEqual(Array(3).fill('confirmation posted'));
});

test('the final confirmation waits for other confirmations of the operation', () => {
  const side = told(release(), report('1'), complete(), close(3), report('200'));
  side.drain();
  expect(side.states()).toEqual([
    'confirmation posted',
    'confirmation deferred',
    'confirmation parked',
  ]);
  expect(side.rows()[1]!.reason).toBe('waits for other confirmations of the operation');
  side.postings.decide(side.rows()[2]!.key, 'Settle', { document: '1', reason: 'approved' });
  expect(side.drain()).toMatchObject([{ final: true }]);
});

test('set-up and machine time are confirmed, and an end without a start parks', () => {
  const { note, drain, rows } = told(
    ...[release(), start('R1', { atMs: 1_000 }), end('R1', { atMs: 61_000 }), end('R2')],
  );
  note(m1, report('1'));
  expect(drain()).toMatchObject([{ machineMs: 60_000 }]);
  expect(rows().slice(1)).toMatchObject([
    { state: 'parked', reason: 'the start of this run is unknown' },
    { state: 'deferred' },
  ]);
});

test('what must not be is refused by the tables themselves', () => {
  const side = told(release(), report('1'), report('2'));
  const { db } = side;
  expect(() => db.exec("UPDATE posting SET state = 'posted', document = 'D'")).toThrow(
    'nothing is posted without an intent',
  );
  side.drain();
  for (const change of ["state = 'intended'", "document = 'X'", "key = 'k'"]) {
    expect(() => db.exec(`UPDATE posting SET ${change}`)).toThrow('what is posted stays posted');
  }
  expect(() => db.exec('DELETE FROM posting')).toThrow('no posting is forgotten');
  side.note(m1, report('3'));
  side.next();
  expect(() => db.exec("UPDATE posting SET state = 'posted' WHERE state = 'sending'")).toThrow(
    /check/i,
  );
  expect(() => db.exec("UPDATE posting SET state = 'lost' WHERE state = 'sending'")).toThrow(
    /check/i,
  );
});

test('one fact calls for one document once: its key is taken', () => {
  const twice = report('1');
  const side = told(release(), twice);
  expect(() => side.note(m1, twice)).toThrow(/unique/i);
});

test('a fact that comes from another line and place keeps its key', () => {
  const fact = report('1');
  const here = told(release(), fact);
  const there = told(release());
  there.note(qc, report('2'), fact);
  expect(there.rows()[1]!.key).toBe(here.rows()[0]!.key);
});

test('every fact is in exactly one class, at every moment', () => {
  const side = told();
  const facts: [string, Content][] = [
    ...[release(), start('R1'), report('2', { held: '1' }), end('R1', { atMs: 0 }), end('R9')],
    ...[decide('H1', 'scrap', '1'), produce('L', '5'), block('H2', 'L', '2'), free('H2', '2')],
    ...[keep('H1', '1'), complete(), close(), consume('S', '1'), hold('H3', 'line'), free('H9')],
  ].map((fact, index) => [index % 3 === 0 ? qc : m1, fact]);
  facts.forEach(([line, fact], index) => {
    side.note(line, fact);
    const [task] = side.next();
    if (task && index % 2) side.post(task);
    else if (task) side.postings.settle(task.posting.key, index % 4 ? unknown : refused);
    const { postings, unposted } = side.postings.counts();
    const classes = [...postings.map((row) => row.postings), ...unposted.map((row) => row.facts)];
    expect(classes.reduce((sum, count) => sum + count, 0)).toBe(index + 1);
  });
});
