import { bodies, isFactType } from '../event.ts';
import { Fault } from '../fault.ts';
import {
  choice,
  type Field,
  type Fields,
  id,
  integer,
  invalid,
  knownFields,
  optional,
  prose,
  readFields,
} from '../field.ts';
import { isId } from '../identity.ts';
import { statedBy } from '../subject.ts';
import { type FeedFact, versionOf } from './message.ts';
import { isAboutPeople, withheldKeys } from './people.ts';

const most = Number.MAX_SAFE_INTEGER;
const eventId: Field<string> = {
  doc: 'Identity of the fact.',
  read(value, name) {
    if (isId(value)) return value;
    throw invalid(name, 'must be a UUID in lower case');
  },
};
const bodyField: Field<object> = {
  doc: 'What the fact says.',
  read(value, name) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    throw invalid(name, 'must be an object');
  },
};
const text = (doc: string) => optional(prose(doc, 1_000));

const envelope: Fields = {
  ...{ eventId, type: id('Kind of fact.', 64), version: integer('Of the body.', 1, 1e9) },
  line: statedBy,
  epoch: integer('Incarnation of the store.', 1, most),
  sequence: integer('Order within it.', 1, most),
  position: integer('Order in the ledger.', 1, most),
  at: text('When, RFC 3339.'),
  atMs: integer('When, Unix ms.', -most, most),
  recordedMs: integer('When recorded, Unix ms.', -most, most),
  receivedMs: integer('When it came to central, Unix ms.', -most, most),
  clock: choice('Whose clock.', ['edge', 'source']),
  actor: id('Who or what stated it.', 200),
  correlationId: id('What it belongs to.', 200),
  body: bodyField,
};

/** Fields of a body that the feed may have left out, read as if they could be absent. */
const fieldsOf = (type: string, fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      isAboutPeople(type) && withheldKeys.has(name) ? optional(field) : field,
    ]),
  );

/**
 * Reads what is said to be a message of the feed, as its receiver may rely on it: what is not known
 * is passed over, and of a type or version that is not known the envelope alone is read. Throws
 * Fault INVALID naming every bad field.
 */
function readFeedFact(given: unknown): FeedFact {
  const fact = readFields(envelope, knownFields(envelope, given), 'fact') as unknown as FeedFact;
  const { type, version, body } = fact;
  if (isFactType(type) && version === versionOf(type)) {
    const fields = fieldsOf(type, bodies[type]);
    readFields(fields, knownFields(fields, body), type);
  }
  return given as FeedFact;
}

/** What is wrong with it, in words; undefined for a good one. */
export function complaintOf(given: unknown): string | undefined {
  try {
    readFeedFact(given);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}
