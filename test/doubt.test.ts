// Goal: an outcome that is not known is not a failure: wait, look it up, then decide (E2).
// Method: central's real tables; the test is the ERP and the clock.
import { expect, test } from 'vitest';
import { openAmendments } from '../central/posting/amendments.ts';
import { unsureMax } from '../central/posting/outcomes.ts';
import type { Task } from '../central/posting/taking.ts';
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

const { release, report, produce, hold, free } = stated;

test('a restart turns what is in flight into unknown, waits, and looks it up', () => {
  const path = `${testFolder()}/central.db`;
  const before = openSide(path, graceMs);
  before.note(m1, release(), report('1'), report('2'));
  const { posting } = only(before.next());
  before.db.close();

  const side = openSide(path, graceMs);
  expect(side.states()).toEqual(['confirmation unknown', 'confirmation intended']);
  expect(side.rows()[0]!.reason).toBe('central ended before the answer');
  expect(side.next()).toEqual([]);
  side.time.nowMs = graceMs - 1;
  expect(side.next()).toEqual([]);
  side.time.nowMs = graceMs;
  expect(only(side.next())).toMatchObject({ do: 'lookUp', posting: { key: posting.key } });
});

test('a restart during a look-up looks it up again', () => {
  const path = `${testFolder()}/central.db`;
  const before = openSide(path, graceMs);
  before.note(m1, release(), report('1'));
  answer(before, unknown);
  before.time.nowMs = graceMs;
  const task = only(before.next());
  before.db.close();

  const side = openSide(path, graceMs);
  side.time.nowMs = graceMs;
  expect(only(side.next())).toEqual(task);
});

/** One posting whose outcome is unknown, and its look-up after the grace. */
function doubtful() {
  const side = told(release(), report('1'), report('2'));
  const { posting } = answer(side, unknown);
  side.time.nowMs += graceMs - 1;
  expect(side.next()).toEqual([]);
  side.time.nowMs += 1;
  expect(only(side.next()).do).toBe('lookUp');
  return { ...side, key: posting.key };
}

test('looked up and not found, it is sent again under the same key', () => {
  const { postings, next, key } = doubtful();
  postings.found(key, []);
  expect(only(next())).toMatchObject({ do: 'post', posting: { key, yield: '1' } });
});

test('looked up and found once, it is posted', () => {
  const { postings, drain, rows, key } = doubtful();
  postings.found(key, ['4711/2026']);
  expect(rows()[0]).toMatchObject({ state: 'posted', document: '4711/2026' });
  expect(yields(drain())).toEqual(['2']);
});

test('looked up and found twice, it is parked and names what was found', () => {
  const { postings, next, rows, key } = doubtful();
  postings.found(key, ['A', 'B']);
  expect(next()).toEqual([]);
  expect(rows()).toMatchObject([
    { state: 'parked', reason: 'found 2 documents: A, B' },
    { state: 'deferred' },
  ]);
});

test('looked up without an answer, it is looked up again later, and nothing else moves', () => {
  const { postings, next, states, time, key } = doubtful();
  for (let attempt = 1; attempt <= 10; attempt++) {
    postings.found(key, undefined);
    expect(next()).toEqual([]);
    expect(states()).toEqual(['confirmation unknown', 'confirmation intended']);
    time.nowMs += 5_000;
    expect(only(next())).toMatchObject({ do: 'lookUp', posting: { key } });
  }
});

test(`after ${unsureMax} unknown outcomes a person must look`, () => {
  const side = told(release(), report('1'));
  for (let time = 1; time < unsureMax; time++) {
    const { posting } = answer(side, unknown);
    side.time.nowMs += graceMs;
    expect(only(side.next()).do).toBe('lookUp');
    side.postings.found(posting.key, []);
  }
  answer(side, unknown);
  expect(side.rows()[0]).toMatchObject({
    state: 'parked',
    reason: `unknown ${unsureMax} times, last: no answer`,
  });
});

test('an ERP that is busy is asked again when it says, at the earliest', () => {
  const side = told(release(), report('1'), report('2'), release('WO-2'), report('3', {}, other));
  const [first] = side.next() as [Task];
  side.postings.settle(first.posting.key, { kind: 'busy', reason: 'locked', retryAfterMs: 7_000 });
  const rest = side.next('WO-2');
  expect(rest).toEqual([]);
  side.time.nowMs = 6_999;
  expect(side.next('WO-2')).toEqual([]);
  side.time.nowMs = 7_000;
  expect(only(side.next('WO-2')).posting).toEqual(first.posting);
});

