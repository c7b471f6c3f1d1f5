import { factBytesMax } from './codec.ts';
import { type Field, fallback, integer, invalid, list, type Read, record, text } from './field.ts';
import { masterVersion } from './master.ts';

/** Most facts that are given at once. */
export const entriesMax = 200;

const whole = (doc: string) => integer(doc, 0, Number.MAX_SAFE_INTEGER);
const nullable = <T>(field: Field<T>): Field<T | null> => ({
  doc: field.doc,
  read: (value, name) => (value === null ? null : field.read(value, name)),
});
const word = (doc: string) => text(doc, 600);
const maybe = nullable(word('As it was posted.'));
const maybeMs = nullable(whole('As it was posted, ms.'));
const flag: Field<0 | 1> = {
  doc: '0 or 1.',
  read(value, name) {
    if (value === 0 || value === 1) return value;
    throw invalid(name, 'must be 0 or 1');
  },
};
const said: Field<string> = {
  doc: 'Its number, or why not.',
  read(value, name) {
    if (typeof value === 'string' && value.length <= 2_000) return value;
    throw invalid(name, 'must be a text of at most 2000 characters');
  },
};

const tryField = record('What the ERP answered once.', {
  ...{ atMs: whole('When.'), outcome: word('In a word.'), said },
});
const actField = record('What a person said.', { atMs: whole('When.'), act: word('What.') });
/** Most tries, and acts, of one document. */
export const triesMax = 50;

const postedFields = {
  ...{ key: word('Key.'), eventId: word('Its fact.'), line: word('Line.'), lane: word('Lane.') },
  ...{ kind: word('Kind.'), state: word('State.'), sequence: whole('Sequence of its fact.') },
  atMs: integer('Time of the document.', -8.64e15, 8.64e15),
  ...{ order: maybe, operation: maybe, lot: maybe, material: maybe, unit: maybe },
  ...{ quantity: maybe, blocked: maybe, yield: maybe, scrap: maybe, rework: maybe },
  ...{ setupMs: maybeMs, machineMs: maybeMs, final: flag },
  ...{ reason: nullable(said), document: maybe, cancels: maybe },
  ...{ inspection: flag, inspectionLot: maybe },
  tries: list(tryField, triesMax),
  acts: list(actField, triesMax),
};
/** A document as it was made of a fact. */
export type Posted = Read<typeof postedFields>;

const bytes: Field<string> = {
  doc: 'A fact as it is stored, base64.',
  read(value, name) {
    const most = Math.ceil(factBytesMax / 3) * 4;
    if (typeof value === 'string' && value.length <= most && /^[A-Za-z0-9+/]+=*$/.test(value)) {
      return value;
    }
    throw invalid(name, `must be base64 of at most ${factBytesMax} bytes`);
  },
};
/** A fact of a ledger: when it came there, and what was made of it. */
export const entryField = record('A fact and its documents.', {
  position: integer('Of the fact in its ledger.', 1, Number.MAX_SAFE_INTEGER),
  line: text('enterprise/site/area/line.', 200),
  receivedMs: whole('When it came to central.'),
  bytes,
  postings: list(record('A document.', postedFields), 300),
  lacked: fallback(list(masterVersion, 100), []),
});
export type Entry = Read<{ entry: typeof entryField }>['entry'];

/** One field of a document that is not the same. */
export type Change = Readonly<{
  field: string;
  production: string | number | null;
  test: string | number | null;
}>;
/** A document that test would post otherwise. */
export type Difference = Readonly<{
  what: 'missing' | 'new' | 'changed';
  rule: string; // the type of the fact that calls for it
  kind: string;
  key: string;
  eventId: string;
  line: string;
  about: string;
  document: string | null; // its number in production
  changes: readonly Change[];
}>;
export type Counted = Readonly<
  { rule: string } & Record<'production' | 'test' | 'missing' | 'new' | 'changed', number>
>;
/** What a replay has found, page by page. */
export type Replayed = Readonly<{
  replay: string;
  source: string;
  day: string;
  state: 'feeding' | 'compared';
  facts: number;
  factsOfDay: number;
  rules: readonly Counted[];
  differences: readonly Difference[];
  /** To be given as `after`; null where there are no more. */
  next: number | null;
}>;
