import { Fault } from './fault.ts';

/** JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;
/** A field, as far as its schema is concerned. */
type Printable = Readonly<{
  doc: string;
  schema?: JsonSchema | undefined;
  read: (value: unknown, name: string) => unknown;
}>;

/** A decimal text, or a whole number from `minimum` on. */
export const amountSchema = (pattern: string, minimum: number): JsonSchema => ({
  ...{ type: ['string', 'integer'], pattern: `^${pattern}$`, minimum, maximum: 999_999_999_999 },
});

/** True if the field may be left out. */
function isOptional(field: Printable): boolean {
  try {
    field.read(undefined, '');
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** What is read by a table of fields, as JSON Schema; what only programs give is left out. */
export function schemaOf(fields: Readonly<Record<string, Printable>>): JsonSchema {
  const all = Object.entries(fields).filter(([, { schema }]) => schema);
  const properties = all.map(([name, { doc, schema }]) => [name, { description: doc, ...schema }]);
  const required = all.flatMap(([name, field]) => (isOptional(field) ? [] : [name]));
  const object = { type: 'object', properties: Object.fromEntries(properties) };
  return { ...object, required, additionalProperties: false };
}
