import { type Raw, readRaw } from '../codec.ts';
import { bodies, type Context, isFactType } from '../event.ts';
import { Fault } from '../fault.ts';
import { knownFields, readFields } from '../field.ts';
import { factSubject } from '../subject.ts';
import {
  isSampled,
  type Place,
  spanIdOf,
  traceHeader,
  traceIdOf,
  traceparentOf,
} from '../traceparent.ts';
import type { Mask } from './people.ts';
import { plain, withForeign } from './plain.ts';

/** Versions above 1 of bodies that we know: a change that may break a reader raises it. */
const versions: Readonly<Record<string, number>> = {};
export const versionOf = (type: string): number => versions[type] ?? 1;

/** A fact of the ledger: its stored bytes, its place, and when it came. */
export type Held = Readonly<{
  line: string;
  epoch: number;
  sequence: number;
  position: number;
  receivedMs: number;
  bytes: Uint8Array;
}>;

/** What a message of the feed says, in JSON. */
export type FeedFact = Context &
  Readonly<{
    eventId: string;
    type: string;
    version: number;
    line: string;
    epoch: number;
    sequence: number;
    position: number;
    at?: string;
    atMs: number;
    recordedMs: number;
    receivedMs: number;
    clock: string;
    body: Readonly<Record<string, unknown>>;
  }>;

export type FeedMessage = Readonly<{
  subject: string;
  headers: Readonly<Record<string, string>>;
  data: FeedFact;
}>;

/** Types that a subject takes as they are, and our own are all like that. */
const typePattern = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/** The last instant of the year 9999, Unix ms: the end of RFC 3339. */
const isoMaxMs = 253_402_300_799_999;
/** An instant as RFC 3339 has it; undefined before 1970 and after 9999, of a clock gone wild. */
export const isoTime = (ms: number): string | undefined =>
  ms >= 0 && ms <= isoMaxMs ? new Date(ms).toISOString() : undefined;

/** What a header of CloudEvents cannot hold becomes %XX, byte by byte (HTTP binding, 3.1.3.2). */
export const headerText = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x25;
      return isPlain
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/** The body as it is told; undefined where it breaks the schema that we publish for it. */
function bodyOf({ type, version, body }: Raw): FeedFact['body'] | undefined {
  const isRecord = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isRecord) return undefined;
  if (!isFactType(type) || version !== versionOf(type)) return plain(body) as FeedFact['body'];
  try {
    const known = knownFields(bodies[type], body);
    const read = readFields(bodies[type], known, type);
    return withForeign(body, known, read) as FeedFact['body'];
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

type Traced = Pick<FeedFact, 'eventId' | 'correlationId'>;
/** The trace that the fact has from the tap to its document, and the span of its telling there. */
export const placeOf = ({ eventId, correlationId }: Traced): Place => ({
  traceId: traceIdOf(correlationId),
  spanId: spanIdOf('tell', eventId),
});

/** The same for W3C's Trace Context; sampled where it is one of the share of traces told of. */
function traceparentIn(fact: Traced, ratio: number): string {
  const place = placeOf(fact);
  return traceparentOf(place, isSampled(place.traceId, ratio));
}

/**
 * CloudEvents 1.0 in headers, beside it the fact's place, by which the feed finds its end, and its
 * place in its trace, of which `ratio` are told.
 */
export function headersOf(fact: FeedFact, ratio = 0): Record<string, string> {
  const { eventId, type, version, line, epoch, sequence, position, at } = fact;
  return {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': eventId,
    'ce-type': `holdfast.${type}.v${version}`,
    'ce-source': `/holdfast/${line.split('/').map(encodeURIComponent).join('/')}`,
    ...(at === undefined ? {} : { 'ce-time': at }),
    'ce-dataschema': `urn:holdfast:fact:${type}:${version}`,
    'ce-correlationid': headerText(fact.correlationId),
    [traceHeader]: traceparentIn(fact, ratio),
    'Hf-Epoch': `${epoch}`,
    'Hf-Sequence': `${sequence}`,
    'Hf-Position': `${position}`,
  };
}

/**
 * The message by which the feed tells a fact. Undefined for what is none: bytes that cannot be
 * read, and a body that breaks the schema of its type and version: it is parked, for a person.
 * `ratio` is the share of traces that central tells of, 0 to 1.
 */
export function messageOf(held: Held, mask?: Mask, ratio = 0): FeedMessage | undefined {
  const { line, epoch, sequence, position, receivedMs, bytes } = held;
  const raw = readRaw(bytes);
  if (raw === undefined || !typePattern.test(raw.type)) return undefined;
  const body = bodyOf(raw);
  if (body === undefined) return undefined;
  const { eventId, type, version, atMs, recordedMs, clock, body: _, ...context } = raw;
  const at = isoTime(atMs);
  const data: FeedFact = {
    ...{ eventId, type, version, line, epoch, sequence, position },
    ...(at === undefined ? {} : { at }),
    ...{ atMs, recordedMs, receivedMs, clock },
    ...context,
    actor: mask ? mask.actor(context.actor) : context.actor,
    body: mask ? mask.body(type, body) : body,
  };
  return { subject: factSubject(line, type), headers: headersOf(data, ratio), data };
}
