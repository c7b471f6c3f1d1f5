import type { NatsConnection } from '@nats-io/nats-core';
import pino from 'pino';
import { expect, test } from 'vitest';
import { openDownlink } from '../edge/uplink/downlink.ts';
import { encodeKept, type Kept } from '../shared/kept.ts';
import { decodeSegment } from '../shared/segment.ts';
import { keptSubject, refillSubject } from '../shared/subject.ts';
import { forgetFacts } from './helpers/forgetting.ts';
import { openOwing } from './helpers/owing.ts';
import { m01, m02 } from './helpers/shop.ts';

type Message = { data: Uint8Array; respond: (answer: Uint8Array) => void };
type Subscriber = { callback: (error: Error | null, message: Message) => void };

/** A downlink to an edge whose line M01 has five facts, four of them sent, one known to be kept. */
function openWord() {
  const edge = openOwing(m01);
  openOwing(m02, edge.db).state(2);
  edge.state(5);
  edge.outbox.setSent(m01, 1, 4);
  edge.outbox.keep(m01, 1, 1);
  const subscribers = new Map<string, Subscriber['callback']>();
  const connection = {
    subscribe: (subject: string, { callback }: Subscriber) => subscribers.set(subject, callback),
  } as unknown as NatsConnection;
  const heard: [string, Kept][] = [];
  const barred = new Set<string>();
  const rung: string[] = [];
  const last = new Map<string, Uint8Array>();
  const downlink = openDownlink({
    ...{ connection, lines: [m01, m02], outbox: edge.outbox, log: pino({ level: 'silent' }) },
    lastKept: async (line) => last.get(line),
    heard: (line, kept) => heard.push([line, kept]),
    writes: (line) => !barred.has(line),
    rung: (line) => rung.push(line),
  });

  function deliver(subject: string, text: string): Uint8Array | undefined {
    let answer: Uint8Array | undefined;
    const respond = (bytes: Uint8Array) => {
      answer = bytes;
    };
    subscribers.get(subject)!(null, { data: Buffer.from(text), respond });
    return answer;
  }
  const kept = (sequence: number, changed: object = {}): string =>
    encodeKept({
      ...{ epoch: 1, sequence, settled: 1, waiting: [] },
      hash: edge.outbox.linkAt(m01, sequence)?.toString('hex') ?? 'none',
      ...changed,
    });
  return {
    ...{ edge, heard, last, downlink, kept, barred },
    say: (text: string) => deliver(keptSubject(m01), text),
    ask: (question: unknown, line = m01) =>
      deliver(
        refillSubject(line),
        typeof question === 'string' ? question : JSON.stringify(question),
      )!,
    marks: () => {
      const { sent, kept } = edge.outbox.marks(m01);
      return [sent, kept];
    },
  };
}

const words: [string, (word: ReturnType<typeof openWord>) => string, number[], number][] = [
  ['our own history', ({ kept }) => kept(3), [4, 3], 1],
  ['more than the stream has answered for', ({ kept }) => kept(5), [5, 5], 1],
  ['an old word', ({ kept }) => kept(0), [4, 1], 1],
  ['another history', ({ kept }) => kept(3, { hash: 'ab'.repeat(32) }), [4, 1], 0],
  ['another epoch', ({ kept }) => kept(3, { epoch: 2 }), [4, 1], 0],
  ['more than we have', ({ kept }) => kept(6), [4, 1], 0],
  ['nothing that is understood', () => 'kept up to 3', [4, 1], 0],
  ['half a word', () => '{"epoch":1}', [4, 1], 0],
];
test.each(words)('central keeps %s', (_name, text, marks, heard) => {
  const word = openWord();
  word.say(text(word));
  expect(word.marks()).toEqual(marks);
  expect(word.heard).toHaveLength(heard);
  expect(word.edge.outbox.marks(m02)).toMatchObject({ sent: 0, kept: 0 });
});

test('what is settled is passed on as central says it', () => {
  const word = openWord();
  word.say(word.kept(3, { settled: 2, waiting: [1] }));
  expect(word.heard).toMatchObject([[m01, { sequence: 3, settled: 2, waiting: [1] }]]);
});

test("central's last word is read again after the link was down", async () => {
  const word = openWord();
  await word.downlink.catchUp(m01);
  expect(word.marks()).toEqual([4, 1]);
  word.last.set(m01, Buffer.from(word.kept(4)));
  await word.downlink.catchUp(m01);
  expect(word.marks()).toEqual([4, 4]);
});

test('a gap is answered with its facts, chained', () => {
  const { ask } = openWord();
  const segment = decodeSegment(ask({ epoch: 1, from: 2, to: 4 }));
  expect(segment).toMatchObject({ line: m01, epoch: 1, first: 2 });
  expect(segment.facts).toHaveLength(3);
});

const unanswered: [string, unknown][] = [
  ['of another epoch', { epoch: 2, from: 2, to: 4 }],
  ['the wrong way round', { epoch: 1, from: 4, to: 2 }],
  ['from 0', { epoch: 1, from: 0, to: 2 }],
  ['not understood', 'all of it'],
];
test.each(unanswered)('a gap %s is answered with nothing', (_name, question) => {
  expect(openWord().ask(question)).toHaveLength(0);
});

test('a gap beyond the end is not answered: another store has stated that', () => {
  expect(openWord().ask({ epoch: 1, from: 6, to: 9 })).toBeUndefined();
});

test('facts that the edge no longer has are answered with nothing', () => {
  const { edge, ask } = openWord();
  edge.outbox.keep(m01, 1, 4);
  edge.outbox.keep(m02, 1, 2);
  forgetFacts(edge.db, m01, 2);
  expect(ask({ epoch: 1, from: 1, to: 4 })).toHaveLength(0);
});

test('a store that does not write the line is silent about a gap: its writer will answer', () => {
  const { ask, barred } = openWord();
  barred.add(m01);
  expect(ask({ epoch: 1, from: 2, to: 4 })).toBeUndefined();
  expect(decodeSegment(ask({ epoch: 1, from: 1, to: 1 }, m02)).facts).toHaveLength(1);
});
