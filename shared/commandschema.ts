import { aboutOf, type CommandType, commands, commandTypes } from './command.ts';
import { bodies } from './event.ts';
import { type JsonSchema, schemaOf } from './jsonschema.ts';

type Object = { properties: Record<string, JsonSchema>; required: string[] };

const there = (...names: string[]): JsonSchema => ({
  properties: Object.fromEntries(names.map((name) => [name, { not: { type: 'null' } }])),
  required: names,
});
const absent = (name: string): JsonSchema => ({ properties: { [name]: { type: 'null' } } });

const implies = (one: JsonSchema, other: JsonSchema): JsonSchema => ({
  anyOf: [{ not: one }, other],
});

/** What a command must say beside what each of its fields says alone. */
const together: readonly JsonSchema[] = [
  { not: there('atMs', 'atLocal') },
  implies(there('operation'), there('order')),
];

const scope = (value: string): JsonSchema => ({
  properties: { body: { properties: { scope: { const: value } }, required: ['scope'] } },
});
const measured: JsonSchema = { properties: { body: there('quantity', 'unit') } };
const measure: JsonSchema = {
  properties: { body: { anyOf: [there('quantity', 'unit'), { not: some('quantity', 'unit') }] } },
};

function some(...names: string[]): JsonSchema {
  return { anyOf: names.map((name) => there(name)) };
}

/** A hold says what it holds, and how much of what is measured. */
const holds: readonly JsonSchema[] = [
  measure,
  implies(scope('quantity'), { allOf: [measured, there('order', 'operation'), absent('lot')] }),
  implies(scope('lot'), { allOf: [measured, there('lot')] }),
  implies(scope('operation'), there('order', 'operation')),
  implies(scope('order'), there('order')),
];

/** A command of one type as JSON Schema: what `readCommand` accepts of JSON. */
export function commandSchema(type: CommandType): JsonSchema {
  const { properties, required, ...rest } = schemaOf(aboutOf(type)) as JsonSchema & Object;
  const body = schemaOf(bodies[commands[type]]) as JsonSchema & Object;
  const mayLack = body.required.length === 0;
  return {
    ...rest,
    title: type,
    properties: {
      ...properties,
      type: { const: type },
      body: mayLack ? { anyOf: [body, { type: 'null' }] } : body,
    },
    required: [...required, 'type', ...(mayLack ? [] : ['body'])],
    allOf: type === 'PlaceHold' ? [...together, ...holds] : together,
  };
}

/** The schemas of all commands by their type. */
export const commandSchemas = (): Record<string, JsonSchema> =>
  Object.fromEntries(commandTypes.map((type) => [type, commandSchema(type)]));
