// Goal: bytes once stored mean the same for ever, and hash the same.
// Method: the bytes of every fact type as they were first shipped; they are never regenerated.
import { readFileSync } from 'node:fs';
import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import { decodeContent, digest, encodeContent, genesis, link } from '../shared/codec.ts';
import { bodies, type Content, factTypes } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import fc from './helpers/check.ts';
import { samples } from './helpers/samples.ts';

const file = new URL('./content.golden.json', import.meta.url);
const golden: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));
const packr = new Packr({ useRecords: false });
const pack = (fields: unknown): Buffer => Buffer.concat([Buffer.of(1), packr.pack(fields)]);
const unpack = (bytes: Buffer): unknown[] => packr.unpack(bytes.subarray(1));
const sampleOf = (type: string): Content => samples.find((sample) => sample.type === type)!;

test('there are golden bytes of every fact type', () => {
  expect(Object.keys(golden).sort()).toEqual([...factTypes].sort());
});

test.each(samples)('$type is stored as it always was', (content) => {
  expect(encodeContent(content).toString('hex')).toBe(golden[content.type]);
});

test.each(samples)('$type is read as it always was', (content) => {
  expect(decodeContent(Buffer.from(golden[content.type]!, 'hex'))).toEqual(content);
});

test('the layout, piece by piece', () => {
  const shift = [
    '01', // version of the layout
    'dc0012', // an array of 18
    'c410018cc251f4007000800000000000001f', // event id, 16 bytes
    'ac53686966745374617274656401', // "ShiftStarted", body version 1
    'cb427349b803d8f000', // atMs 1325458800015
    'cb4278cc251f400000', // recordedMs 1704067200000
    'a6736f75726365', // "source"
    'de0001a670656f706c6592a434343435a434343436', // {people: ["4445", "4446"]}
    'ab706572736f6e3a34343435a3632d31c0a3632d31', // actor, correlation, no cause, command
    'c0c0c0c0a56561726c79c0c0', // order … serial absent, shift "early", the rest absent
  ];
  expect(golden['ShiftStarted']).toBe(shift.join(''));
});

test('T3: a local time stands behind all other fields, and only where one was given', () => {
  const content = { ...sampleOf('ShiftStarted'), atLocal: '2012-01-01T23:00:00.015' } as Content;
  const bytes = encodeContent(content).toString('hex');
  const fields = golden['ShiftStarted']!.slice('01dc0012'.length);
  const local = [
    ...['01', 'dc0015', fields], // an array of 21, of which the first 18 are as they always were
    'c0c0', // no production day, no flags
    'b7323031322d30312d30315432333a30303a30302e303135', // "2012-01-01T23:00:00.015"
  ];
  expect(bytes).toBe(local.join(''));
  expect(decodeContent(Buffer.from(bytes, 'hex'))).toEqual(content);
});

test('T1: what is not known of the clock stands behind all else, and only where it is not', () => {
  const content = { ...sampleOf('ShiftStarted'), clockTrust: 'suspect' } as Content;
  const bytes = encodeContent(content).toString('hex');
  const fields = golden['ShiftStarted']!.slice('01dc0012'.length);
  // An array of 22, of which the first 18 are as they always were; no day, flags and local time.
  expect(bytes).toBe(['01', 'dc0016', fields, 'c0c0c0', 'a773757370656374'].join(''));
  expect(decodeContent(Buffer.from(bytes, 'hex'))).toEqual(content);
});

const word = fc.stringMatching(/^[A-Za-z0-9ÄÖ🔩._/-]{1,20}$/u).map((text) => text.normalize('NFC'));
const amount = fc.stringMatching(/^(0|[1-9]\d{0,11})(\.\d{0,5}[1-9])?$/);
const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });
const body = fc.record({
  ...{ run: word, phase: fc.constantFrom('setup', 'run', 'breakdown'), unit: fc.constant('EA') },
  ...{ good: amount, scrap: amount, rework: amount, held: amount, inRework: fc.boolean() },
});
const contents = fc.record(
  {
    ...{ eventId: fc.uuid(), type: fc.constant('QuantityReported'), version: fc.constant(1) },
    ...{ atMs: instant, recordedMs: instant, clock: fc.constantFrom('edge', 'source'), body },
    ...{ actor: word, correlationId: word, causationId: word, commandId: word, order: word },
    ...{ operation: word, lot: word, serial: word, shift: word, workCenter: word },
    ...{ costObject: word, productionDay: word, flags: word, atLocal: word },
    ...{ clockTrust: fc.constantFrom('unchecked', 'suspect') },
  },
  {
    requiredKeys: [
      ...(['eventId', 'type', 'version', 'atMs', 'recordedMs', 'clock', 'body'] as const),
      ...(['actor', 'correlationId'] as const),
    ],
  },
);

test('whatever a line states comes back as it was', () => {
  fc.assert(
    fc.property(contents, (content) => {
      expect(decodeContent(encodeContent(content as Content))).toEqual({ ...content });
    }),
  );
});

test('X5: what a newer edge added is left out, at every depth, and stays in the bytes', () => {
  const released = sampleOf('OrderReleased') as Content<'OrderReleased'>;
  const fields = unpack(encodeContent(released));
  const { operations, ...rest } = released.body;
  const steps = operations!.map((step) => ({ ...step, machineGroup: 'G7' }));
  fields[6] = { ...rest, operations: steps, priority: 'high' };
  const known = Array.from({ length: 23 }, (_, at) => fields[at] ?? null);
  const bytes = pack([...known, 'a context field of tomorrow']);
  expect(decodeContent(bytes)).toEqual(released);
  expect(unpack(bytes)[6]).toMatchObject({ operations: steps, priority: 'high' });
});

