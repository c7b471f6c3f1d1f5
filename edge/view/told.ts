import { commandTypes } from '../../shared/command.ts';
import { equipmentStates, factTypes, phases } from '../../shared/event.ts';
import type { FaultCode } from '../../shared/fault.ts';
import type { JsonSchema } from '../../shared/jsonschema.ts';
import { holdScopes } from '../../shared/quality.ts';
import { diskLevels } from '../../shared/runtime.ts';
import { linkStates } from '../forwarder.ts';

export type Parameter = Readonly<{
  name: string;
  doc: string;
  schema: JsonSchema;
  required?: boolean;
}>;
/** One way to ask something, as it is documented. */
export type Route = Readonly<{
  method: 'get' | 'post' | 'put' | 'delete';
  /** With parameters as ":lot". */
  path: string;
  summary: string;
  query?: readonly Parameter[];
  body?: JsonSchema;
  answer?: JsonSchema;
  /** Media type of the answer; JSON if not said. */
  type?: string;
  /** Status of the answer; 200 if not said. */
  status?: number;
  faults: readonly FaultCode[];
  /** Statuses beside those of its faults. */
  doors?: readonly number[];
}>;

const text: JsonSchema = { type: 'string' };
const integer: JsonSchema = { type: 'integer' };
const flag: JsonSchema = { type: 'boolean' };
const ms: JsonSchema = { type: 'integer', description: 'Unix time, ms.' };
const lasts: JsonSchema = { type: 'integer', minimum: 0, description: 'ms.' };
const amount: JsonSchema = {
  ...{ type: 'string', pattern: '^-?\\d+(\\.\\d{1,6})?$', description: 'An exact decimal.' },
};
const percent: JsonSchema = { type: ['string', 'null'], pattern: '^\\d+\\.\\d$' };
const maybe = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const listOf = (items: JsonSchema, maxItems?: number): JsonSchema => ({
  ...{ type: 'array', items },
  ...(maxItems === undefined ? {} : { maxItems }),
});
export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** An object that has all of these; `more` are those that may be absent. */
function object(
  properties: Record<string, JsonSchema>,
  more: Record<string, JsonSchema> = {},
): JsonSchema {
  return {
    ...{ type: 'object', properties: { ...properties, ...more } },
    ...{ required: Object.keys(properties), additionalProperties: false },
  };
}
/** An object of which only some is told here; what else it has is for people. */
const open = (properties: Record<string, JsonSchema>): JsonSchema => ({
  ...{ type: 'object', properties, required: Object.keys(properties) },
});

const counts = object({ good: amount, scrap: amount, rework: amount, held: amount });
const command: JsonSchema = { enum: commandTypes };
const verdict = { allowed: flag, rule: maybe(text), reason: maybe(text) };
const subject = { order: text, operation: text };
const why = object({ rule: text, reason: text });
const node = object({ kind: { enum: ['lot', 'order'] }, id: text });
const mark: JsonSchema = {
  ...{ type: 'integer', minimum: 0, maximum: 3 },
  description: '1 recorded here, 2 at central, 3 posted.',
};
const oee = object({
  ...{ availability: percent, performance: percent, quality: percent, oee: percent },
  basis: object({
    ...{ plannedMs: maybe(lasts), runMs: lasts, stopMs: lasts },
    ...{ good: amount, total: amount, idealPerHour: maybe(amount) },
  }),
});
const figures = object({
  ...{ shift: maybe(text), fromMs: ms, unit: maybe(text), otherUnits: listOf(text) },
  ...{ good: amount, scrap: amount, rework: amount, held: amount, yieldPercent: percent },
  ...{ incompleteBeforeMs: maybe(ms), oee },
  hours: listOf(
    object({
      ...{ fromMs: ms, good: amount, scrap: amount, target: maybe(amount), stoppedMs: lasts },
    }),
    24,
  ),
});
const header = object({
  ...{
    way: { enum: [...linkStates, 'degraded'] },
    wayDetail: maybe(text),
    sinceMs: ms,
    unsent: integer,
  },
  ...{ oldestUnsentMs: maybe(ms), centralMs: maybe(ms), readOnly: maybe(text) },
  drain: maybe(object({ perSecond: { type: 'number' }, etaMs: lasts })),
  room: object({ level: { enum: diskLevels }, daysLeft: maybe({ type: 'number' }) }),
  clock: object({
    ...{ state: { enum: ['ok', 'unchecked', 'suspect'] }, says: text },
    ...{ checkedMs: maybe(ms), skewMs: maybe({ type: 'number' }) },
  }),
  epoch: maybe(object({ epoch: integer, beganMs: maybe(ms), reason: maybe(text) })),
});
const run = object({
  ...{ run: text, order: text, operation: text, name: text, state: text, material: text },
  ...{ phase: { enum: phases }, lane: integer, rework: flag, startedMs: ms, people: listOf(text) },
  ...{ unit: text, ordered: amount, runCounts: maybe(counts), counts },
});
const queued = object(
  {
    ...{ order: text, operation: text, name: text, material: text, ordered: amount, unit: text },
    ...{ state: text, ready: flag, why: listOf(why) },
  },
  { versions: listOf(open({ kind: text, record: text, version: text })) },
);
const hold = open({
  ...{ hold: text, state: text, scope: { enum: [...holdScopes, ''] }, line: text, reason: text },
  ...{ placedBy: text, placedMs: ms, remaining: amount, quantity: maybe(amount) },
});
const about = { ...subject, lot: text, run: text, hold: text, inspection: text };
const action = object({ action: command, ...verdict }, about);

