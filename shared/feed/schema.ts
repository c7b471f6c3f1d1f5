import { bodies, type FactType, factTypes } from '../event.ts';
import { type JsonSchema, schemaOf } from '../jsonschema.ts';
import { versionOf } from './message.ts';
import { isAboutPeople, withheldKeys } from './people.ts';

/** A quantity as it is told: exact, in one spelling; digits in all, and behind the point. */
export const decimal = {
  type: 'string',
  pattern: '^(0|[1-9]\\d{0,11})(\\.\\d{0,5}[1-9])?$',
  'x-decimal': { precision: 18, scale: 6 },
} as const;

/** A schema with its properties, as ours of an object are. */
export type ObjectSchema = JsonSchema &
  Readonly<{ properties: Readonly<Record<string, JsonSchema>>; required: readonly string[] }>;

const isNull = (schema: JsonSchema): boolean => schema['type'] === 'null';

/**
 * What the feed tells of what a field reads: nothing is null, a quantity is a text, and more may
 * stand beside what we know, for that is how bodies grow.
 */
function told(schema: JsonSchema): JsonSchema {
  const { anyOf, additionalProperties: _, ...rest } = schema;
  if (anyOf) {
    const one = (anyOf as JsonSchema[]).find((each) => !isNull(each))!;
    return told({ ...one, ...rest });
  }
  if (Array.isArray(rest['type'])) {
    const { description } = rest;
    const isSome = rest['minimum'] === 1;
    return { ...decimal, description, ...(isSome ? { not: { const: '0' } } : {}) };
  }
  if (rest['items']) return { ...rest, items: told(rest['items'] as JsonSchema) };
  return rest['properties'] ? toldObject(rest as ObjectSchema) : rest;
}

function toldObject(schema: ObjectSchema): ObjectSchema {
  const properties = Object.entries(schema.properties).map(([name, one]) => [name, told(one)]);
  const { additionalProperties: _, ...rest } = schema;
  return { ...rest, properties: Object.fromEntries(properties) } as ObjectSchema;
}

/** The body of a fact; names of people may be withheld, and bytes are not told. */
function bodySchema(type: FactType): ObjectSchema {
  const schema = toldObject(schemaOf(bodies[type]) as ObjectSchema);
  const isHidden = (name: string): boolean => isAboutPeople(type) && withheldKeys.has(name);
  return { ...schema, required: schema.required.filter((name) => !isHidden(name)) };
}

const text = (description: string): JsonSchema => ({ description, type: 'string' });
const whole = (description: string, minimum: number): JsonSchema => ({
  ...{ description, type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER },
});
const time = (description: string): JsonSchema => ({
  ...{ description, type: 'integer' },
  ...{ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
});

const required: Readonly<Record<string, JsonSchema>> = {
  line: text('Who states it: enterprise/site/area/line (ISA-95).'),
  epoch: whole("Which incarnation of the line's store wrote it: 1, 2, 3 …", 1),
  sequence: whole('Order within line and epoch: it rises, and may have holes.', 1),
  position: whole("Order in which central's ledger took it, over all lines; it rises.", 1),
  atMs: time('When it was true at the machine, Unix ms.'),
  recordedMs: time("When the edge recorded it, by the edge's clock, Unix ms."),
  receivedMs: time("When central's ledger took it, Unix ms."),
  clock: { description: 'Whose clock atMs is.', enum: ['edge', 'source'] },
  actor: text('Who or what stated it: "person:…", "machine:…", "system:…".'),
  correlationId: text('What it belongs to, most often the order.'),
};
const optional: Readonly<Record<string, JsonSchema>> = {
  at: { ...text('atMs as RFC 3339, UTC; absent before 1970 and after 9999.'), format: 'date-time' },
  causationId: text('Event id of the fact that it follows from.'),
  commandId: text('Id of the command that was asked.'),
  order: text('Production order.'),
  operation: text('Operation of the order.'),
  lot: text('Lot or batch.'),
  serial: text('Serial number.'),
  shift: text('Shift by the plant’s calendar.'),
  workCenter: text('Work centre.'),
  costObject: text('Cost object.'),
  productionDay: {
    ...text('Production day by the plant’s calendar, when it was stated.'),
    pattern: '^\\d{4}-\\d\\d-\\d\\d$',
  },
  flags: text('What a person should know of it, e.g. "late".'),
  atLocal: text('The local time that was given, where atMs was made of one.'),
  clockTrust: { description: 'Of recordedMs.', enum: ['unchecked', 'suspect'] },
};

const schemaId = (type: string, version: number): string => `urn:holdfast:fact:${type}:${version}`;

/** What the feed tells of one type, in the version that this program knows, JSON Schema 2020-12. */
export function factSchema(type: FactType): ObjectSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: schemaId(type, versionOf(type)),
    title: type,
    type: 'object',
    properties: {
      eventId: { ...text('Identity of the fact, given once, never changed.'), format: 'uuid' },
      type: { description: 'Kind of fact.', const: type },
      version: { description: 'Version of the body.', const: versionOf(type) },
      ...required,
      ...optional,
      body: bodySchema(type),
    },
    required: ['eventId', 'type', 'version', ...Object.keys(required), 'body'],
  };
}

export const schemaName = (type: string, version: number): string => `${type}.v${version}`;

/** Schemas of versions that are not stated any more; ledgers still hold such facts. */
const former: Readonly<Record<string, ObjectSchema>> = {};

/** All of them by type and version, e.g. "LotProduced.v1". */
export const factSchemas = (): Readonly<Record<string, ObjectSchema>> => ({
  ...former,
  ...Object.fromEntries(
    factTypes.map((type) => [schemaName(type, versionOf(type)), factSchema(type)]),
  ),
});