test('context fields that an older edge did not know are absent', () => {
  const content = sampleOf('HoldReleased');
  expect(decodeContent(pack(unpack(encodeContent(content)).slice(0, 11)))).toEqual(content);
});

const whole = encodeContent(sampleOf('ShiftStarted'));
const changed = (index: number, value: unknown): Buffer => {
  const fields = unpack(whole);
  fields[index] = value;
  return pack(fields);
};
const corrupt: [string, Buffer, string][] = [
  ['no bytes', Buffer.alloc(0), 'fact: version byte undefined, known is 1'],
  ['a later version', Buffer.concat([Buffer.of(2), whole.subarray(1)]), 'fact: version byte 2'],
  ['one byte too many', Buffer.concat([whole, Buffer.of(0)]), 'fact: not msgpack'],
  ['no array', pack({ type: 'ShiftStarted' }), 'fact: not an array of envelope fields'],
  ['an array too short', pack(unpack(whole).slice(0, 7)), 'fact: not an array'],
  ['an event id that is a text', changed(0, 'e-1'), 'fact: not an array'],
  ['an event id of 15 bytes', changed(0, Buffer.alloc(15)), 'fact: not an array'],
  ['an instant that is a text', changed(3, '2012-01-02'), 'fact: not an array'],
  ['an instant that is no number', changed(4, Number.NaN), 'fact: not an array'],
  ['an unknown clock', changed(5, 'sundial'), 'fact: not an array'],
  ['an actor that is a number', changed(7, 4445), 'fact: not an array'],
  ['no correlation', changed(8, null), 'fact: not an array'],
  ['an order that is a number', changed(11, 1), 'fact: not an array'],
];
test.each(corrupt)('%s is corrupt', (_name, bytes, message) => {
  const fault = expect.objectContaining({
    code: 'CORRUPT',
    message: expect.stringContaining(message),
  });
  expect(() => decodeContent(bytes)).toThrow(fault);
});

const invalid: [string, Buffer, string][] = [
  ['an unknown type', changed(1, 'DoorOpened'), 'type: DoorOpened is no fact we know'],
  ['a type of the language', changed(1, 'toString'), 'type: toString is no fact we know'],
  [
    'a body without its field',
    changed(6, {}),
    'ShiftStarted.people: must be a list of at most 100',
  ],
  ['a body that is none', changed(6, 7), 'ShiftStarted: must be an object'],
];
test.each(invalid)('X5: %s is refused by name', (_name, bytes, message) => {
  expect(() => decodeContent(bytes)).toThrow(expect.objectContaining({ code: 'INVALID', message }));
});

test('no broken byte is more than a Fault, and none that is cut off is read', () => {
  const all = samples.map(encodeContent);
  const spoilt = fc.tuple(fc.constantFrom(...all), fc.nat(300), fc.integer({ min: 1, max: 255 }));
  const tried = (bytes: Buffer): unknown => {
    try {
      return decodeContent(bytes);
    } catch (error) {
      return error;
    }
  };
  fc.assert(
    fc.property(spoilt, ([bytes, place, mask]) => {
      const at = place % bytes.length;
      const broken = Buffer.from(bytes);
      broken[at] = broken[at]! ^ mask;
      const result = tried(broken);
      if (result instanceof Error) expect(result).toBeInstanceOf(Fault);
      expect(tried(bytes.subarray(0, at))).toMatchObject({ code: 'CORRUPT' });
    }),
    { numRuns: 2_000 },
  );
});

test('a fact has at most 64 KB, and one that would have more is refused by name', () => {
  const operations = Array(100).fill({ operation: '0010', name: '🔩'.repeat(200) });
  const { body, ...about } = sampleOf('OrderReleased') as Content<'OrderReleased'>;
  const content = { ...about, body: { ...body, operations } } as Content;
  expect(bodies.OrderReleased.operations.read(operations, 'operations')).toHaveLength(100);
  expect(() => encodeContent(content)).toThrow('fact: must be at most 65536 bytes when stored');
});

test('the chain is SHA-256 over what was before and the bytes, from line and epoch on', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const begin = genesis('acme/lyon/turning/M03', 1);
  const first = link(begin, Buffer.of(0x01, 0xc0));
  expect([begin, first, link(first, Buffer.of(2))].map(hex)).toEqual([
    '29a12dc4da2663dbdc4acd6f16470edc7b2f97d820162a1fe077e680c3559004',
    '97e443f95820508ab5252282fe2c0ffbd5f8bc7e544b38763c749530d2660c02',
    '9676d52f4b140b9c0a92c211eefd0451b67fc61514a8e8d8a43746d04754cf2f',
  ]);
  expect(hex(genesis('acme/lyon/turning/M03', 2))).toBe(
    '0cb35f023372aef5e1a1218325fbf45c0950c5c653116e6994d91c42e2bf6bda',
  );
  expect(hex(digest(Buffer.of(0x01, 0xc0)))).toBe(
    '32444d1ca2314b6449d98ed53575e1d1dca3e826e1d622fee4502e355a21dd85',
  );
});
