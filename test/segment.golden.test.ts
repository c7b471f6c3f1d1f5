import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import { genesis, link } from '../shared/codec.ts';
import {
  decodeSegment,
  encodeSegment,
  lastOf,
  type Segment,
  segmentBytesMax,
  segmentFactsMax,
} from '../shared/segment.ts';
import { m01 } from './helpers/shop.ts';

const packr = new Packr({ useRecords: false });
const facts = [Buffer.of(1, 0xa1), Buffer.of(1, 0xa2)];

/** A segment from `first` on whose chain holds. */
const chained = (first: number, bytes: readonly Buffer[]): Segment => {
  const before = genesis(m01, 1);
  return { line: m01, epoch: 1, first, before, after: bytes.reduce(link, before), facts: bytes };
};
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const sent = (segment: object): Buffer => encodeSegment(segment as Segment);
const segment = chained(41, facts);
const { before } = segment;

test('a segment comes back as it was sent, and names its last fact', () => {
  expect(decodeSegment(sent(segment))).toMatchObject(segment);
  expect(lastOf(segment)).toBe(42);
  const foreign = { ...segment, before: null, after: null };
  expect(decodeSegment(sent(foreign))).toEqual(foreign);
});

test('the layout, piece by piece', () => {
  const pieces = [
    '01', // version of the layout
    '96', // an array of 6
    'b561636d652f6c796f6e2f7475726e696e672f4d3031', // "acme/lyon/turning/M01"
    '0129', // epoch 1, first 41
    `c420${hex(before!)}`,
    `c420${hex(segment.after!)}`,
    '92c40201a1c40201a2', // two facts of two bytes
  ];
  expect(hex(sent(segment))).toBe(pieces.join(''));
});

const many = (count: number, size: number): Buffer =>
  sent(chained(1, Array<Buffer>(count).fill(Buffer.alloc(size, 1))));

test('as many facts and bytes as are allowed travel together, and no more', () => {
  expect(decodeSegment(many(segmentFactsMax, 1)).facts).toHaveLength(1_000);
  expect(() => decodeSegment(many(segmentFactsMax + 1, 1))).toThrow('must hold 1 to 1000 facts');
  expect(decodeSegment(many(4, segmentBytesMax / 4)).facts).toHaveLength(4);
  expect(() => decodeSegment(many(4, segmentBytesMax / 4 + 1))).toThrow(
    'segment: must hold at most 262144 bytes of facts',
  );
});

const broken = 'segment: the chain breaks between 41 and its end';
const links = 'segment: must have both links or none, and facts as bytes';
const refused: [string, Buffer, string][] = [
  ['no bytes', Buffer.alloc(0), 'segment: version byte undefined, known is 1'],
  ['a later version', Buffer.concat([Buffer.of(9), sent(segment)]), 'segment: version byte 9'],
  ['a cut one', sent(segment).subarray(0, -1), 'segment: not msgpack'],
  ['no array', Buffer.concat([Buffer.of(1), packr.pack({})]), 'segment: not an array'],
  ['no facts', sent({ ...segment, facts: [] }), 'segment: must hold 1 to 1000 facts'],
  ['facts that are none', sent({ ...segment, facts: 'x' }), 'segment: must hold 1 to 1000 facts'],
  ['a fact that is a text', sent({ ...segment, facts: ['x'] }), links],
  ['one link of two', sent({ ...segment, after: null }), links],
  ['a link that is a text', sent({ ...segment, before: 'x' }), links],
  ['a link of 31 bytes', sent({ ...segment, before: Buffer.alloc(31) }), links],
  ['another fact', sent({ ...segment, facts: [facts[0], Buffer.of(1, 0xa3)] }), broken],
  ['a fact too few', sent({ ...segment, facts: [facts[0]] }), broken],
  ['other order', sent({ ...segment, facts: [...facts].reverse() }), broken],
  ['another history before', sent({ ...segment, before: genesis(m01, 2) }), broken],
  ['epoch 0', sent({ ...segment, epoch: 0 }), 'segment.epoch: must be a whole number from 1'],
  ['first 1.5', sent({ ...segment, first: 1.5 }), 'segment.first: must be a whole number from 1'],
  ['a last beyond numbers', sent({ ...segment, first: 2 ** 53 - 1 }), 'segment.last: must be a'],
];
test.each(refused)('%s is corrupt', (_name, bytes, message) => {
  const fault = { code: 'CORRUPT', message: expect.stringContaining(message) };
  expect(() => decodeSegment(bytes)).toThrow(expect.objectContaining(fault));
});

test('a segment of no line is refused by name', () => {
  expect(() => decodeSegment(sent({ ...segment, line: 'M01' }))).toThrow(
    'segment.line: must be enterprise/site/area/line',
  );
});