/** What is answered, by name. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
  Fault: open({ code: text, message: text }),
  Answer: {
    oneOf: [
      open({
        ...{ commandId: text, status: { const: 'accepted' } },
        facts: listOf(open({ line: text, epoch: integer, sequence: integer, eventId: text })),
      }),
      object(
        { commandId: text, status: { const: 'refused' }, code: text, reason: text },
        { rule: { type: 'string', description: 'Name of the rule that refused.' } },
      ),
    ],
  },
  Session: open({
    person: maybe(open({ id: text, name: text, roles: listOf(text), endsMs: ms })),
    ...{ signIn: flag, idleMs: lasts, language: text, mayAsk: listOf(command) },
  }),
  Answers: object({ answers: listOf(ref('Answer')) }),
  Fact: open({
    ...{ line: text, epoch: integer, sequence: integer, eventId: text },
    ...{ type: { enum: factTypes }, atMs: ms, actor: text, body: { type: 'object' } },
  }),
  LineView: object({
    ...{ nowMs: ms, line: text, name: text, stateSinceMs: maybe(ms), lanes: integer },
    state: { enum: [...equipmentStates, 'failed'] },
    shift: maybe(object({ shift: maybe(text), people: listOf(text) })),
    ...{ runs: listOf(run), queue: listOf(queued, 50), figures, header },
    next: maybe(object({ action: command }, about)),
    actions: listOf(action),
    holds: listOf(hold, 50),
    proposals: listOf(open({ hold: text, disposition: text, quantity: amount, by: text }), 50),
    inspections: listOf(open({ inspection: text }), 50),
    stop: maybe(object({ state: text, sinceMs: maybe(ms), reason: maybe(text) })),
    machine: {},
    facts: listOf(open({ eventId: text, type: { enum: factTypes }, mark }), 50),
  }),
  HoldView: open({
    ...{ hold: text, state: text, line: text, unit: maybe(text), remaining: amount },
    ...{ placedBy: text, needsSignature: flag, needsSecond: flag },
    lots: listOf(open({ lot: text, from: listOf(node), into: listOf(node) }), 100),
    choices: listOf(
      object({
        ...{ disposition: maybe(text), action: command, ...verdict },
        effects: listOf(
          object(
            { what: text, words: text },
            { quantity: amount, unit: text, lot: text, order: text },
          ),
        ),
      }),
    ),
  }),
  Scan: object(
    {
      ...{ raw: text, known: flag, problem: maybe(text) },
      gs1: maybe({ type: 'object', additionalProperties: text }),
      is: { enum: ['order', 'operation', 'lot', 'serial', 'material', 'person', 'unknown'] },
    },
    {
      ...subject,
      lot: text,
      serial: text,
      material: text,
      person: text,
      quantity: amount,
      unit: text,
    },
  ),
  FactView: object({
    ...{ fact: ref('Fact'), mark, hash: text, digest: text, command: maybe(text) },
    marks: object({ recordedMs: ms, sent: flag, kept: flag, settled: flag }),
    correlation: listOf(ref('Fact'), 100),
  }),
  FactList: object({ line: text, facts: listOf(ref('Fact'), 500), next: maybe(text) }),
};
