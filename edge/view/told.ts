import { commandTypes } from '../../shared/command.ts';
import { environments } from '../../shared/environment.ts';
import { factTypes, phases } from '../../shared/event.ts';
import { type FaultCode, faultCodes } from '../../shared/fault.ts';
import type { JsonSchema } from '../../shared/jsonschema.ts';
import { dispositions } from '../../shared/quality.ts';
import { reasonGroups } from '../../shared/reference.ts';
import { diskLevels } from '../../shared/runtime.ts';
import { offersMax } from '../line/offers.ts';
import { linkStates } from '../uplink/forwarder.ts';
import { listMax, relatedMax } from './facts.ts';
import { hoursMax } from './figures.ts';
import { lotsMax } from './hold.ts';
import { holdsMax, reasonsMax } from './line.ts';
import { factsMax } from './seen.ts';
import { machineSchemas } from './told/machines.ts';
import { node, plantSchemas } from './told/plant.ts';
import {
  amount,
  clock,
  counts,
  flag,
  integer,
  lasts,
  lineState,
  listOf,
  mark,
  masterVersion,
  maybe,
  ms,
  object,
  of,
  one,
  open,
  percent,
  ref,
  text,
} from './told/shapes.ts';
import { commandsWait, hold, markedFact, status } from './told/status.ts';
import { queueMax } from './work.ts';

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
}>;

const sums = object(counts);
const command: JsonSchema = { enum: commandTypes };
const verdict = { allowed: flag, rule: maybe(text), reason: maybe(text) };
const subject = { order: text, operation: text };
const why = object({ rule: text, reason: text });
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
    hoursMax,
  ),
});
const header = object({
  ...{
    way: { enum: [...linkStates, 'degraded', 'auth'] },
    wayDetail: maybe(text),
    sinceMs: ms,
    unsent: integer,
  },
  ...{ oldestUnsentMs: maybe(ms), centralMs: maybe(ms), readOnly: maybe(text) },
  commandsWait: maybe(commandsWait),
  environment: one(environments, 'What all of this plant is.'),
  drain: maybe(object({ perSecond: { type: 'number' }, etaMs: lasts })),
  room: object({ level: { enum: diskLevels }, daysLeft: maybe({ type: 'number' }) }),
  clock,
  epoch: maybe(object({ epoch: integer, beganMs: maybe(ms), reason: maybe(text) })),
});
const run = object({
  ...{ run: text, order: text, operation: text, name: text, state: text, material: text },
  ...{ phase: { enum: phases }, lane: integer, rework: flag, startedMs: ms, people: listOf(text) },
  ...{ unit: text, ordered: amount, runCounts: maybe(sums), counts: sums },
});
const queued = object(
  {
    ...{ order: text, operation: text, name: text, material: text, ordered: amount, unit: text },
    ...{ state: text, ready: flag, why: listOf(why) },
  },
  { versions: listOf(masterVersion) },
);
const anyObject: JsonSchema = { type: 'object' };
const about = { ...subject, lot: text, run: text, hold: text, inspection: text };
const action = object({ action: command, ...verdict }, about);

/** What is answered, by name. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
  Fault: open({ code: text, message: text }),
  Answer: {
    oneOf: [
      object({
        ...{ commandId: text, status: { const: 'accepted' } },
        facts: listOf(
          object(
            {
              ...{ line: text, epoch: integer, sequence: integer, eventId: text },
              type: one(factTypes),
            },
            { flags: of('What a person should know of it, separated by blanks.') },
          ),
        ),
      }),
      object(
        { commandId: text, status: { const: 'refused' }, code: one(faultCodes), reason: text },
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
  LineView: object(
    {
      ...{ nowMs: ms, line: text, name: text, stateSinceMs: maybe(ms), lanes: integer },
      state: lineState,
      shift: maybe(object({ shift: maybe(text), people: listOf(text) })),
      ...{ runs: listOf(run), queue: listOf(queued, queueMax), figures, header },
      next: maybe(object({ action: command }, about)),
      actions: listOf(action),
      holds: listOf(hold, holdsMax),
      proposals: listOf(
        object({
          ...{ hold: text, disposition: one(dispositions), quantity: amount, by: text },
          unit: maybe(text),
        }),
        holdsMax,
      ),
      inspections: listOf(
        object({ inspection: text, order: maybe(text), operation: maybe(text), lot: maybe(text) }),
        holdsMax,
      ),
      stop: maybe(object({ state: text, sinceMs: maybe(ms), reason: maybe(text) })),
      machine: maybe(ref('LineMachines')),
      facts: listOf(markedFact, factsMax),
    },
    {
      offers: listOf(
        object({ commandId: text, order: text, action: command, body: anyObject, atMs: ms }),
        offersMax,
      ),
      reasons: listOf(
        object({
          code: text,
          group: one(reasonGroups),
          texts: object({}, { en: text, de: text, es: text, zh: text }),
        }),
        reasonsMax,
      ),
    },
  ),
  HoldView: open({
    ...{ hold: text, state: text, line: text, unit: maybe(text), remaining: amount },
    ...{ placedBy: text, needsSignature: flag, needsSecond: flag },
    lots: listOf(open({ lot: text, from: listOf(node), into: listOf(node) }), lotsMax),
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
    correlation: listOf(ref('Fact'), relatedMax),
  }),
  ...{ Status: status, ...plantSchemas, ...machineSchemas },
  FactList: object({ line: text, facts: listOf(ref('Fact'), listMax), next: maybe(text) }),
};
