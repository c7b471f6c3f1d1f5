// Goal: while central is behind with a line, it is told the newest facts and every hold of the
// backlog, quality first, within bounds; and nothing at all while it is not behind.
import { expect, test } from 'vitest';
import { roundBytes, roundFacts, roundMs } from '../edge/uplink/express.ts';
import { behindFacts, behindMs } from '../edge/uplink/lookout.ts';
import { Fault } from '../shared/fault.ts';
import { nextTurn } from '../shared/loop.ts';
import { stated } from './helpers/central.ts';
import { content, report } from './helpers/facts.ts';
import { m01, m02 } from './helpers/shop.ts';
import { openTeller, taken } from './helpers/teller.ts';

const piece = (n: number) => report(`piece ${n}`, '1');
const state = (n: number) =>
  content(`state ${n}`, 'EquipmentStateChanged', { state: 'execute', reason: '' }, {});
const pieces = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => piece(index + from));

test('with nothing owed nothing is told, and the edge sleeps until a commit', async () => {
  const edge = openTeller();
  edge.state(m01, ...pieces(5));
  edge.keep(m01, 5);
  await edge.run(4);
  expect(edge.asked).toEqual([]);
  expect(edge.told.size).toBe(0);
});

test('what central keeps in time is not told', async () => {
  const edge = openTeller();
  edge.state(m01, ...pieces(5));
  await edge.run(20, (index) => {
    if (index === 0) edge.keep(m01, 5);
    edge.state(m01, piece(index + 6));
    edge.keep(m01, index + 6);
  });
  expect(edge.asked).toEqual([]);
});

test('a line that central lacks a fact of for long is told; the stream is not asked', async () => {
  const edge = openTeller();
  edge.state(m01, ...pieces(5));
  await edge.run(3);
  expect(edge.asked).toEqual([[m01, behindMs + roundMs, [1, 2, 3, 4, 5]]]);
  expect(edge.told.get(m01)).toEqual({ upTo: 5 });
  expect(edge.outbox.marks(m01)).toMatchObject({ sent: 0, kept: 0 });
  expect(edge.express.counts()).toContainEqual({ kind: 'counts', sent: 5, shed: 0 });
});

test('of a long backlog the newest facts are told at once, and each only once', async () => {
  const edge = openTeller();
  const count = behindFacts + 1;
  edge.state(m01, ...pieces(count));
  await edge.run(6, (index) => {
    if (index === 2) edge.state(m01, piece(count + 1));
  });
  const first = Array.from({ length: 100 }, (_, index) => count - 99 + index);
  expect(edge.asked.map(([, , all]) => all)).toEqual([first, [count + 1]]);
  expect(edge.asked[0]![1]).toBe(0);
});

test('holds are found in the whole backlog, from its newest fact down', async () => {
  const edge = openTeller();
  const holds = [10, 700, 1_500].map((at) => [at, stated.hold(`H${at}`, 'line')] as const);
  const all = pieces(behindFacts + 1);
  for (const [at, placed] of holds) all[at - 1] = placed;
  all[4] = content('words', 'ShiftStarted', { people: ['HoldPlaced'] });
  edge.state(m01, ...all);
  await edge.run(5);
  expect(edge.sequences().slice(0, 3)).toEqual([10, 700, 1_500]);
  expect(edge.sequences()).toHaveLength(103);
});

test('when not all fits, quality goes before orders, counts and telemetry', async () => {
  const edge = openTeller();
  edge.state(m02, piece(1));
  await edge.run(9, (index) => {
    if (index !== 3) return;
    const [order, kept] = [stated.release(), stated.keep('H', '1')];
    edge.state(m02, kept, order, ...Array.from({ length: 150 }, (_, n) => state(n)));
    edge.state(m02, ...pieces(197, 9_000), stated.free('H'));
  });
  const [, [, , sequences]] = edge.asked as [unknown, (typeof edge.asked)[0]];
  expect(sequences).toHaveLength(roundFacts);
  expect(sequences.slice(0, 3)).toEqual([2, 3, 154]);
  expect(sequences.at(-1)).toBe(351);
  expect(edge.express.counts()).toContainEqual({ kind: 'telemetry', sent: 0, shed: 150 });
});

