import { isFactType } from '../../shared/event.ts';
import type { FeedFact } from '../../shared/feed/message.ts';
import { factSchema, type ObjectSchema, schemaName } from '../../shared/feed/schema.ts';
import type { JsonSchema } from '../../shared/jsonschema.ts';

/** What a column holds. A decimal is exact: 18 digits, 6 of them behind the point. */
export type Kind = 'text' | 'integer' | 'flag' | 'decimal' | 'instant' | 'json';
export type Column = Readonly<{
  name: string;
  kind: Kind;
  /** Undefined where the fact says nothing. */
  of: (fact: FeedFact) => unknown;
}>;

function kindOf(schema: JsonSchema): Kind {
  if (schema['x-decimal']) return 'decimal';
  if (schema['format'] === 'date-time') return 'instant';
  const { type, const: only } = schema;
  if (type === 'integer' || typeof only === 'number') return 'integer';
  if (type === 'boolean') return 'flag';
  return type === 'array' || type === 'object' ? 'json' : 'text';
}

const envelopeOf = (schema: ObjectSchema): Column[] =>
  Object.entries(schema.properties)
    .filter(([name]) => name !== 'body')
    .map(([name, one]) => ({
      ...{ name, kind: kindOf(one) },
      of: (fact) => (fact as unknown as Record<string, unknown>)[name],
    }));

const example = factSchema('OrderReleased');
/** Of all facts, whatever their type: the envelope, and the body as JSON. */
export const commonColumns: readonly Column[] = [
  ...envelopeOf(example),
  { name: 'body', kind: 'json', of: ({ body }) => body },
];

/** Of one type: the envelope, and each field of the body that we know as `body_<name>`. */
export function columnsOf(type: string): readonly Column[] | undefined {
  if (!isFactType(type)) return undefined;
  const { body } = factSchema(type).properties as { body: ObjectSchema };
  const own = Object.entries(body.properties).map(([name, one]) => ({
    ...{ name: `body_${name}`, kind: kindOf(one) },
    of: (fact: FeedFact) => fact.body[name],
  }));
  return [...envelopeOf(example), ...own];
}

/** The sheet of its own that a fact stands on; undefined for a type or version that is not ours. */
export function sheetOf({ type, version }: FeedFact): string | undefined {
  const isOurs = isFactType(type) && factSchema(type).properties['version']!['const'] === version;
  return isOurs ? schemaName(type, version) : undefined;
}
