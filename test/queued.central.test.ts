// Goal: what an ERP has queued is not posted: it flies until the ERP says what came of it.
// Method: central's real tables; the test is the ERP and the clock.
import pino from 'pino';
import { expect, test } from 'vitest';
import { openDesk } from '../central/desk/desk.ts';
import { openBreaker } from '../central/erp/breaker.ts';
import type { Found } from '../central/erp/erp.ts';
import { openAmendments } from '../central/posting/amendments.ts';
import { askedMax } from '../central/posting/outcomes.ts';
import { accountOf } from '../central/reconcile/accounts.ts';
import { bare } from './helpers/bare.ts';
import {
  answer,
  graceMs,
  m1,
  only,
  openSide,
  other,
  qc,
  stated,
  told,
  unknown,
  yields,
} from './helpers/central.ts';
import { testFolder } from './helpers/folder.ts';
import { ask, queued, waiting } from './helpers/waiting.ts';

const { release, report, produce, reverse } = stated;
const dayMs = 86_400_000;

test('queued is not posted: its lane stands still, others go on, and its ticket is kept', () => {
  const side = waiting();
  const { key, rows, states, postings } = side;
  expect(side.next()).toEqual([]);
  expect(states()).toEqual(['confirmation queued', 'confirmation intended']);
  expect(rows()[0]).toMatchObject({ reason: 'waits its turn', document: null });
  expect(postings.attempts(key)).toMatchObject([
    { outcome: 'queued', detail: 'T1: waits its turn' },
  ]);
  expect(postings.settled(m1, 3)).toEqual({ settled: 1, waiting: [] });
  side.note(m1, release('WO-2'), report('3', {}, other));
  expect(only(side.next())).toMatchObject({ lane: 'WO-2', do: 'post' });
});

test('it is looked up by its ticket, and posted once the ERP has executed it', () => {
  const side = waiting();
  side.time.nowMs += 100;
  expect(only(side.next())).toMatchObject({
    do: 'lookUp',
    posting: { key: side.key, ticket: 'T1' },
  });
  side.postings.found(side.key, ['D7']);
  expect(side.rows()[0]).toMatchObject({ state: 'posted', document: 'D7', reason: null });
  expect(yields(side.drain())).toEqual(['2']);
});

test('it is asked about with growing pauses, a minute at most, and told of once', () => {
  const side = waiting();
  const pauses = Array.from({ length: 14 }, () => ask(side, queued));
  expect(pauses.slice(0, 5)).toEqual([100, 200, 400, 800, 1_600]);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses.at(-1)).toBe(60_000);
  expect(side.postings.attempts(side.key)).toHaveLength(1);
});

test('after a day of asking a person must look, and "again" does not send it again', () => {
  const side = waiting();
  const { key, postings, rows, time } = side;
  for (let asked = 1; asked < askedMax; asked++) ask(side, queued);
  expect(rows()[0]!.state).toBe('queued');
  ask(side, queued);
  expect(rows()[0]).toMatchObject({
    state: 'parked',
    reason: `still queued at the ERP, asked ${askedMax} times: waits its turn`,
  });
  expect(time.nowMs).toBeGreaterThan(dayMs);
  expect(time.nowMs).toBeLessThan(1.01 * dayMs);
  postings.decide(key, 'Retry', {});
  ask(side, queued);
  expect(rows()[0]!.state).toBe('queued');
  ask(side, queued);
  expect(rows()[0]!.state).toBe('queued');
  ask(side, ['D7']);
  expect(rows()[0]).toMatchObject({ state: 'posted', document: 'D7' });
});

test('an ERP that does not answer is asked on, with growing pauses, as long as it takes', () => {
  const side = waiting();
  const pauses = Array.from({ length: askedMax + 10 }, () => ask(side, undefined));
  expect(pauses.slice(0, 3)).toEqual([100, 100, 200]);
  expect(pauses.at(-1)).toBe(60_000);
  expect(side.rows()[0]!.state).toBe('queued');
  ask(side, ['D7']);
  expect(side.rows()[0]!.state).toBe('posted');
});

test('E4: refused later it waits for a person, with the words of the ERP', () => {
  const side = waiting();
  const { key, rows, postings } = side;
  ask(side, { kind: 'refused', code: 'Failed', reason: 'the lot does not exist' });
  expect(rows()).toMatchObject([
    { state: 'parked', reason: 'Failed: the lot does not exist' },
    { state: 'intended' },
  ]);
  expect(side.next()).toEqual([]);
  expect(rows()[1]).toMatchObject({ state: 'deferred', reason: 'behind the parked one' });
  // Somebody has mended it and the ERP goes on with the same message: nothing is sent.
  postings.decide(key, 'Retry', {});
  ask(side, queued);
  ask(side, ['D7']);
  expect(yields(side.drain())).toEqual(['2']);
});

