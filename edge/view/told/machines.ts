import { equipmentStates } from '../../../shared/event.ts';
import type { JsonSchema } from '../../../shared/jsonschema.ts';
import { eventsBecame } from '../../machine/conditions.ts';
import { stepKinds } from '../../machine/counter.ts';
import { kinds, whys } from '../../machine/counting.ts';
import { jobActions, jobStates, writeActions } from '../../machine/job.ts';
import { zones } from '../../machine/level.ts';
import { linkStates } from '../../machine/port.ts';
import { looseMax } from '../../machine/report.ts';
import {
  amount,
  count,
  flag,
  integer,
  listOf,
  masterVersion,
  maybe,
  ms,
  object,
  of,
  one,
  ref,
  text,
} from './shapes.ts';

const whole = (description: string): JsonSchema =>
  of(description, { ...text, pattern: '^-?\\d+$' });
const tallyOf = (names: readonly string[], description: string): JsonSchema =>
  of(description, object({}, Object.fromEntries(names.map((name) => [name, count('How many.')]))));

const loose = object({
  ...{ id: { ...integer, minimum: 1 }, line: text, unit: of('Machine of the line.') },
  kind: one([...kinds, 'consumed']),
  why: one(whys, 'Why nobody can say whose they are.'),
  pieces: of('Pieces; of what is consumed its quantity in measure.', amount),
  fromMs: of('Nothing of it was made before, Unix time, ms.', ms),
  ...{ untilMs: ms, run: of('Open before; "" for none.') },
  job: of('That the machine named; "" for none.'),
  material: of('Of what was consumed, as lot and measure; "" of pieces.'),
  ...{ lot: of('"" if nobody knows.'), measure: of('Unit of measure.') },
});
const unattributed = of('What waits longest for a decision.', listOf(loose, looseMax));

const unit = object({
  ...{ unit: text, unbound: of('Why it is not listened to; empty while it is.', listOf(text)) },
  state: maybe(one(equipmentStates, 'PackML state; null while it is not known.')),
  job: maybe(of('What it says that it works on; "" for none, null while that is not known.')),
  proposes: maybe(object({ complete: object({ order: text, operation: text }) })),
  rejectsInARow: count('Rejects without a good one between.'),
  levels: listOf(
    object({
      level: text,
      value: maybe(of("In the machine's own unit.", { type: 'number' })),
      zone: maybe(one(zones)),
    }),
  ),
  alarms: listOf(object({ key: of('By which it is the same again.'), text, sinceMs: ms })),
  events: listOf(
    object({
      event: text,
      refreshes: maybe(of('Its server can tell again what stands; null: not known.', flag)),
    }),
  ),
  eventCounts: tallyOf(eventsBecame, 'Events by what became of them.'),
  owed: of(
    'Told less than counted already: made up for by the next ones.',
    listOf(object({ counter: text, pieces: amount })),
  ),
  samples: tallyOf(stepKinds, 'Samples of counters by what became of them.'),
  counters: listOf(
    object({
      counter: text,
      shows: whole('In units of the last decimal that the mapping names.'),
      counted: whole('Counts since the first sight of it.'),
      notBelieved: maybe(whole('What it shows and a person has to accept.')),
    }),
  ),
});

const lineFields = {
  ...{ line: text, link: one(linkStates, "How the line's way to its machines stands.") },
  ...{ sinceMs: ms, detail: maybe(of('Why, in words.')) },
  skewMs: of("The server's clock ahead of the edge's, ms.", integer),
  waiting: count('Samples that wait to be booked.'),
  dropped: count('Samples that were too many.'),
  units: listOf(unit),
};

const sentValue: JsonSchema = { type: ['string', 'number', 'boolean'] };
const orderSent = object(
  {
    description: text,
    workMaster: object({
      id: text,
      versions: listOf(masterVersion),
    }),
    parameters: listOf(object({ id: text, value: sentValue }, { unit: text })),
    materials: listOf(
      object({ material: text, use: text, quantity: amount, unit: text }, { lot: text }),
    ),
  },
  { startMs: ms, endMs: ms, priority: integer },
);
const sent: JsonSchema = {
  anyOf: [
    object({ order: orderSent }),
    object({ values: { type: 'object', additionalProperties: sentValue } }),
    { type: 'null' },
  ],
  description: 'What the job says, or the values that are written; null where it is not kept.',
};
const result = object({
  ...{ id: text, state: maybe(one(jobStates)), startMs: maybe(ms), endMs: maybe(ms) },
  data: listOf(object({ id: text, value: text, unit: text }), 50),
  materials: listOf(
    object({ material: text, use: text, quantity: of('As it tells.'), unit: text, lot: text }),
    50,
  ),
  ...{ good: maybe(amount), scrap: maybe(amount) },
});
const job = object({
  ...{ line: text, unit: text, job: of('ORDER/OPERATION.'), order: text, operation: text },
  state: maybe(one([...jobStates, 'Prepared'], 'As the machine said last; null: it has none.')),
  action: maybe(one([...jobActions, ...writeActions], 'Under way.')),
  ...{ askedBy: maybe(text), askedMs: maybe(ms), calls: count('Of the machine, so far.') },
  outcome: maybe(of('Of what was asked before, in words.')),
  resultWhy: maybe(of('Why there is no result, in words.')),
  resultMs: maybe(of('When it was told, or asked for last, Unix time, ms.', ms)),
  resultTries: count('How often it was asked for in vain.'),
  sent,
  result: maybe(of('What the machine told in the end.', result)),
  booked: maybe(
    of('From counters, while it was worked on.', object({ good: amount, scrap: amount })),
  ),
  settled: of('Nothing more is counted for it.', flag),
  differs: of('Where result and booked are not the same, in words.', listOf(text)),
  holds: of('Open holds on what it makes.', listOf(text)),
});
const writes = {
  anyOf: [
    object({ on: { const: true } }),
    object({ on: { const: false }, by: of('Who has switched it off.'), atMs: ms }),
  ],
  description: 'Whether anything may be written to machines.',
};

const machines = {
  lines: listOf(object(lineFields)),
  unattributedRows: count('Entries that wait for a decision, of all lines.'),
  ...{ unattributed, writes, jobs: listOf(job) },
};
/** What is told of machines: of all lines, with the time, and of one line. */
export const machineSchemas: Readonly<Record<string, JsonSchema>> = {
  Machines: object(machines),
  MachinesNow: object({ nowMs: of("The edge's clock, Unix time, ms.", ms), ...machines }),
  LineMachines: object({ ...lineFields, unattributed, writes, jobs: listOf(job) }),
};

/** The answers of POST /v1/machines/*, by the last part of the address. */
export const machineAnswers = {
  pieces: { anyOf: [ref('Answer'), object({ status: { const: 'discarded' } })] },
  counter: object({
    status: { const: 'accepted' },
    from: whole('Where it stood.'),
    to: whole('Where it goes on.'),
  }),
  jobs: object({ status: { const: 'asked' }, job: of('ORDER/OPERATION.') }),
  writes: object({ on: flag }),
} as const satisfies Record<string, JsonSchema>;
