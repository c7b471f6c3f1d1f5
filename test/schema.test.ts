// Goal: the schema that is published is what is read: no client is refused what its schema allows.
// Method: random commands of every type, made well and spoilt in one place, told to the reader and
// to a validator of JSON Schema; the two must agree.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { type CommandType, commandTypes, readCommand } from '../shared/command.ts';
import { commandSchema } from '../shared/commandschema.ts';
import type { JsonSchema } from '../shared/jsonschema.ts';
import fc from './helpers/check.ts';

const ajv = new Ajv2020({ strict: false, allErrors: false });

const isRead = (given: unknown): boolean => {
  try {
    readCommand(given);
    return true;
  } catch {
    return false;
  }
};

/** Texts are compared in their normal form: so are those that are tried here. */
const anyText = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 50 }), fc.string({ maxLength: 250 }))
  .map((text) => text.normalize('NFC'));
const decimals = fc.oneof(
  fc.stringMatching(/^-?\d{1,13}(\.\d{1,7})?$/),
  fc.constantFrom('0', '-0', '0.0', '-0.000000', '007', '1.', '.5', '1e3', ' 1', '999999999999'),
);
const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, -1, 1, 999_999_999_999, 1_000_000_000_000, Number.MAX_SAFE_INTEGER, 0.5),
);
const paths = fc.constantFrom(
  'a/b/c/d',
  'acme/Lyon 2/ü/M01',
  'a/b/c',
  'a/b/c/d/',
  'a/b/c/ d',
  'a/b/c/-',
);
const times = fc.constantFrom('2012-10-28T02:30', '2012-10-28T02:30:59.123', '2012-10-28', '25:00');
const anything: fc.Arbitrary<unknown> = fc.oneof(
  ...[anyText, decimals, numbers, paths, times, fc.boolean(), fc.constant(null)],
  fc.constantFrom([], {}, ['x'], { x: 1 }, [[]], 'person:1', 'EA', 'stopped', 'scrap'),
);

/** A value that fits a schema, most of the time. */
function like(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { type, enum: values, const: only, anyOf, items, maxItems, minItems } = schema;
  if (only !== undefined) return fc.constant(only);
  if (values) return fc.constantFrom(...(values as unknown[]));
  if (anyOf) return fc.oneof(...(anyOf as JsonSchema[]).map(like));
  if (type === 'object') return likeObject(schema);
  if (type === 'array') {
    const least = (minItems ?? 0) as number;
    return fc.array(like(items as JsonSchema), {
      minLength: least,
      maxLength: Math.min(maxItems as number, 3),
    });
  }
  if (type === 'null') return fc.constant(null);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') {
    return fc.integer({ min: schema['minimum'] as number, max: schema['maximum'] as number });
  }
  if (Array.isArray(type)) return fc.oneof(decimals, fc.integer({ min: 1, max: 1e6 }));
  if (`${schema['pattern']}`.includes('/')) return fc.constant('acme/lyon/turning/M01');
  if (`${schema['pattern']}`.includes('T(')) return fc.constant('2012-10-28T02:30');
  return fc.oneof(
    fc.stringMatching(
      new RegExp(`^[\\x21-\\x7e]{1,${Math.min(6, schema['maxLength'] as number)}}$`),
    ),
    fc.constantFrom('Ä-1', 'цех', '部品'),
  );
}

function likeObject({ properties, required }: JsonSchema): fc.Arbitrary<object> {
  const names = Object.entries(properties as Record<string, JsonSchema>);
  const record = Object.fromEntries(names.map(([name, schema]) => [name, like(schema)]));
  return fc.record(record, { requiredKeys: required as never[] });
}

/** The same command with one thing in it put in another's place, left out, or added. */
function spoil(command: object): fc.Arbitrary<object> {
  const body = (command as { body?: object | null }).body;
  const places = [
    ...Object.keys(command).map((name) => [name]),
    ...Object.keys(body ?? {}).map((name) => ['body', name]),
    ...[['more'], ...(body ? [['body', 'more']] : [])],
  ];
  return fc
    .tuple(fc.constantFrom(...places), anything, fc.boolean())
    .map(([place, value, isOut]) => {
      const copy = structuredClone(command) as Record<string, unknown>;
      const at = place.length === 2 ? (copy['body'] as Record<string, unknown>) : copy;
      const name = place.at(-1)!;
      if (isOut) delete at[name];
      else at[name] = value;
      return copy;
    });
}

describe('a command and its schema agree', () => {
  test.each(commandTypes)('on %s', (type: CommandType) => {
    const schema = commandSchema(type);
    const validate = ajv.compile(schema);
    let accepted = 0;
    const agree = (given: unknown): void => {
      const json = JSON.parse(JSON.stringify(given)) as unknown;
      const read = isRead(json);
      if (read) accepted += 1;
      expect([validate(json), json, validate.errors]).toEqual([read, json, validate.errors]);
    };
    const whole = likeObject(schema);
    fc.assert(fc.property(whole, agree), { numRuns: 60 });
    fc.assert(fc.property(whole.chain(spoil), agree), { numRuns: 100 });
    expect(accepted).toBeGreaterThan(0);
  });
});

test('a schema names the bounds of its fields', () => {
  const { properties, required } = commandSchema('ReportQuantity') as never as {
    properties: Record<string, { properties: object; maxLength?: number }>;
    required: string[];
  };
  expect(required).toContain('operation');
  expect(properties['order']).toMatchObject({ type: 'string', maxLength: 40 });
  expect(properties['body']!.properties).toMatchObject({
    phase: { enum: ['setup', 'run', 'breakdown'] },
    good: { description: 'Good quantity.', minimum: 0 },
  });
});