test('an ERP that is busy and says nothing is asked with growing pauses', () => {
  const side = told(release(), report('1'));
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    answer(side, { kind: 'busy', reason: 'locked' });
    const from = side.time.nowMs;
    while (side.rows()[0]!.state === 'intended') {
      side.time.nowMs += 100;
      const [task] = side.next();
      if (!task) continue;
      side.postings.settle(task.posting.key, { kind: 'busy', reason: 'locked' });
      break;
    }
    pauses.push(side.time.nowMs - from);
    side.time.nowMs += 10_000;
  }
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses[0]).toBe(100);
  expect(pauses.at(-1)).toBe(5_000);
});

test('while a document may be at the ERP, an earlier one that is free now waits', () => {
  const side = told(
    release(),
    hold('H1', 'order', { order: 'WO-1' }),
    produce('L', '5'),
    report('1'),
  );
  answer(side, unknown);
  side.note(qc, free('H1', undefined, { order: 'WO-1' }));
  expect(side.next()).toEqual([]);
  side.time.nowMs += graceMs;
  const { posting } = only(side.next());
  expect(posting.yield).toBe('1');
  side.postings.found(posting.key, ['D']);
  expect(side.drain()).toMatchObject([{ kind: 'goodsReceipt', lot: 'L' }]);
});

const hourMs = 3_600_000;

test('a day that is set forward or back does not change how long an unknown outcome waits', () => {
  for (const setMs of [hourMs, -hourMs]) {
    const side = told(release(), report('1'));
    answer(side, unknown);
    side.time.setMs = setMs;
    side.time.nowMs += graceMs - 1;
    expect(side.next()).toEqual([]);
    side.time.nowMs += 1;
    expect(only(side.next()).do).toBe('lookUp');
  }
});

test('after a restart an unknown outcome waits its whole time, whatever the day is now', () => {
  for (const nowMs of [10 * hourMs, 0]) {
    const path = `${testFolder()}/central.db`;
    const before = openSide(path, graceMs, { nowMs: 5 * hourMs });
    before.note(m1, release(), report('1'));
    answer(before, unknown);
    before.db.close();

    const side = openSide(path, graceMs, { nowMs });
    side.time.nowMs += graceMs - 1;
    expect(side.next()).toEqual([]);
    side.time.nowMs += 1;
    expect(only(side.next()).do).toBe('lookUp');
  }
});

test('after a restart a busy ERP is asked at once, though the day was set back', () => {
  const path = `${testFolder()}/central.db`;
  const before = openSide(path, graceMs, { nowMs: 5 * hourMs });
  before.note(m1, release(), report('1'));
  answer(before, { kind: 'busy', reason: 'locked', retryAfterMs: 2_000 });
  before.db.close();
  expect(only(openSide(path, graceMs).next()).do).toBe('post');
});

test('the time until something may be done is not measured by the day', () => {
  const side = told(release(), report('1'));
  answer(side, unknown);
  side.next();
  side.time.setMs = hourMs;
  expect(side.postings.dueInMs()).toBe(graceMs);
});

const differs = { kind: 'differs', document: 'D3', reason: 'yield 4 instead of 1' } as const;

test('E1: what is in the ERP but says something else waits for a person', () => {
  const called = told(release(), report('1'), report('2'));
  const { posting } = answer(called, differs);
  const words = 'in the ERP as D3, but differently: yield 4 instead of 1';
  expect(called.rows()[0]).toMatchObject({ state: 'parked', reason: words });
  const { db, postings, time } = called;
  const { propose } = openAmendments({ db, postings, nowMs: () => time.nowMs, moved() {} });
  const saying = { by: 'person:17', reason: 'typo' };
  const edit = () => propose(posting.key, saying, { yield: '4' });
  expect(edit).toThrow('may be in the ERP');

  const found = doubtful();
  found.postings.found(found.key, differs);
  expect(found.rows()[0]).toMatchObject({ state: 'parked', reason: words });
});
