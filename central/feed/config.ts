import { peopleWays } from '../../shared/feed/people.ts';
import {
  choice,
  type Field,
  fallback,
  integer,
  invalid,
  list,
  type Read,
  record,
} from '../../shared/field.ts';

/** Most consumers that the feed keeps a place for. */
const consumersMax = 100;
const subjectsMax = 20;

const name: Field<string> = {
  doc: 'Its name: 1 to 40 letters, digits, "_", "-".',
  read(value, label) {
    if (typeof value === 'string' && /^[A-Za-z0-9_-]{1,40}$/.test(value)) return value;
    throw invalid(label, 'must be 1 to 40 letters, digits, "_" or "-"');
  },
};

const subjectPattern = /^hf\.fact(\.([A-Za-z0-9_=-]{1,120}|\*)){5}$/;
const subject: Field<string> = {
  doc: 'What it may read, e.g. "hf.fact.acme.lyon.*.*.LotProduced".',
  read(value, label) {
    if (typeof value === 'string' && subjectPattern.test(value)) return value;
    throw invalid(label, 'must be hf.fact and five names or "*", with dots between');
  },
};

const consumer = record('Who reads the feed, with a place that the hub keeps for it.', {
  name,
  subjects: fallback(list(subject, subjectsMax), []),
  from: fallback(
    choice('Where it begins when it is new: with all that is kept, or what comes.', [
      'all',
      'new',
    ] as const),
    'all',
  ),
  inFlightMax: fallback(
    integer('Most messages that it has and has not acknowledged.', 1, 10_000),
    1_000,
  ),
  ackWaitS: fallback(
    integer('What it has not acknowledged in this time is told again, s.', 1, 3_600),
    60,
  ),
});
export type FeedConsumer = Read<typeof feedFields>['consumers'][number];

/** Consumers of which no two have one name. */
const apart = (field: Field<readonly (typeof consumer extends Field<infer C> ? C : never)[]>) => ({
  ...field,
  read(value: unknown, label: string) {
    const all = field.read(value, label);
    const twice = all.find(({ name: own }, at) => all.findIndex((one) => one.name === own) < at);
    if (!twice) return all;
    throw invalid(label, `${twice.name} stands there twice`);
  },
});

export const feedFields = {
  keepDays: fallback(integer('How long facts stay in the feed at most.', 1, 3_650), 30),
  megabytesMax: fallback(
    integer('Room; when it is full the oldest facts leave the feed, not the ledger.', 1, 1e7),
    1_024,
  ),
  people: fallback(
    choice('How people are told of: by pseudonyms, or as the facts state it.', peopleWays),
    'pseudonyms',
  ),
  consumers: fallback(apart(list(consumer, consumersMax)), []),
};
export const feedField = record('The governed feed of facts; none without it.', feedFields);
export type FeedConfig = Read<typeof feedFields>;
