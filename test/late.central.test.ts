// Goal: whatever comes late or again, central ends where it would have ended in order (D1, D5, D6).
// Method: two lines of one real edge; their facts in every order of arrival that matters, and in
// random ones with repeats; everything central remembers, after the ERP has taken what it may.
import { expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import type { Segment } from '../shared/segment.ts';
import { inOrder, openCentral } from './helpers/late.ts';
import { random, seeds } from './helpers/random.ts';
import { m01, m02 } from './helpers/shop.ts';

const hourMs = 3_600_000;

test('in order, the order ends with its documents, and the last one is the final one', () => {
  const { should, posted } = inOrder();
  expect(should).toMatchObject({
    orders: [{ order_number: 'WO-1', closed: 1, judged: 1, facts: 20 }],
    ...{ gaps: [], runs: [], parked: [], waiting: [] },
  });
  expect(posted.map(({ kind }) => kind)).toHaveLength(should.postings.length);
  expect(posted.filter(({ final }) => final)).toEqual([posted.at(-1)]);
  expect(posted.filter(({ setupMs }) => setupMs === 60_000)).toHaveLength(1);
});

test('D5, D6: 12 and 13, 40 h after 14, end as in order, and nothing is final before', () => {
  const { edge, should } = inOrder();
  const central = openCentral();
  central.hear(edge(m01, 1, 11));
  central.hear(edge(m01, 14, 14));
  central.hear(edge(m02, 1, 6));
  expect(central.ledger.gaps()).toEqual([{ line: m01, epoch: 1, from: 12, to: 13 }]);
  expect(central.ledger.head(m01).sequence).toBe(11);
  expect(central.posted.some(({ final }) => final)).toBe(false);
  central.time.nowMs += 40 * hourMs;
  central.hear(edge(m01, 13, 13));
  expect(central.posted.some(({ final }) => final)).toBe(false);
  central.hear(edge(m01, 12, 12));
  expect(central.posted.filter(({ final }) => final)).toEqual([central.posted.at(-1)]);
  expect(central.memory()).toEqual(should);
});

test('D6: an operation completed at one line, before its start at another is known', () => {
  const { edge, should } = inOrder();
  const central = openCentral();
  central.hear(edge(m02, 1, 6));
  expect(central.ledger.head(m02).sequence).toBe(6);
  expect(central.posted).toEqual([]);
  central.hear(edge(m01, 12, 14)); // the phase that the operation was completed after
  central.time.nowMs += 40 * hourMs;
  central.hear(edge(m01, 1, 11));
  expect(central.memory()).toEqual(should);
});

test('D1, S6: read from zero five times in 48 h, over a restart, all count and post once', () => {
  const { edge, should } = inOrder();
  let central = openCentral();
  const posted: Posting[] = [];
  for (const hours of [0, 1, 3, 20, 24]) {
    central.time.nowMs += hours * hourMs;
    if (hours === 20) {
      posted.push(...central.posted);
      central = central.again();
    }
    central.hear(edge(m01, 1, 14));
    central.hear(edge(m02, 1, 6));
  }
  expect([central.ledger.head(m01).repeats, central.ledger.head(m02).repeats]).toEqual([56, 24]);
  expect([posted.length, central.posted.length]).toEqual([should.postings.length, 0]);
  expect(central.memory()).toEqual(should);
});

test.each(seeds(8))('D6: in whatever order and how often each fact comes (seed %i)', (seed) => {
  const { edge, should } = inOrder();
  const { below } = random(seed);
  const central = openCentral();
  const left = [
    ...Array.from({ length: 14 }, (_, index) => edge(m01, index + 1, index + 1)),
    ...Array.from({ length: 6 }, (_, index) => edge(m02, index + 1, index + 1)),
  ];
  const came: Segment[] = [];
  while (left.length > 0) {
    const [segment] = left.splice(below(left.length), 1);
    came.push(segment!);
    central.hear(segment!);
    central.hear(came[below(came.length)]!);
    central.time.nowMs += below(40) * hourMs;
  }
  expect(central.posted.filter(({ final }) => final)).toEqual([central.posted.at(-1)]);
  expect(central.memory()).toEqual(should);
});
