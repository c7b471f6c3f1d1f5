import { equipmentStates } from '../../../shared/event.ts';
import type { JsonSchema } from '../../../shared/jsonschema.ts';
import { masterKinds } from '../../../shared/master.ts';
import { linkStates } from '../../uplink/forwarder.ts';

export const text: JsonSchema = { type: 'string' };
export const integer: JsonSchema = { type: 'integer' };
export const flag: JsonSchema = { type: 'boolean' };
export const ms: JsonSchema = { type: 'integer', description: 'Unix time, ms.' };
export const lasts: JsonSchema = { type: 'integer', minimum: 0, description: 'ms.' };
export const bytes: JsonSchema = { type: 'integer', minimum: 0, description: 'Bytes.' };
export const amount: JsonSchema = {
  ...{ type: 'string', pattern: '^-?\\d+(\\.\\d{1,6})?$', description: 'An exact decimal.' },
};
export const percent: JsonSchema = { type: ['string', 'null'], pattern: '^\\d+\\.\\d$' };
export const maybe = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
export const listOf = (items: JsonSchema, maxItems?: number): JsonSchema => ({
  ...{ type: 'array', items },
  ...(maxItems === undefined ? {} : { maxItems }),
});
export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
/** The same with words for people: what it is, its unit, what its absence means. */
export const of = (description: string, schema: JsonSchema = text): JsonSchema => ({
  ...{ ...schema, description },
});
/** A whole number from 0 on. */
export const count = (description: string): JsonSchema =>
  of(description, { ...integer, minimum: 0 });
/** One of these names of the code's own. */
export const one = (names: readonly string[], description?: string): JsonSchema => ({
  ...{ enum: names, ...(description === undefined ? {} : { description }) },
});

/** An object that has all of these; `more` are those that may be absent. */
export function object(
  properties: Record<string, JsonSchema>,
  more: Record<string, JsonSchema> = {},
): JsonSchema {
  return {
    ...{ type: 'object', properties: { ...properties, ...more } },
    ...{ required: Object.keys(properties), additionalProperties: false },
  };
}
/** An object of which only some is told here; what else it has is for people. */
export const open = (properties: Record<string, JsonSchema>): JsonSchema => ({
  ...{ type: 'object', properties, required: Object.keys(properties) },
});

export const counts = { good: amount, scrap: amount, rework: amount, held: amount };
export const lineState = one(
  [...equipmentStates, 'failed'],
  'PackML state; "failed": see failure.',
);
export const ways = one(linkStates, "How the line's link to central stands.");
export const mark: JsonSchema = {
  ...{ type: 'integer', minimum: 0, maximum: 3 },
  description: '1 recorded here, 2 at central, 3 posted.',
};
/** What an order was released with. */
export const masterVersion = object({ kind: one(masterKinds), record: text, version: text });
/** How far the edge's clock is to be trusted. */
export const clock = object({
  ...{ state: one(['ok', 'unchecked', 'suspect']), says: of('The same in English words.') },
  checkedMs: maybe(of('When central was last heard, Unix time, ms.', ms)),
  skewMs: maybe(of("How far central's clock was ahead of ours then, ms.", { type: 'number' })),
});