test('what the ERP took and does not know any more is never sent again by itself', () => {
  const side = waiting();
  const { key, db, postings, rows, time } = side;
  ask(side, []);
  const reason = 'the ERP took it and does not know it any more';
  expect(rows()[0]).toMatchObject({ state: 'parked', reason });
  time.nowMs += dayMs;
  expect(side.next()).toEqual([]);
  const { propose } = openAmendments({ db, postings, nowMs: () => time.nowMs, moved() {} });
  const edit = () => propose(key, { by: 'person:17', reason: 'typo' }, { yield: '4' });
  expect(edit).toThrow('may be in the ERP');
  postings.decide(key, 'Retry', {});
  ask(side, []);
  const { do: does, posting } = only(side.next());
  expect([does, posting.key, posting.ticket]).toEqual(['post', key, undefined]);
});

test.each<[string, Found, string]>([
  ['found twice', ['A', 'B'], 'found 2 documents: A, B'],
  [
    'that says something else',
    { kind: 'differs', document: 'D3', reason: 'good 4 instead of 1' },
    'in the ERP as D3, but differently: good 4 instead of 1',
  ],
  ['taken out of the queue', { kind: 'undecided', reason: 'cancelled there' }, 'cancelled there'],
])('what was queued and is %s waits for a person', (_, given, reason) => {
  const side = waiting();
  ask(side, given);
  expect(side.rows()[0]).toMatchObject({ state: 'parked', reason });
});

test('an unknown outcome may turn out to be queued', () => {
  const side = told(release(), report('1'));
  const { posting } = answer(side, unknown);
  ask(side, queued);
  expect(side.rows()[0]).toMatchObject({ state: 'queued', reason: 'waits its turn' });
  const outcomes = side.postings.attempts(posting.key).map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['unknown', 'queued']);
  expect(ask(side, ['D'])).toBe(100);
});

test('a restart keeps it queued, for it surely arrived, and asks at once', () => {
  const path = `${testFolder()}/central.db`;
  const before = waiting(path);
  for (let asked = 0; asked < 12; asked++) ask(before, queued);
  before.db.close();
  const side = openSide(path, graceMs);
  expect(side.states()).toEqual(['confirmation queued', 'confirmation intended']);
  expect(only(side.next())).toMatchObject({ do: 'lookUp', posting: { ticket: 'T1' } });
  side.postings.found(before.key, queued);
  expect(ask(side, ['D'])).toBe(60_000); // how often it was asked is not forgotten
});

test('what a person says of a queued one is refused, and the desk does not list it', () => {
  const side = waiting();
  const { db, postings, key } = side;
  const desk = openDesk({ ...bare, db, postings, standing: bare.erpStanding });
  expect(desk.parked().postings).toEqual([]);
  const said = { by: 'person:17', reason: 'impatient' };
  expect(() => desk.retry(key, said)).toThrow('is queued: no Retry');
  expect(() => desk.settle(key, said, 'D1')).toThrow('is queued: no Settle');
  expect(() => desk.edit(key, said, { yield: '4' })).toThrow('is queued, not parked');
});

test('a queued document counts as sent: for the tolerance, and for what takes it back', () => {
  const fact = report('100');
  const side = told(release(), fact, report('11'));
  answer(side, queued);
  side.note(m1, reverse(fact));
  expect(side.states()).toEqual([
    'confirmation queued',
    'confirmation intended',
    'cancelConfirmation intended',
  ]);
  ask(side, ['D1']);
  expect(only(side.next())).toMatchObject({
    posting: { kind: 'cancelConfirmation', cancels: 'D1' },
  });
});

test('nothing else moves a lot while a document of it is queued, and it is not hurried', () => {
  const side = told(release(), produce('L', '10'));
  answer(side, queued);
  for (let asked = 0; asked < 12; asked++) ask(side, queued); // the next look is a minute off
  side.note(qc, release('WO-2'), produce('L', '5', other));
  expect(side.next()).toEqual([]);
  expect(side.postings.dueInMs()).toBe(1_000);
  ask(side, ['D1']);
  side.time.nowMs += 1_000;
  expect(only(side.next()).posting).toMatchObject({ ...other, lot: 'L', quantity: '5' });
});

test('in the books it is underway', () => {
  const { key } = waiting();
  const own = { key, state: 'queued', beside: 0, reason: 'waits its turn' } as const;
  const known = { rule: { calls: 'document' }, postings: [own], shadows: [] };
  expect(accountOf(known as never, false)).toEqual({ account: 'underway', why: 'waits its turn' });
});

test('a queue is an answer: it closes the circuit', () => {
  const time = { nowMs: 0 };
  const nowMs = () => time.nowMs;
  const breaker = openBreaker({ nowMs, waitMs: nowMs, log: pino({ level: 'silent' }) });
  for (let failures = 0; failures < 5; failures++) breaker.lookedUp(undefined);
  expect(breaker.standing().state).toBe('down');
  breaker.lookedUp(queued);
  expect(breaker.standing().state).toBe('up');
  for (let failures = 0; failures < 5; failures++) breaker.posted(unknown);
  breaker.posted(queued);
  expect(breaker.standing().state).toBe('up');
});
