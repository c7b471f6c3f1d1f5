import { expect, test } from 'vitest';
import { genesis } from '../shared/codec.ts';
import { decodeSegment, encodeSegment, lastOf, segmentBytesMax } from '../shared/segment.ts';
import { openBox } from './helpers/box.ts';
import { forgetFacts } from './helpers/forgetting.ts';
import { openOwing } from './helpers/owing.ts';
import { m01, m02, shop } from './helpers/shop.ts';

function owing(count: number, size = 0) {
  const edge = openOwing(m01);
  edge.state(count, size);
  return edge;
}
type Owing = ReturnType<typeof owing>;
const span = ({ outbox }: Owing) => {
  const segment = outbox.next(m01);
  return segment && [segment.first, lastOf(segment)];
};
const marks = ({ outbox }: Owing) => {
  const { sent, kept, head } = outbox.marks(m01);
  return [sent, kept, head];
};

test('what was stated is owed, oldest first, as a segment whose chain holds', () => {
  const edge = owing(3);
  const segment = edge.outbox.next(m01)!;
  expect(decodeSegment(encodeSegment(segment))).toMatchObject({
    ...{ line: m01, epoch: 1, first: 1, before: genesis(m01, 1), after: edge.head().hash },
    facts: [1, 2, 3].map((n) => Buffer.from(`${m01} fact ${n} `)),
  });
  edge.outbox.setSent(m01, 1, 1);
  expect(decodeSegment(encodeSegment(edge.outbox.next(m01)!)).first).toBe(2);
  edge.outbox.setSent(m01, 1, 3);
  expect(edge.outbox.next(m01)).toBeUndefined();
});

test('a segment grows with the backlog, to 1,000 facts', () => {
  const edge = owing(1_500);
  expect(span(edge)).toEqual([1, 1_000]);
  edge.outbox.setSent(m01, 1, 1_000);
  expect(span(edge)).toEqual([1_001, 1_500]);
});

test('a segment has at most 256 KB of facts, and at least one fact', () => {
  const edge = owing(9, 60_000);
  expect(span(edge)).toEqual([1, 4]);
  const segment = edge.outbox.next(m01)!;
  expect(segment.facts.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(segmentBytesMax);
  expect(decodeSegment(encodeSegment(segment)).facts).toHaveLength(4);
  expect(encodeSegment(owing(2_000, 257).outbox.next(m01)!).length).toBeLessThan(
    segmentBytesMax + 1_024,
  );
});

const words: [string, (edge: Owing) => void, number[]][] = [
  ['the stream took 2', ({ outbox }) => outbox.setSent(m01, 1, 2), [2, 0, 4]],
  [
    'central keeps 2, the stream has not answered',
    ({ outbox }) => outbox.keep(m01, 1, 2),
    [2, 2, 4],
  ],
  [
    'the stream took 4, central keeps 2',
    ({ outbox }) => {
      outbox.setSent(m01, 1, 4);
      outbox.keep(m01, 1, 2);
    },
    [4, 2, 4],
  ],
  [
    "the stream lost its tail, but never below what central's ledger holds",
    ({ outbox }) => {
      outbox.setSent(m01, 1, 4);
      outbox.keep(m01, 1, 2);
      outbox.setSent(m01, 1, 0);
    },
    [2, 2, 4],
  ],
  [
    'central says an old word again',
    ({ outbox }) => {
      outbox.keep(m01, 1, 3);
      outbox.keep(m01, 1, 1);
    },
    [3, 3, 4],
  ],
  [
    'words about another epoch',
    ({ outbox }) => {
      outbox.setSent(m01, 2, 4);
      outbox.keep(m01, 2, 4);
    },
    [0, 0, 4],
  ],
  ['words about another line', ({ outbox }) => outbox.keep(m02, 1, 4), [0, 0, 4]],
];
test.each(words)('%s', (_name, say, after) => {
  const edge = owing(4);
  openOwing(m02, edge.db).state(4);
  say(edge);
  expect(marks(edge)).toEqual(after);
});

test('links are known from the beginning to the end, and not beyond', () => {
  const { outbox, head } = owing(2);
  expect(outbox.linkAt(m01, 0)).toEqual(genesis(m01, 1));
  expect(outbox.linkAt(m01, 2)).toEqual(head().hash);
  expect(outbox.linkAt(m01, 3)).toBeUndefined();
});

test('a gap is answered with the facts asked for, and with nothing once they are forgotten', () => {
  const { db, outbox } = owing(9);
  expect(decodeSegment(encodeSegment(outbox.segment(m01, 2, 5)!))).toMatchObject({ first: 3 });
  expect(outbox.segment(m01, 2, 5)!.facts).toHaveLength(3);
  expect(outbox.segment(m01, 9, 20)).toBeUndefined();
  outbox.keep(m01, 1, 5);
  forgetFacts(db, m01, 3);
  expect(outbox.segment(m01, 0, 5)).toBeUndefined();
  expect(outbox.segment(m01, 2, 5)).toBeUndefined();
  expect(outbox.segment(m01, 3, 5)!.facts).toHaveLength(2);
  expect([2, 3].map((sequence) => outbox.linkAt(m01, sequence)?.length)).toEqual([undefined, 32]);
});

test('the oldest unsent fact says since when it waits', () => {
  const box = openBox();
  expect(box.outbox.oldestUnsentMs(m01)).toBeUndefined();
  box.decide(shop.release());
  expect(box.outbox.oldestUnsentMs(m01)).toBe(1_700_000_000_000);
  box.outbox.setSent(m01, 1, 1);
  expect(box.outbox.oldestUnsentMs(m01)).toBeUndefined();
});

test('a line that is not of this edge is unknown', () => {
  expect(() => owing(1).outbox.marks(m02)).toThrow(
    expect.objectContaining({ code: 'UNKNOWN', message: `line: ${m02} is no line of this edge` }),
  );
});

test.each(['setSent', 'keep'] as const)('S3: %s on a full disk may be tried again', (verb) => {
  const { db, outbox, store } = owing(1);
  const lines = Array.from({ length: 400 }, (_, n) => `acme/lyon/turning/${n}`);
  for (const line of lines) store.head(line);
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  const all = () => {
    for (const line of lines) outbox[verb](line, 1, 2 ** 50);
  };
  expect(all).toThrow(expect.objectContaining({ name: 'Fault', code: 'FULL', retry: true }));
  db.pragma('max_page_count = 100000');
  expect(all).not.toThrow();
});
