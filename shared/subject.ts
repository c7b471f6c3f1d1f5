import { type Field, invalid } from './field.ts';

const namePattern = /^(?=.{1,40}$)[\p{L}\p{N}](?:[\p{L}\p{N} _-]*[\p{L}\p{N}_-])?$/u;

/**
 * Reads "enterprise/site/area/line" (ISA-95 equipment levels): four names of 1 to 40 letters,
 * digits, blanks, "_" or "-", the first a letter or digit, no blank at the end. Throws Fault
 * INVALID naming `name`.
 */
export function linePath(value: unknown, name: string): string {
  const parts = typeof value === 'string' ? value.normalize('NFC').split('/') : [];
  if (parts.length === 4 && parts.every((part) => namePattern.test(part))) return parts.join('/');
  throw invalid(
    name,
    'must be enterprise/site/area/line, each of 1 to 40 letters, digits, blanks, "_" or "-"',
  );
}

const name = '(?=[^/]{1,40}(?:/|$))[\\p{L}\\p{N}](?:[\\p{L}\\p{N} _-]*[\\p{L}\\p{N}_-])?';
export const lineField: Field<string> = {
  doc: 'enterprise/site/area/line.',
  schema: { type: 'string', pattern: `^${Array(4).fill(name).join('/')}$` },
  read: linePath,
};

/** A name as one token of a NATS subject: anything but letters, digits, "_", "-" becomes "=XX". */
export const token = (name: string): string =>
  [...Buffer.from(name)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9_-]/.test(letter) ? letter : `=${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');

/** Where answers come to an edge, named for its first line, and to central. */
export const edgeInbox = (line: string): string => `_INBOX_${line.split('/').map(token).join('_')}`;
export const centralInbox = '_INBOX_central';

/** What `token` was made of. */
const bytesOf = (token: string): string =>
  Buffer.from(
    token.replace(/=[0-9a-f]{2}|[^=]/g, (part) =>
      part.length === 3 ? part.slice(1) : Buffer.from(part).toString('hex'),
    ),
    'hex',
  ).toString();

const tokens = (line: string): string => line.split('/').map(token).join('.');

/** One subject a line: the stream keeps the line's order, and its last message is the cursor. */
export const eventSubject = (line: string): string => `hf.evt.${tokens(line)}`;
export const eventSubjects = 'hf.evt.*.*.*.*';
/** Central's word on what its ledger holds of a line; the last value is kept. */
export const keptSubject = (line: string): string => `hf.kept.${tokens(line)}`;
export const keptSubjects = 'hf.kept.*.*.*.*';
/** Where an edge answers for a gap of one of its lines. */
export const refillSubject = (line: string): string => `hf.refill.${tokens(line)}`;

/** Where an edge, named for its first line, asks central for a sign of life. */
export const beatSubject = (line: string): string => `hf.beat.${tokens(line)}`;
export const beatSubjects = 'hf.beat.*.*.*.*';

/** Where a line's store asks central whether, and in which epoch, it may write. */
export const enrolSubject = (line: string): string => `hf.enrol.${tokens(line)}`;
export const enrolSubjects = 'hf.enrol.*.*.*.*';
/** Where central tells what its ledger holds of a line. */
export const historySubject = (line: string): string => `hf.history.${tokens(line)}`;
export const historySubjects = 'hf.history.*.*.*.*';
/** Where a store that may not write hands over the facts that central has never seen. */
export const straySubject = (line: string): string => `hf.stray.${tokens(line)}`;
export const straySubjects = 'hf.stray.*.*.*.*';
/** Where an edge tells central newest facts of a line that its segments do not carry yet. */
export const liveSubject = (line: string): string => `hf.live.${tokens(line)}`;
export const liveSubjects = 'hf.live.*.*.*.*';

/** Where a line's store asks central for the commands that central has for the line. */
export const commandSubject = (line: string): string => `hf.cmd.${tokens(line)}`;
export const commandSubjects = 'hf.cmd.*.*.*.*';
/** Where an edge asks central for the change sets of reference data of a line's site. */
export const referenceSubject = (line: string): string => `hf.ref.${tokens(line)}`;
export const referenceSubjects = 'hf.ref.*.*.*.*';
/** Rung by central when there is something to be asked for; says nothing, and may be lost. */
export const bellSubject = (line: string): string => `hf.bell.${tokens(line)}`;
/** Where central tells everybody a fact of a line, once its ledger holds it. */
export const factSubject = (line: string, type: string): string =>
  `hf.fact.${tokens(line)}.${token(type)}`;
/** All that is told of a line. */
export const factsOfLine = (line: string): string => `hf.fact.${tokens(line)}.*`;
export const factSubjects = 'hf.fact.*.*.*.*.*';

/**
 * The line on which central states what was done at its desk. No edge can have it: its last name is
 * none that a line may have.
 */
export const centralLine = 'holdfast/central/desk/-';
/** Who states a fact: a line, or central itself. */
export const statedBy: Field<string> = {
  doc: 'enterprise/site/area/line, or central itself.',
  read: (value, name) => (value === centralLine ? centralLine : linePath(value, name)),
};

/** The line that a subject of one of these kinds names. Throws Fault INVALID if it names none. */
export function lineOf(subject: string): string {
  const names = subject.split('.').slice(2);
  const plain = names.map((name) => bytesOf(name)).join('/');
  const line = linePath(plain, 'subject');
  if (tokens(line) === names.join('.')) return line;
  throw invalid('subject', 'must spell its line as we do');
}

export const eventStream = 'HF_EVT';
/** The consumer of the stream of segments that stands where central's ledger has read to. */
export const markConsumer = 'central';
export const keptStream = 'HF_KEPT';
export const factStream = 'HF_FACT';
/** JetStream domain of the hub: a leaf without JetStream reaches the hub's API under this name. */
export const hubDomain = 'hub';

/** What the central team asks: a service on NATS of this name, one endpoint an operation. */
export const deskService = 'holdfast-desk';
export const deskSubject = (name: string): string => `hf.desk.${name}`;
/** Where answers come to whoever asks the desk. */
export const deskInbox = '_INBOX_desk';
/** Where central and the streams are at a hub that keeps accounts apart. */
export const plantAccount = 'HF';
/**
 * Where the hub brings what somebody asks from an account of their own; nobody else reaches it, so
 * that what the server writes there of who asks is true.
 */
export const askedSubject = (name: string): string => `hf.asked.${name}`;
/** The account at the hub of whoever asks the desk under this name: "person:17", "system:lims". */
export const deskAccount = (name: string): string => `desk/${name}`;
/** The hub's API as whoever asks the desk from an account of their own calls it. */
export const deskApi = 'hf.desk.API';
/** The hub's API as a reader of the feed calls it that has an account of its own. */
export const feedApi = 'hf.feed.API';
/** Where answers come to a consumer of the feed, each to its own. */
export const feedInbox = (name: string): string => `_INBOX_feed_${name}`;
