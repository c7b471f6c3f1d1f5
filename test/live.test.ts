// Goal: what is told ahead is bounded, and read strictly.
import { expect, test } from 'vitest';
import { encodeContent, genesis, link } from '../shared/codec.ts';
import { nameId } from '../shared/identity.ts';
import {
  decodeLive,
  decodeLiveAnswer,
  encodeLive,
  type Live,
  liveBytesMax,
  liveFactsMax,
} from '../shared/live.ts';
import { report } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';

const store = 'aaaaaaaa-0000-4000-8000-000000000000';

test('what is told ahead is read strictly, within its limits', () => {
  const bytes = encodeContent(report('piece', '1'));
  const hash = link(genesis(m01, 1), bytes);
  const fact = { sequence: 1, hash, bytes };
  const live: Live = { store, epoch: 1, facts: [fact, { ...fact, sequence: 3 }] };
  expect(decodeLive(encodeLive(live))).toEqual(live);
  const bad: [string, Partial<Live>][] = [
    ['live.store: must be a UUID', { store: nameId(store, 'x').toUpperCase() }],
    ['live.epoch: must be', { epoch: 0 }],
    ['live.facts: must be 1 to 200', { facts: [] }],
    ['live.facts: must be 1 to 200', { facts: Array(liveFactsMax + 1).fill(fact) }],
    ['live.facts: must be in rising order', { facts: [fact, fact] }],
    ['live.facts: each is', { facts: [{ ...fact, hash: bytes }] }],
    ['live.facts: each is', { facts: [{ ...fact, bytes: new Uint8Array() }] }],
    [
      `live.facts: must be at most ${liveBytesMax} bytes`,
      { facts: [1, 2, 3].map((sequence) => ({ ...fact, sequence, bytes: Buffer.alloc(50_000) })) },
    ],
  ];
  for (const [reason, change] of bad) {
    expect(() => decodeLive(encodeLive({ ...live, ...change }))).toThrow(reason);
  }
  expect(() => decodeLive(Buffer.of(9))).toThrow('live: version byte 9, known is 1');
  expect(() => decodeLive(Buffer.of(1, 0x93, 7))).toThrow('live: not msgpack');
  expect(() => decodeLive(Buffer.of(1, 7))).toThrow('live: not an array');
});

test('an answer is one of three, and nothing else', () => {
  const read = (given: object) => decodeLiveAnswer(Buffer.from(JSON.stringify(given)));
  expect(read({ answer: 'taken' })).toEqual({ answer: 'taken' });
  expect(() => read({ answer: 'yes' })).toThrow('live.answer: must be one of taken, full, refused');
});
