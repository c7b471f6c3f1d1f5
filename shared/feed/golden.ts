import { encodeContent } from '../codec.ts';
import { bodies, type Content, type FactType, factTypes } from '../event.ts';
import { nameId } from '../identity.ts';
import { type JsonSchema, schemaOf } from '../jsonschema.ts';
import { type FeedMessage, messageOf, versionOf } from './message.ts';
import { isAboutPeople } from './people.ts';
import { factSchema, type ObjectSchema, schemaName } from './schema.ts';

/** Ids of examples are made of their names. */
const namespace = '6d0ecf0c-5f8b-5d0f-9d5a-1f6a1a3c0038';
export const exampleLine = 'acme/lyon/turning/M03';
/** 2026-11-29T07:30:00Z. */
const atMs = 1_795_937_400_000;

/** What examples say in fields whose name tells what belongs there. */
const known: Readonly<Record<string, unknown>> = {
  ...{ material: 'BOLT-M8', unit: 'EA', run: 'R-1', operation: '0010', lot: 'L-1001' },
  ...{ hold: 'H-1', inspection: 'I-1', nonconformance: 'N-1', rework: 'RW-1', phase: 'heating' },
  ...{ person: 'person:4445', name: 'drilling', line: exampleLine, reason: 'tool broken' },
  ...{ original: nameId(namespace, 'original'), fact: nameId(namespace, 'signed') },
};

const isTime = (name: string): boolean =>
  name.endsWith('Ms') && !/^(limit|elapsed|stated)/.test(name);

function wholeOf(name: string, { minimum, maximum }: JsonSchema): number {
  const usual = isTime(name) && Number(maximum) > atMs ? atMs : 7;
  return Math.min(Math.max(usual, Number(minimum)), Number(maximum));
}

/** A value that fits a schema of ours; `isFull` with all that may be absent. */
function sampleOf(name: string, schema: JsonSchema, isFull: boolean): unknown {
  if (schema['const'] !== undefined) return schema['const'];
  if (schema['enum']) {
    const all = schema['enum'] as unknown[];
    return isFull ? all.at(-1) : all[0];
  }
  if (schema['x-decimal']) return isFull ? '12.5' : '3';
  if (schema['type'] === 'integer') return wholeOf(name, schema);
  if (schema['type'] === 'boolean') return isFull;
  if (schema['type'] === 'array') {
    return [sampleOf(name, schema['items'] as JsonSchema, isFull)];
  }
  if (schema['type'] === 'object') return bodyOf(schema as ObjectSchema, isFull);
  const text = known[name] ?? (name === 'people' ? '4445' : 'example');
  return schema['maxLength'] === undefined ? text : `${text}`.slice(0, Number(schema['maxLength']));
}

function bodyOf(schema: ObjectSchema, isFull: boolean): Record<string, unknown> {
  const names = Object.keys(schema.properties).filter(
    (name) => isFull || schema.required.includes(name),
  );
  return Object.fromEntries(
    names.map((name) => [name, sampleOf(name, schema.properties[name]!, isFull)]),
  );
}

const context = {
  ...{ causationId: nameId(namespace, 'cause'), commandId: 'cmd-1', order: 'WO-1' },
  ...{ operation: '0010', lot: 'L-1001', serial: 'S-1', shift: 'early', workCenter: 'WC-7' },
  ...{ costObject: 'CC-100', productionDay: '2026-11-29', flags: 'late', clockTrust: 'suspect' },
  atLocal: '2026-11-29T08:30',
} as const;

/** What an edge must say, also where the feed may withhold it. */
const requiredOf = (type: FactType): readonly string[] =>
  (schemaOf(bodies[type]) as ObjectSchema).required;

/** A fact of a type, as an edge would have stated it: all that it may say, or as little. */
export function exampleOf(type: FactType, isFull: boolean): Content {
  const { body } = factSchema(type).properties as { body: ObjectSchema };
  const name = `${type} ${isFull}`;
  return {
    ...{ eventId: nameId(namespace, name), type, version: versionOf(type), atMs },
    ...{ recordedMs: atMs + 5, clock: isFull ? 'source' : 'edge' },
    ...{ actor: isFull ? 'person:4445' : 'machine:plc-7', correlationId: 'WO-1' },
    ...(isFull ? context : {}),
    body: {
      ...bodyOf({ ...body, required: requiredOf(type) }, isFull),
      ...('name' in body.properties && isAboutPeople(type) ? { name: 'R. Dupont' } : {}),
    },
  } as unknown as Content;
}

/** Two messages for each type, by file name: with all that may be told, and with the least. */
export function goldenMessages(): ReadonlyMap<string, FeedMessage> {
  const all = factTypes.flatMap((type, at) =>
    [true, false].map((isFull) => {
      const content = exampleOf(type, isFull);
      const position = at * 2 + (isFull ? 1 : 2);
      const place = { line: exampleLine, epoch: 1, sequence: position, position };
      const bytes = encodeContent(content);
      const message = messageOf({ ...place, receivedMs: atMs + 2_000 + position, bytes })!;
      const name = `${schemaName(type, versionOf(type))}.${isFull ? 'full' : 'least'}`;
      return [name, message] as const;
    }),
  );
  return new Map(all);
}
