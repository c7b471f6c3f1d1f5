import pino from 'pino';
import { expect, test } from 'vitest';
import {
  type Enter,
  type Entry,
  forward,
  type LinkState,
  type Publish,
  type ReadLast,
} from '../edge/uplink/forwarder.ts';
import { scattered } from '../shared/backoff.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault, type FaultCode } from '../shared/fault.ts';
import { openBell } from '../shared/loop.ts';
import { lastOf } from '../shared/segment.ts';
import { openOwing } from './helpers/owing.ts';
import { m01 } from './helpers/shop.ts';

const log = pino({ level: 'silent' });

/** What the line makes of these pauses, the first of them after so many failures. */
const pauses = (from: number, all: readonly number[]): number[] =>
  all.map((ms, at) => Math.ceil(scattered(ms, m01, from + at)));

/** An edge that owes three facts, before a stream that answers as it is told, and then no more. */
function openLink(
  answers: (FaultCode | 'taken')[],
  last: ReadLast = async () => undefined,
  entry: Entry = { kind: 'alone' },
) {
  const edge = openOwing(m01);
  edge.state(3);
  const stop = new AbortController();
  const told: string[] = [];
  const published: [number, number, number][] = [];
  const slept: number[] = [];
  const time = { ms: 0 };
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => time.ms,
    sleep: async (ms) => {
      slept.push(ms);
      if (slept.length > 20) stop.abort();
    },
  };
  const publish: Publish = async (segment, streamSequence) => {
    published.push([segment.first, lastOf(segment), streamSequence]);
    const answer = answers.shift();
    if (answers.length === 0) stop.abort();
    if (answer === 'taken') return streamSequence + 10;
    throw new Fault(answer!, `hub: ${answer}`);
  };
  const report = (state: LinkState, detail?: string) =>
    told.push(detail ? `${state}: ${detail}` : state);
  const bell = openBell();
  const read = openBell();
  const enter: Enter = async () => entry;
  const run = () =>
    forward({
      ...{ line: m01, outbox: edge.outbox, publish, last, enter, bell, read, clock, log, report },
      ...{ idleMs: 60_000, signal: stop.signal },
    });
  return { edge, run, told, published, slept, bell, stop, time };
}

test('what the stream took is not sent again, and the next goes after it', async () => {
  const link = openLink(['taken', 'taken']);
  const running = link.run();
  await expect.poll(() => link.told).toEqual(['draining', 'up']);
  link.edge.state(2);
  link.bell.ring();
  await running;
  expect(link.published).toEqual([
    [1, 3, 0],
    [4, 5, 10],
  ]);
  expect(link.edge.outbox.marks(m01)).toMatchObject({ sent: 5, kept: 0 });
  expect(link.slept).toEqual([]);
});

test('a bell that rings all the time does not put off reading where the stream ends', async () => {
  let reads = 0;
  const link = openLink(['taken', 'taken'], async () => {
    reads += 1;
    return undefined;
  });
  const running = link.run();
  await expect.poll(() => link.told).toEqual(['draining', 'up']);
  for (const ms of [30_000, 59_999, 60_000]) {
    expect(reads).toBe(1);
    link.time.ms = ms;
    link.bell.ring();
    await new Promise(setImmediate);
  }
  await expect.poll(() => reads).toBe(2);
  link.stop.abort();
  link.bell.ring();
  await running;
});

test('a stream that does not answer is asked again after growing pauses', async () => {
  const link = openLink(Array(8).fill('UNREACHABLE'));
  await link.run();
  expect(link.slept).toEqual(pauses(1, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]));
  expect(link.published).toEqual(Array(8).fill([1, 3, 0]));
  expect(link.edge.outbox.marks(m01).sent).toBe(0);
  expect(link.told.slice(0, 2)).toEqual(['draining', 'down: hub: UNREACHABLE']);
});

test('an answer ends the pauses: the next trouble begins with a short one', async () => {
  const { slept, run, edge, told, bell } = openLink([
    'UNREACHABLE',
    'UNREACHABLE',
    'taken',
    'UNREACHABLE',
  ]);
  const running = run();
  await expect.poll(() => told.at(-1)).toBe('up');
  edge.state(1);
  bell.ring();
  await running;
  expect(slept).toEqual([...pauses(1, [100, 200]), ...pauses(1, [100])]);
});

test('a refused expectation is looked into at once, then with pauses', async () => {
  const link = openLink(['CONFLICT', 'CONFLICT', 'CONFLICT']);
  await link.run();
  expect(link.slept).toEqual(pauses(2, [200, 400]));
});

test('N2: a lost answer is found in the stream, and nothing is sent twice', async () => {
  const link = openLink(['UNREACHABLE', 'taken'], async () => {
    if (link.published.length === 0) return undefined;
    const hash = link.edge.outbox.linkAt(m01, 2)!.toString('hex');
    return { streamSequence: 40, epoch: 1, sequence: 2, hash };
  });
  await link.run();
  expect(link.published).toEqual([
    [1, 3, 0],
    [3, 3, 40],
  ]);
});

test('with nothing to send, a line looks now and then whether the stream has it all', async () => {
  const link = openLink(['taken', 'taken']);
  let waits = 0;
  link.bell.wait = async () => expect(++waits, 'still idle').toBeLessThan(10);
  await link.run();
  expect(link.published).toEqual(Array(2).fill([1, 3, 0]));
});

test('D8: a forked line sends nothing, says so, and looks again', async () => {
  let reads = 0;
  const link = openLink(['taken'], async () =>
    ++reads < 4 ? { streamSequence: 7, epoch: 1, sequence: 3, hash: 'of a clone' } : undefined,
  );
  await link.run();
  expect(link.told.slice(0, 1)).toEqual([
    'forked: the stream ends at epoch 1, sequence 3, with another fact than ours there',
  ]);
  expect(link.slept).toEqual([2_000, 2_000, 2_000]);
  expect(link.published).toEqual([[1, 3, 0]]);
});

test('a bug is not retried', async () => {
  const link = openLink(['taken'], () => Promise.reject(new TypeError('bug')));
  await expect(link.run()).rejects.toThrow(new TypeError('bug'));
});

test('a line with nothing to send ends as soon as it is told to', async () => {
  const link = openLink(['taken', 'taken']);
  const running = link.run();
  await expect.poll(() => link.told.at(-1)).toBe('up');
  link.stop.abort();
  await running;
});
