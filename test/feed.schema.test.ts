// Goal: what the feed tells is what its schemas say, and a schema never changes unnoticed.
// Method: every type with all and with the least that it may say, through the very codec, held to a
// validator; the published schemas beside the ones in the repository; every kind of change.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import { decodeContent, encodeContent } from '../shared/codec.ts';
import { bodies, type Content, factTypes } from '../shared/event.ts';
import { asyncApi } from '../shared/feed/asyncapi.ts';
import { changesOf, readEdition } from '../shared/feed/compat.ts';
import { exampleOf, goldenMessages } from '../shared/feed/golden.ts';
import { type FeedMessage, messageOf } from '../shared/feed/message.ts';
import { openMask } from '../shared/feed/people.ts';
import { factSchemas } from '../shared/feed/schema.ts';
import { idBytes } from '../shared/identity.ts';
import type { JsonSchema } from '../shared/jsonschema.ts';
import fc from './helpers/check.ts';
import { content, report } from './helpers/facts.ts';

const ajv = new Ajv2020({ strict: false, formats: { uuid: true, 'date-time': true } });
const validators = new Map(
  Object.entries(factSchemas()).map(([name, schema]) => [name, ajv.compile(schema)]),
);
const mask = openMask(Buffer.alloc(32, 7));
const place = { line: 'acme/lyon 2/ü/M03', epoch: 2, sequence: 17, position: 99, receivedMs: 5 };
const told = (fact: Content) => messageOf({ ...place, bytes: encodeContent(fact) }, mask)!;
const stated = (fact: Content) => messageOf({ ...place, bytes: encodeContent(fact) })!;

function fits({ data }: FeedMessage): void {
  const validate = validators.get(`${data.type}.v${data.version}`)!;
  expect(validate(JSON.parse(JSON.stringify(data))), ajv.errorsText(validate.errors)).toBe(true);
}

test('every type fits its schema, with all and with the least that it may say', () => {
  const golden = goldenMessages();
  expect(golden.size).toBe(2 * factTypes.length);
  for (const message of golden.values()) fits(message);
});

