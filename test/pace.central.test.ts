// Goal: central answers in between, and what a fact costs does not grow with what waits.
// Method: rows that statements hand out are counted; a reader whose messages are all there at once.
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { expect, test, vi } from 'vitest';
import { receive } from '../central/ledger/inbox.ts';
import type { Ledger } from '../central/ledger/ledger.ts';
import { systemClock } from '../shared/clock.ts';
import { openLog } from '../shared/log.ts';
import { openBell } from '../shared/loop.ts';
import { again, answer, m1, refused, type Side, stated, told } from './helpers/central.ts';

const { release, report, start, hold } = stated;

/** How many rows statements handed out in this. */
function rowsRead({ db }: Side, work: () => unknown): number {
  const statement = Object.getPrototypeOf(db.prepare('SELECT 1'));
  const all = vi.spyOn(statement, 'all');
  work();
  const rows = all.mock.results.reduce((sum, { value }) => sum + value.length, 0);
  all.mockRestore();
  return rows;
}

const reports = (count: number) => Array.from({ length: count }, () => report('1'));

test('the 10,000th posting behind a parked one reads no more than the second', () => {
  const side = told(release(), report('1'));
  const { posting } = answer(side, refused);
  side.next();
  const another = () => {
    side.note(m1, report('1'));
    expect(side.next()).toEqual([]);
    side.postings.settled(m1, 1);
  };
  const few = rowsRead(side, another);
  side.note(m1, ...reports(9_998));
  expect(rowsRead(side, another)).toBeLessThanOrEqual(few + 100); // 100 that wait are named
  const [parked, ...behind] = side.rows();
  expect(parked).toMatchObject({ key: posting.key, state: 'parked' });
  expect(behind).toHaveLength(10_000);
  const reason = 'behind the parked one';
  expect(new Set(behind.map((row) => `${row.state}: ${row.reason}`))).toEqual(
    new Set([`deferred: ${reason}`]),
  );
});

test('what comes behind a parked first is deferred as it comes, and its lane is left alone', () => {
  const side = told(release(), report('1'));
  answer(side, refused);
  side.next();
  side.note(m1, report('2'));
  expect(side.rows().at(-1)).toMatchObject({ state: 'deferred' });
  expect(side.postings.dueInMs()).toBe(Number.POSITIVE_INFINITY);
});

test('a lane that is looked at again behind its parked one reads its first few', () => {
  const side = told(release(), report('1'), ...reports(500));
  answer(side, refused);
  side.next();
  side.note(m1, release());
  expect(rowsRead(side, () => expect(side.next()).toEqual([]))).toBeLessThan(20);
  expect(side.rows().filter(({ state }) => state === 'deferred')).toHaveLength(500);
});

test('what waits at its first place goes on in order once that is sent again', () => {
  const side = told(release(), report('1'));
  const { posting } = answer(side, refused);
  side.note(m1, report('2'), report('3'));
  again(side.postings, posting.key);
  expect(side.drain().map(({ yield: good }) => good)).toEqual(['1', '2', '3']);
});

test('postings are counted as they come and move, but for what was undone', () => {
  const side = told(release(), start('R1'), report('1'), report('2'), hold('H', 'order'));
  const count = side.db.prepare(
    'SELECT kind, state, count(*) AS postings FROM posting GROUP BY kind, state',
  );
  const compare = () => expect(side.postings.counts().postings).toEqual(count.all());
  compare(); // counted from here
  side.note(m1, release('WO-2'), report('3', {}, { order: 'WO-2' }));
  for (const task of side.next()) side.post(task);
  const [next] = side.next();
  compare();
  const undone = () => {
    side.post(next!);
    throw new Error('the disk is full');
  };
  expect(() => side.postings.together(undone)).toThrow('the disk is full');
  compare();
  const inPart = () => {
    side.post(next!);
    expect(() => side.postings.decide('none', 'Retry', {})).toThrow('is unknown');
  };
  side.postings.together(inPart);
  compare();
});

test('who asks has a turn after each 512 KB of facts, though more are there', async () => {
  const over = new AbortController();
  const messages = Array.from({ length: 12 }, (_, index) => {
    return { subject: 'x', seq: index + 1, data: new Uint8Array(256 * 1024) };
  });
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    if (!over.signal.aborted) setImmediate(turn);
  };
  setImmediate(turn);
  const seen: { turns: number; messages: number }[] = [];
  const ledger = {
    cursor: () => ({ streamSequence: 0, digest: Buffer.alloc(0) }),
    accept(arrivals: readonly unknown[]) {
      seen.push({ turns, messages: arrivals.length });
      if (seen.length === 6) over.abort();
      return [];
    },
  } as unknown as Ledger;
  async function* given() {
    yield* messages;
  }
  const consume = async () => Object.assign(given(), { stop: () => undefined });
  await receive({
    stream: { consumers: { get: async () => ({ consume }) } } as unknown as JetStreamClient,
    manager: {} as JetStreamManager,
    ...{ ledger, committed: () => undefined, clock: systemClock, log: openLog('test', 'silent') },
    ...{ bootId: 'b', reconnected: openBell(), quietMs: 1_000, signal: over.signal },
  });
  expect(seen.map((batch) => batch.messages)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(new Set(seen.map((batch) => batch.turns)).size).toBe(6);
});
