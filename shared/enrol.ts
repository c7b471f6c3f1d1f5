import { environments } from './environment.ts';
import {
  choice,
  type Field,
  id,
  integer,
  invalid,
  list,
  optional,
  prose,
  type Read,
  record,
} from './field.ts';
import { isId } from './identity.ts';
import { readJson } from './json.ts';

/** Most epochs of one line that are told of at once: the last ones. */
export const epochsMax = 1_000;

/** Why a line begins a new epoch. */
export const reasons = ['new', 'behind', 'forked', 'swapped'] as const;
export type Reason = (typeof reasons)[number];

/** A whole number from `min` on, as epochs and sequences are. */
export const whole = (doc: string, min = 0) => integer(doc, min, Number.MAX_SAFE_INTEGER);
const epoch = whole('Epoch of the line.', 1);
const sequence = whole('A sequence of the line in that epoch; 0 before its first fact.');
const hash: Field<string> = {
  doc: "Hex of the chain's link there.",
  read(value, name) {
    if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
    throw invalid(name, 'must be 64 hexadecimal digits');
  },
};
export const store: Field<string> = {
  doc: 'Identity of what writes the line: one line in one file.',
  read(value, name) {
    if (isId(value)) return value;
    throw invalid(name, 'must be a UUID in lower case');
  },
};

const askFields = {
  want: choice('To go on in this epoch, or to begin the next one.', ['enter', 'begin']),
  ...{ store, epoch, sequence, hash },
  stream: whole("Place in the stream of the line's last message, which central must have read."),
  next: optional(store),
  reason: optional(choice('Why a new epoch is needed.', reasons)),
  environment: optional(choice('What the edge is; production if absent.', environments)),
};
/** What a store asks before it writes; to begin, it also names who it will be from then on. */
export type EnrolAsk = Read<typeof askFields>;

const answers = [
  ...(['entered', 'begun', 'permitted', 'wait', 'owned', 'stale'] as const),
  'elsewhere', // the hub is of another environment
] as const;
const answerFields = {
  answer: choice('What central says.', answers),
  ...{ epoch, sequence, hash },
  ended: optional(whole('Where the epoch before ended.')),
  reason: optional(prose('Why not, for people.', 300)),
};
/** Central's answer, with the ledger's own head of the line. */
export type EnrolAnswer = Read<typeof answerFields>;

const historyFields = {
  want: choice('What is asked for.', ['epochs', 'link', 'facts']),
  epoch: optional(epoch),
  sequence: optional(sequence),
};
/** Asks for the line's epochs, for the link at a place, or for the facts behind it. */
export type HistoryAsk = Read<typeof historyFields>;

const epochsFields = {
  epochs: list(record('One epoch.', { epoch, last: sequence }), epochsMax),
};
/** What the ledger holds of a line: each epoch that has facts, and its last sequence. */
export type Epochs = Read<typeof epochsFields>['epochs'];
const linkFields = { hash: optional(hash) };
const strayFields = { parked: whole('Set aside for a person.'), known: whole('Held already.') };
export type StrayAnswer = Read<typeof strayFields>;

// Each throws Fault INVALID that names the field.
export const decodeEnrol = (bytes: Uint8Array): EnrolAsk => readJson(askFields, bytes, 'enrol');
export const decodeEnrolAnswer = (bytes: Uint8Array): EnrolAnswer =>
  readJson(answerFields, bytes, 'enrol');
export const decodeHistory = (bytes: Uint8Array): HistoryAsk =>
  readJson(historyFields, bytes, 'history');
export const decodeEpochs = (bytes: Uint8Array): Epochs =>
  readJson(epochsFields, bytes, 'history').epochs;
export const decodeLink = (bytes: Uint8Array): string | undefined =>
  readJson(linkFields, bytes, 'history').hash;
export const decodeStrayAnswer = (bytes: Uint8Array): StrayAnswer =>
  readJson(strayFields, bytes, 'stray');

/** Who gives leave that another store takes over a line. */
export const permitter = id('Who gives leave, e.g. "person:17".', 64);
