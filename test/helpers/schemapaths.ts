import type { JsonSchema } from '../../shared/jsonschema.ts';

type Schemas = Readonly<Record<string, JsonSchema>>;
const nothing: readonly JsonSchema[] = [];

/** A schema and all that it may be instead: what it refers to, and each of its ways. */
function waysOf(schemas: Schemas, schema: JsonSchema): JsonSchema[] {
  const { $ref, anyOf, oneOf } = schema as { [K in '$ref']?: string } & {
    [K in 'anyOf' | 'oneOf']?: readonly JsonSchema[];
  };
  if ($ref !== undefined) return waysOf(schemas, schemas[$ref.split('/').at(-1)!]!);
  const more = [...(anyOf ?? nothing), ...(oneOf ?? nothing)];
  return more.length === 0 ? [schema] : more.flatMap((one) => waysOf(schemas, one));
}

/** Objects in a schema, each with the path that leads to it: "lines.units". */
export function objectsIn(schemas: Schemas, given: JsonSchema, at = ''): [string, JsonSchema][] {
  return waysOf(schemas, given).flatMap((schema): [string, JsonSchema][] => {
    const {
      type,
      properties = {},
      items,
    } = schema as {
      type?: string;
      properties?: Schemas;
      items?: JsonSchema;
    };
    if (type === 'array') return objectsIn(schemas, items!, at);
    if (type !== 'object') return [];
    const within = Object.entries(properties).flatMap(([key, value]) =>
      objectsIn(schemas, value, pathTo(at, key)),
    );
    return [[at, schema], ...within];
  });
}

const pathTo = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);

/** Every property that a schema names, by its path. */
export const described = (schemas: Schemas, given: JsonSchema): Set<string> =>
  new Set(
    objectsIn(schemas, given).flatMap(([at, { properties = {} }]) =>
      Object.keys(properties as Schemas).map((key) => pathTo(at, key)),
    ),
  );

/** Every property of a value that is there and not null, by its path. */
export function told(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => told(one, at));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    one === null ? [] : [pathTo(at, key), ...told(one, pathTo(at, key))],
  );
}