test.each(factTypes)(
  'an example of %s is what an edge may state, and fits with people hidden',
  (type) => {
    for (const isFull of [true, false]) {
      const example = exampleOf(type, isFull);
      expect(decodeContent(encodeContent(example)).body).toEqual(example.body);
      const message = told(example);
      fits(message);
      expect(JSON.stringify(message)).not.toMatch(/"(person:)?4445|Dupont/);
    }
  },
);

test('the schemas are those in the repository', () => {
  const golden = readEdition(readFileSync('test/feed.schemas.golden.jsonl', 'utf8'));
  const now = JSON.parse(JSON.stringify(factSchemas()));
  const changes = changesOf(golden, now);
  const breaking = changes.filter(({ breaks }) => breaks);
  expect(breaking, 'needs a new version: shared/feed/message.ts').toEqual([]);
  const hint = 'good: `holdfast feed schemas --out F`, and F/edition.jsonl is the new golden one';
  expect(changes, hint).toEqual([]);
  expect(now, hint).toEqual(golden);
});

const object = (properties: Record<string, JsonSchema>, required: string[] = []) => ({
  X: { type: 'object', properties, required },
});
const some: JsonSchema = { type: 'string', maxLength: 10, description: 'Old words.' };
const changes: [string, object, object, [boolean, string][]][] = [
  ['nothing', object({ a: some }), object({ a: some }), []],
  ['words', object({ a: some }), object({ a: { ...some, description: 'New words.' } }), []],
  ['a field that is new', object({ a: some }), object({ a: some, b: some }), [[false, 'X.b']]],
  ['a field that is gone', object({ a: some, b: some }), object({ a: some }), [[true, 'X.b']]],
  ['always there now', object({ a: some }), object({ a: some }, ['a']), [[false, 'X.a']]],
  ['may be absent now', object({ a: some }, ['a']), object({ a: some }), [[true, 'X.a']]],
  [
    'another kind',
    object({ a: some }),
    object({ a: { ...some, type: 'integer' } }),
    [[true, 'X.a']],
  ],
  ['longer texts', object({ a: some }), object({ a: { ...some, maxLength: 11 } }), [[true, 'X.a']]],
  [
    'shorter texts',
    object({ a: some }),
    object({ a: { ...some, maxLength: 9 } }),
    [[false, 'X.a']],
  ],
  ['no limit', object({ a: some }), object({ a: { type: 'string' } }), [[true, 'X.a']]],
  [
    'one value more',
    object({ a: { enum: ['x'] } }),
    object({ a: { enum: ['x', 'y'] } }),
    [[true, 'X.a']],
  ],
  [
    'one value less',
    object({ a: { enum: ['x', 'y'] } }),
    object({ a: { enum: ['x'] } }),
    [[false, 'X.a']],
  ],
  [
    'in a list',
    object({ a: { items: some } }),
    object({ a: { items: { type: 'integer' } } }),
    [
      [true, 'X.a[]'],
      [true, 'X.a[]'],
    ],
  ],
  ['a type that is gone', object({}), {}, [[true, 'X']]],
  ['a type that is new', {}, object({}), [[false, 'X']]],
];
test.each(changes)(
  '%s: it is said whether consumers may break',
  (_name, before, after, expected) => {
    const found = changesOf(before as never, after as never);
    expect(found.map(({ breaks, at }) => [breaks, at])).toEqual(expected);
  },
);

test('the AsyncAPI names every type, and every reference leads somewhere', () => {
  const api = JSON.parse(JSON.stringify(asyncApi()));
  expect(Object.keys(api.channels).sort()).toEqual([...factTypes].sort());
  const refs = [...JSON.stringify(api).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  expect(refs.length).toBeGreaterThan(2 * factTypes.length);
  for (const path of refs) {
    const found = path.split('/').reduce((at, key) => at?.[key], api);
    expect(found, path).toBeDefined();
  }
});

test('a stranger can read it: exact decimals, ids as texts, times twice', () => {
  const { subject, headers, data } = stated(report('a report', '0.000001'));
  expect(subject).toBe('hf.fact.acme.lyon=202.=c3=bc.M03.QuantityReported');
  expect(data).toMatchObject({
    ...{ line: place.line, epoch: 2, sequence: 17, position: 99, at: '2012-01-01T23:00:00.000Z' },
    ...{ actor: 'person:4445', order: 'WO-1', operation: '0010', body: { good: '0.000001' } },
  });
  expect(headers).toMatchObject({
    ...{ 'ce-id': data.eventId, 'ce-type': 'holdfast.QuantityReported.v1' },
    ...{ 'ce-source': '/holdfast/acme/lyon%202/%C3%BC/M03', 'ce-time': data.at },
    ...{ 'ce-correlationid': 'WO-1', 'Hf-Epoch': '2', 'Hf-Sequence': '17', 'Hf-Position': '99' },
  });
});

test("a clock gone wild has no RFC 3339 time, and no header is broken by people's words", () => {
  const wild = content('wild', 'OrderClosed', {}, { atMs: -5, correlationId: 'ü"%\n x' });
  const { headers, data } = told(wild);
  expect([data.at, headers['ce-time'], data.atMs]).toEqual([undefined, undefined, -5]);
  expect(headers['ce-correlationid']).toBe('%C3%BC%22%25%0A%20x');
});

const packr = new Packr({ useRecords: false });
/** Stored bytes of a fact as another program may have stated it; `body` is packed already. */
function foreign(type: string, body: Uint8Array, version = 1): Buffer {
  const id = idBytes(content('foreign', 'OrderClosed', {}).eventId);
  const before = [id, type, version, 1, 2, 'edge'].map((value) => packr.pack(value));
  const after = ['person:4445', 'WO-1'].map((value) => packr.pack(value));
  const parts = [...before, body, ...after];
  return Buffer.concat([Buffer.of(1, 0x90 + parts.length), ...parts.map(Buffer.from)]);
}
const toldOf = (type: string, body: unknown, version?: number) =>
  messageOf({ ...place, bytes: foreign(type, packr.pack(body), version) }, mask)?.data;

test('what a newer edge adds is told, at every depth, and people in it are hidden', () => {
  const part = { lot: 'L-1', quantity: '2.50', colour: 'red' };
  const body = { children: [part], unit: 'EA', why: { person: '17', n: 1n, x: Number.NaN } };
  const data = toldOf('LotSplit', body)!;
  expect(data.body).toMatchObject({
    children: [{ lot: 'L-1', quantity: '2.5', colour: 'red' }],
    why: { n: 1, x: 'NaN' },
  });
  expect(JSON.stringify(data)).not.toMatch(/:4445|"17"/);
  fits({ data } as FeedMessage);
});

test('a type or version that only a newer program knows is told as it is', () => {
  expect(toldOf('RobotDanced', { steps: 3 })).toMatchObject({ body: { steps: 3 } });
  expect(toldOf('LotSplit', { pieces: 3 }, 2)).toMatchObject({ version: 2, body: { pieces: 3 } });
});

test('what breaks its schema is not told, nor what is no fact', () => {
  expect(toldOf('LotSplit', { children: [], unit: 'EA' })).toBeUndefined();
  expect(toldOf('LotSplit', 'text')).toBeUndefined();
  expect(toldOf('Lot.Split', {})).toBeUndefined();
  expect(messageOf({ ...place, bytes: Buffer.from('nonsense') })).toBeUndefined();
});

test('whatever a newer program states becomes JSON, and a depth without end does no harm', () => {
  for (const depth of [15, 17, 100, 3_000, 60_000]) {
    const deep = [Buffer.of(0x81), packr.pack('deep'), Buffer.alloc(depth, 0x91), Buffer.of(0xc0)];
    const bytes = foreign('RobotDanced', Buffer.concat(deep));
    const text = JSON.stringify(messageOf({ ...place, bytes }, mask)?.data.body ?? null);
    expect(text.length).toBeLessThan(60);
  }
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything({ withDate: true })), (body) => {
      const data = toldOf('RobotDanced', body);
      expect(JSON.parse(JSON.stringify(data))).toEqual(data && JSON.parse(JSON.stringify(data)));
    }),
    { numRuns: 200 },
  );
});

test('every field of a fact that names a person is known to be one', () => {
  const suspicious = Object.entries(bodies).flatMap(([type, fields]) =>
    Object.keys(fields)
      .filter((name) => /person|people|name|station|user|operator|badge/i.test(name))
      .map((name) => `${type}.${name}`),
  );
  expect(suspicious.sort()).toEqual([
    'OperationStarted.name', // of the operation
    'PersonSigned.name',
    'PersonSigned.person',
    'PersonSignedIn.name',
    'PersonSignedIn.person',
    'PersonSignedIn.station',
    'PersonSignedOut.person',
    'RunStaffed.people',
    'ShiftStarted.people',
  ]);
});
