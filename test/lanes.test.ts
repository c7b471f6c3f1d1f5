// Goal: lanes have their turn in the order in which they came to be due: one with a long backlog
// does not keep the others waiting, and a hold least of all.
// Method: central's real tables and an ERP that takes everything, one document at a time.
import { expect, test } from 'vitest';
import { openSide, qc, stated } from './helpers/central.ts';

const { release, report, produce, block } = stated;
const line = 'acme/m1';

/** Takes one document after the other, however many lanes are due; their lanes in order. */
function oneByOne(side: ReturnType<typeof openSide>, most: number): string[] {
  const lanes: string[] = [];
  for (let taken = 0; taken < most; taken++) {
    side.time.nowMs += 10;
    const [task] = side.postings.next(new Set(), 1);
    if (!task) break;
    side.post(task);
    lanes.push(task.lane);
  }
  return lanes;
}

test('orders with a backlog take turns', () => {
  const side = openSide();
  for (const order of ['WO-1', 'WO-2', 'WO-3']) {
    side.note(line, release(order), ...[1, 2, 3].map(() => report('1', {}, { order })));
  }
  const orders = ['WO-1', 'WO-2', 'WO-3'];
  expect(oneByOne(side, 20)).toEqual([...orders, ...orders, ...orders]);
});

test('a lot that is to be blocked does not wait for the backlogs of orders', () => {
  const side = openSide();
  side.note(line, release('WO-9'), produce('L', '4', { order: 'WO-9' }));
  oneByOne(side, 1);
  for (const order of ['WO-1', 'WO-2', 'WO-3']) {
    const reports = Array.from({ length: 20 }, () => report('1', {}, { order }));
    side.note(line, release(order), ...reports);
  }
  oneByOne(side, 6);
  side.note(qc, block('H1', 'L', '4'));
  oneByOne(side, 4);
  const isBlocked = (kind: string) => kind === 'blockStock posted';
  expect(side.states().filter(isBlocked)).toHaveLength(1);
});

test('who had to wait a while comes before those that came to be due after', () => {
  const side = openSide();
  for (const order of ['WO-1', 'WO-2']) {
    side.note(line, release(order), ...[1, 2, 3].map(() => report('1', {}, { order })));
  }
  const [task] = side.postings.next(new Set(), 1);
  side.postings.settle(task!.posting.key, { kind: 'busy', reason: 'locked', retryAfterMs: 5 });
  side.time.nowMs += 1_000;
  const lanes = oneByOne(side, 20);
  expect(lanes.slice(0, 4).filter((lane) => lane === task!.lane)).toHaveLength(2);
  expect(lanes).toHaveLength(6);
});

test('a lane that is woken again keeps its place', () => {
  const side = openSide();
  side.note(line, release('WO-2'), report('1', {}, { order: 'WO-2' }));
  side.time.nowMs += 1;
  side.note(line, release('WO-1'), report('1', {}, { order: 'WO-1' }));
  side.time.nowMs += 1;
  side.note('acme/m2', report('2', {}, { order: 'WO-2' }));
  expect(oneByOne(side, 3)).toEqual(['WO-2', 'WO-1', 'WO-2']);
});
