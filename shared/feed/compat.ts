import { Fault } from '../fault.ts';
import { parseJson } from '../json.ts';
import type { JsonSchema } from '../jsonschema.ts';
import type { ObjectSchema } from './schema.ts';

/** What has changed between two editions of the schemas, and whether consumers may break. */
export type Change = Readonly<{ breaks: boolean; at: string; says: string }>;
type Schemas = Readonly<Record<string, JsonSchema>>;

/** Words about a field that say nothing of what may be told. */
const words = new Set([
  'description',
  'title',
  '$schema',
  '$id',
  'properties',
  'required',
  'items',
]);

const isObject = (schema: JsonSchema): schema is ObjectSchema => schema['properties'] !== undefined;
const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Limits that a consumer may have counted on: of these a lower value of the first kind is safe. */
const atMost = new Set(['maximum', 'maxLength', 'maxItems']);
const atLeast = new Set(['minimum', 'minLength', 'minItems']);

/** True if all that the new limit allows was allowed before. */
function isNarrower(key: string, before: unknown, after: unknown): boolean {
  if (after === undefined) return false;
  if (before === undefined) return atMost.has(key) || atLeast.has(key);
  if (atMost.has(key)) return Number(after) <= Number(before);
  if (atLeast.has(key)) return Number(after) >= Number(before);
  if (key !== 'enum') return false;
  return (after as unknown[]).every((value) => (before as unknown[]).includes(value));
}

function* limits(before: JsonSchema, after: JsonSchema, at: string): Generator<Change> {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[key], after[key]];
    if (words.has(key) || same(old, now)) continue;
    const says = `${key}: was ${JSON.stringify(old)}, is ${JSON.stringify(now)}`;
    yield { breaks: !isNarrower(key, old, now), at, says };
  }
}

function* fields(before: ObjectSchema, after: ObjectSchema, at: string): Generator<Change> {
  const names = new Set([...Object.keys(before.properties), ...Object.keys(after.properties)]);
  for (const name of names) {
    const [old, now] = [before.properties[name], after.properties[name]];
    const place = `${at}.${name}`;
    const [was, is] = [before, after].map(({ required }) => required.includes(name));
    if (!old) yield { breaks: false, at: place, says: 'is new' };
    else if (!now) yield { breaks: true, at: place, says: 'is gone' };
    else {
      if (was && !is) yield { breaks: true, at: place, says: 'may be absent now' };
      if (!was && is) yield { breaks: false, at: place, says: 'is always there now' };
      yield* between(old, now, place);
    }
  }
}

function* between(before: JsonSchema, after: JsonSchema, at: string): Generator<Change> {
  yield* limits(before, after, at);
  if (isObject(before) && isObject(after)) yield* fields(before, after, at);
  const [old, now] = [before['items'], after['items']];
  if (old && now) yield* between(old as JsonSchema, now as JsonSchema, `${at}[]`);
}

/**
 * What has changed from one edition of the schemas, by type, to another. A consumer of the first is
 * not broken by types and fields that are new, nor by less being told than was allowed; it may be
 * by anything else: such a change needs a version of its own.
 */
export function changesOf(before: Schemas, after: Schemas): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((type) => {
    const [old, now] = [before[type], after[type]];
    if (!old) return [{ breaks: false, at: type, says: 'is a new type' }];
    if (!now) return [{ breaks: true, at: type, says: 'is gone' }];
    return [...between(old, now, type)];
  });
}

/** An edition of the schemas as a file: one schema a line, so that two editions can be compared. */
export const editionText = (schemas: Schemas): string =>
  Object.entries(schemas)
    .map(([name, schema]) => `${JSON.stringify({ name, schema })}\n`)
    .join('');

/** Throws Fault INVALID for what is no edition. */
export function readEdition(text: string): Schemas {
  const rows = text.split('\n').filter((row) => row !== '');
  const entries = rows.map((row, at) => {
    const { name, schema } = parseJson(Buffer.from(row), `line ${at + 1}`) as Schemas;
    if (typeof name === 'string' && typeof schema === 'object') return [name, schema] as const;
    throw new Fault('INVALID', `line ${at + 1}: must be {"name": …, "schema": …}`);
  });
  return Object.fromEntries(entries);
}
