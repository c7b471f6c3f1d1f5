import { equipmentStates } from '../../shared/event.ts';
import {
  choice,
  type Field,
  type Fields,
  fallback,
  integer,
  invalid,
  list,
  optional,
  prose,
  type Read,
  record,
  text,
} from '../../shared/field.ts';
import { dictionary, number, word } from './fields.ts';
import { jobActions } from './job.ts';

/** A value as it is sent down. */
export type Sent = string | number | boolean;
export type Source = Read<typeof sourceFields>;
export type WriteValue = Read<typeof valueFields>;

const address = (doc: string) => text(`${doc} "/m:Filler/m:Job", or "m;s=Filler.Job".`, 400);
const words = text('', 100);

/** A number, a truth, or a text of at most 100 characters. */
export const sent = (doc: string): Field<Sent> => ({
  doc,
  read(value, name) {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value === 'string') return prose('', 100).read(value, name);
    throw invalid(name, 'must be a number, true, false or a text of at most 100 characters');
  },
});

const about = ['job', 'order', 'operation', 'material', 'quantity', 'unit'] as const;
/** Where a value comes from; one that has neither `from` nor `value` is given with the request. */
const sourceFields = {
  from: optional(choice('What of the job it is.', about)),
  value: optional(sent('The same for every job.')),
  map: optional(dictionary('What is sent instead of each.', words, sent('Value.'), 1_000)),
  low: optional(number('Least number that a request may give.', -1e15, 1e15)),
  high: optional(number('Greatest number that a request may give.', -1e15, 1e15)),
} satisfies Fields;

const jobFields = {
  object: address('The receiver of ISA-95 Job Control v2.'),
  results: optional(address('What tells the results; found beside the receiver if absent.')),
  allow: fallback(list(choice('What may be asked.', jobActions), jobActions.length), []),
  perMinute: fallback(integer('Most that is asked in a minute.', 1, 60), 6),
  parameters: fallback(
    dictionary(
      'Job order parameters by their ID.',
      words,
      record('A parameter.', { ...sourceFields, unit: optional(text('Its unit.', 20)) }),
      50,
    ),
    new Map(),
  ),
  actuals: fallback(
    record('Which data of a result are pieces; good is also found among its materials.', {
      good: optional(text('ID of the good ones.', 100)),
      scrap: optional(text('ID of the scrapped ones.', 100)),
    }),
    {},
  ),
};

const valueFields = {
  ...sourceFields,
  product: optional(integer('PackML: the ID of this product.', 0, 100)),
  parameter: optional(integer('PackML: this parameter.', 0, 1_000)),
  at: optional(address('A variable that is written.')),
  readBack: optional(address('Where the machine shows what it has taken.')),
  empty: optional(sent('What it is when there is no job; a hold empties it.')),
};

const writeFields = {
  allow: fallback(list(word('A value that may be written.'), 50), []),
  when: fallback(list(choice('State in which it is written.', equipmentStates), 17), [
    ...(['idle', 'stopped', 'complete'] as const),
  ]),
  modes: optional(list(integer('Mode in which it is written.', 0, 1_000), 50)),
  perMinute: fallback(integer('Most that is asked in a minute.', 1, 60), 6),
  values: dictionary('Values by a name.', word(''), record('A value.', valueFields), 50),
};

/** How a machine is given jobs; nothing is asked unless it is named. */
export const sendingFields = {
  jobs: optional(record('By ISA-95 Job Control v2.', jobFields)),
  writes: optional(record('By values, of a machine without Job Control.', writeFields)),
};
export type JobMap = Read<typeof jobFields>;
export type WriteMap = Read<typeof writeFields>;

/** Words of a node that is never written: what commands, guards or drives a machine. */
const barred = new Set([
  ...['cmd', 'cntrl', 'state', 'mode', 'speed', 'interlock', 'interlocks', 'safety', 'estop'],
  ...['start', 'stop', 'reset', 'abort', 'hold', 'unhold', 'suspend', 'unsuspend', 'jog'],
]);
/** The same where nothing says where a word begins. */
const barredAnywhere = /cntrlcmd|changerequest|unitmode|machspeed|interlock|estop/i;
/** "Command.UnitMode" says Unit and Mode, in the last two of its steps. */
function barredIn(at: string): string | undefined {
  const steps = at.split(/[./=:]/).slice(-2);
  const words = steps.flatMap((step) => step.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/));
  return (
    words.find((one) => barred.has(one.toLowerCase())) ?? barredAnywhere.exec(steps.join('.'))?.[0]
  );
}

type Given = Readonly<{
  profile: string;
  state?: unknown;
  mode?: unknown;
  jobs?: JobMap | undefined;
  writes?: WriteMap | undefined;
}>;

/** What no single field of `jobs` and `writes` can say. */
export function* sendingComplaints(name: string, unit: Given): Generator<string> {
  const { jobs, writes, profile } = unit;
  if (jobs && writes) yield `${name}: must not have both jobs and writes`;
  for (const [id, source] of jobs?.parameters ?? []) {
    yield* sourceComplaints(`${name}.jobs.parameters.${id}`, source);
  }
  if (!writes) return;
  if (profile === 'generic' && unit.state === undefined) {
    yield `${name}.writes: needs the state of the machine, which is not mapped`;
  }
  if (profile === 'generic' && unit.mode === undefined && writes.modes) {
    yield `${name}.writes.modes: needs the mode of the machine, which is not mapped`;
  }
  for (const one of writes.allow) {
    if (!writes.values.has(one)) yield `${name}.writes.allow: ${one} is none of its values`;
  }
  for (const [value, given] of writes.values) {
    yield* valueComplaints(`${name}.writes.values.${value}`, given, profile);
  }
}

function* sourceComplaints(name: string, source: Source): Generator<string> {
  const { from, value, map, low, high } = source;
  if (from !== undefined && value !== undefined) yield `${name}: must not have both from and value`;
  if (map && from === undefined) yield `${name}.map: must be given with from only`;
  const isAsked = from === undefined && value === undefined;
  if (!isAsked && (low !== undefined || high !== undefined)) {
    yield `${name}: must have low and high only where a request gives the value`;
  }
}

function* valueComplaints(name: string, given: WriteValue, profile: string): Generator<string> {
  const { product, parameter, at, readBack } = given;
  yield* sourceComplaints(name, given);
  const ways = [product, parameter, at].filter((way) => way !== undefined).length;
  if (ways !== 1) yield `${name}: must have one of product, parameter and at`;
  if ((at === undefined) !== (readBack === undefined)) {
    yield `${name}.readBack: must be given with at, and only then`;
  }
  if (at === undefined && profile === 'generic') yield `${name}: needs a PackML profile, give at`;
  if (profile === 'packml-opc30050' && (product ?? 0) > 0) {
    yield `${name}.product: must be 0, SetProduct sets the first`;
  }
  const word = at === undefined ? undefined : barredIn(at);
  if (word !== undefined) {
    yield `${name}.at: must be no command, state, mode, speed or interlock, and is "${word}"`;
  }
}
