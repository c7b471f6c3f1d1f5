// Goal: however many lines drain at once, only so many bytes of one edge are on their way, and each
// line has its turn: one with little to send waits behind no other's backlog.
import { expect, test } from 'vitest';
import { flyingMax, inTurns } from '../edge/uplink/turns.ts';
import { Fault } from '../shared/fault.ts';
import { nextTurn } from '../shared/loop.ts';
import { type Segment, segmentBytesMax } from '../shared/segment.ts';

const segment = (line: string, bytes: number): Segment => ({
  ...{ line, epoch: 1, first: 1, before: null, after: null, facts: [Buffer.alloc(bytes)] },
});

/** A stream that takes the oldest segment on its way when the test says so. */
function openStream() {
  const flying: { line: string; bytes: number; end(error?: Error): void }[] = [];
  let most = 0;
  const publish = inTurns(({ line, facts }) => {
    const bytes = facts[0]!.length;
    return new Promise((resolve, reject) => {
      flying.push({ line, bytes, end: (error) => (error ? reject(error) : resolve(1)) });
      most = Math.max(
        most,
        flying.reduce((sum, one) => sum + one.bytes, 0),
      );
    });
  });
  return {
    publish,
    lines: () => flying.map(({ line }) => line),
    most: () => most,
    async end(error?: Error): Promise<void> {
      flying.shift()!.end(error);
      await nextTurn();
    },
  };
}

test('lines with a backlog take turns, and one with little goes soon', async () => {
  const stream = openStream();
  const order: string[] = [];
  const drain = async (line: string, segments: number, bytes: number) => {
    for (let sent = 0; sent < segments; sent++) {
      await stream.publish(segment(line, bytes), 0);
      order.push(line);
    }
  };
  const names = Array.from({ length: 20 }, (_, n) => `line ${n}`);
  const draining = names.map((line) => drain(line, 5, segmentBytesMax));
  await nextTurn();
  const small = drain('small', 1, 200);
  for (let ended = 0; ended < 101; ended++) await stream.end();
  await Promise.all([...draining, small]);
  expect(order.indexOf('small')).toBeLessThanOrEqual(20);
  expect(order).toHaveLength(101);
  expect(stream.most()).toBe(flyingMax);
});

test('many small segments are on their way at once', async () => {
  const stream = openStream();
  const sent = Array.from({ length: 200 }, (_, n) => stream.publish(segment(`${n}`, 200), 0));
  await nextTurn();
  expect(stream.lines()).toHaveLength(200);
  for (let ended = 0; ended < 200; ended++) await stream.end();
  await Promise.all(sent);
});

test('a segment that is not answered gives its turn away all the same', async () => {
  const stream = openStream();
  const sent = Array.from({ length: 5 }, (_, n) =>
    stream.publish(segment(`${n}`, segmentBytesMax), 0).catch((error: Fault) => error.code),
  );
  await nextTurn();
  expect(stream.lines()).toEqual(['0', '1', '2', '3']);
  await stream.end(new Fault('UNREACHABLE', 'hub: timeout'));
  expect(stream.lines()).toEqual(['1', '2', '3', '4']);
  for (let ended = 0; ended < 4; ended++) await stream.end();
  expect(await Promise.all(sent)).toEqual(['UNREACHABLE', 1, 1, 1, 1]);
});