test('in one round no more bytes go out than are allowed', async () => {
  const edge = openTeller();
  const large = Array.from({ length: 8 }, (_, n) =>
    content(
      `large ${n}`,
      'ShiftStarted',
      { people: ['x'.repeat(40)] },
      {
        correlationId: 'x'.repeat(15_000),
      },
    ),
  );
  edge.state(m01, ...large);
  await edge.run(3);
  expect(edge.sequences()).toEqual([5, 6, 7, 8]);
  expect(large.length * 15_000).toBeGreaterThan(roundBytes);
});

test('what quality has stated is told again until central has answered', async () => {
  let answers = 0;
  const edge = openTeller(() => {
    answers += 1;
    if (answers < 4) throw new Fault('UNREACHABLE', 'central: timeout');
    return taken;
  });
  edge.state(m01, stated.hold('H', 'line'), piece(1));
  await edge.run(6);
  const waits = edge.asked.map(([, atMs], index) => atMs - (edge.asked[index - 1]?.[1] ?? 0));
  expect(waits).toEqual([behindMs + roundMs, roundMs, roundMs, 400]);
  expect(new Set(edge.asked.map(([, , all]) => all.join()))).toEqual(new Set(['1,2']));
});

test('a line that central does not hear is left alone for a while, the others not', async () => {
  const edge = openTeller((line) =>
    line === m01 ? Buffer.from('{"answer":"refused","reason":"not yours"}') : taken,
  );
  edge.state(m01, piece(1));
  edge.state(m02, piece(2));
  await edge.run(9);
  const times = edge.asked.filter(([line]) => line === m01).map(([, atMs]) => atMs);
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(10_000);
  expect(edge.sequences(m02)).toEqual([1]);
});

test('the lines of a round are asked at once, and the next round waits for them all', async () => {
  const answers: (() => void)[] = [];
  const edge = openTeller(() => new Promise((resolve) => answers.push(() => resolve(taken))));
  edge.state(m01, piece(1));
  edge.state(m02, piece(2));
  const running = edge.run(9);
  await nextTurn();
  expect(edge.asked.map(([line]) => line)).toEqual([m01, m02]);
  edge.state(m01, piece(3));
  answers[1]!();
  await nextTurn();
  expect(edge.asked).toHaveLength(2);
  answers[0]!();
  await nextTurn();
  expect(edge.sequences()).toEqual([1, 2]);
  answers[2]!();
  await running;
});

test('when the way is open again, no pause is waited out', async () => {
  const edge = openTeller(() => {
    throw new Fault('UNREACHABLE', 'central: timeout');
  });
  edge.state(m01, piece(1));
  await edge.run(20, (index) => {
    if (index === 15) edge.reached.ring();
  });
  const waits = edge.asked.map(([, atMs], at) => atMs - (edge.asked[at - 1]?.[1] ?? atMs));
  expect(waits.filter((waitMs, at) => at > 10 && waitMs === 0)).toHaveLength(1);
  expect(Math.max(...waits)).toBe(5_000);
});

test('a store that does not write the line tells nothing of it', async () => {
  const edge = openTeller();
  edge.unwritten();
  edge.state(m01, piece(1));
  await edge.run(9);
  expect(edge.asked).toEqual([]);
});

test('once central has caught up it is told no more', async () => {
  const edge = openTeller();
  edge.state(m01, piece(1));
  await edge.run(20, (index) => {
    if (index === 4) edge.keep(m01, 1);
    if (index === 6) edge.state(m01, piece(2));
    if (index === 7) edge.keep(m01, 2);
  });
  expect(edge.sequences()).toEqual([1]);
  expect(edge.told.get(m01)).toBe(null);
});
