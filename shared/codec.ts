import { hash } from 'node:crypto';
import { Packr } from 'msgpackr';
import { bodies, type ClockQuality, type Content, type Context, isFactType } from './event.ts';
import { Fault } from './fault.ts';
import { knownFields, readFields } from './field.ts';
import { idBytes, idText } from './identity.ts';

const packr = new Packr({ useRecords: false, int64AsType: 'number' });

/** First byte of a stored fact, so that every version ever written can be read for ever. */
const contentVersion = 1;

/** Most bytes that one fact may have. */
export const factBytesMax = 65_536;

/** Envelope fields that came after the first release: absent at the end, not null. */
const laterKeys = ['productionDay', 'flags', 'atLocal', 'clockTrust', 'checked'] as const;

/** Envelope fields behind the fixed ones, in the order of the wire. Append only. */
const contextKeys = [
  'actor',
  'correlationId',
  'causationId',
  'commandId',
  'order',
  'operation',
  'lot',
  'serial',
  'shift',
  'workCenter',
  'costObject',
  ...laterKeys,
] as const satisfies (keyof Context)[];

/** Where the context fields begin on the wire. */
const contextAt = 7;

/**
 * A fact as it is stored and hashed, for ever: version byte, then one msgpack array of event id
 * (16 bytes), type, body version, atMs, recordedMs, clock, the body as a map, and the context
 * fields. Its position is not in it: a fork may be sequenced anew, the content never changes.
 *
 * Throws Fault INVALID over `factBytesMax`.
 */
export function encodeContent(content: Content): Buffer {
  const packed = packr.pack([
    idBytes(content.eventId),
    content.type,
    content.version,
    content.atMs,
    content.recordedMs,
    content.clock,
    content.body,
    ...contextOf(content),
  ]);
  if (packed.length < factBytesMax) return Buffer.concat([Buffer.of(contentVersion), packed]);
  throw new Fault('INVALID', `fact: must be at most ${factBytesMax} bytes when stored`);
}

function contextOf(content: Content): (string | null)[] {
  const values = contextKeys.map((key) => content[key] ?? null);
  const least = contextKeys.length - laterKeys.length;
  while (values.length > least && values.at(-1) === null) values.pop();
  return values;
}

/** The content of stored bytes; undefined for what this program cannot read. */
export function readContent(bytes: Uint8Array): Content | undefined {
  try {
    return decodeContent(bytes);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/**
 * The content of stored bytes. Throws Fault CORRUPT if they are not of a version we know, and
 * Fault INVALID if the fact's type is unknown or its body breaks its schema; body fields that a
 * newer edge added are left out here and stay in the bytes.
 */
export function decodeContent(bytes: Uint8Array): Content {
  const fields = unpackContent(bytes);
  const [eventId, type, version, atMs, recordedMs, clock, given] = fields;
  if (!isFactType(type)) throw new Fault('INVALID', `type: ${String(type)} is no fact we know`);
  const body = readFields(bodies[type], knownFields(bodies[type], given), type);
  const own = { eventId: idText(eventId), type, version, atMs, recordedMs, clock, body };
  return Object.assign(contextIn(fields), own) as unknown as Content;
}

function contextIn(fields: Envelope): Record<string, unknown> {
  const context: Record<string, unknown> = {};
  for (let index = contextAt; index < fields.length; index++) {
    const key = contextKeys[index - contextAt];
    if (key !== undefined && fields[index] != null) context[key] = fields[index];
  }
  return context;
}

/** A fact as it was stated, by whatever version: its body holds what we know and what we do not. */
export type Raw = Omit<Content, 'type' | 'body'> & Readonly<{ type: string; body: unknown }>;

/**
 * The envelope of stored bytes and the body as it was stated, of whatever type; undefined for what
 * is no envelope. Context that a newer program put behind ours has no name yet and is left out.
 */
export function readRaw(bytes: Uint8Array): Raw | undefined {
  try {
    const fields = unpackContent(bytes);
    const [eventId, type, version, atMs, recordedMs, clock, body] = fields;
    if (typeof type !== 'string') return undefined;
    const own = { eventId: idText(eventId), type, version, atMs, recordedMs, clock, body };
    return Object.assign(contextIn(fields), own) as unknown as Raw;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

type Envelope = [
  eventId: Uint8Array,
  type: unknown,
  version: number,
  atMs: number,
  recordedMs: number,
  clock: ClockQuality,
  body: unknown,
  ...context: unknown[],
];

function unpackContent(bytes: Uint8Array): Envelope {
  if (bytes[0] !== contentVersion) {
    throw new Fault('CORRUPT', `fact: version byte ${bytes[0]}, known is ${contentVersion}`);
  }
  try {
    const fields: unknown = packr.unpack(bytes.subarray(1));
    if (isEnvelope(fields)) return fields;
  } catch (cause) {
    throw new Fault('CORRUPT', 'fact: not msgpack', { cause });
  }
  throw new Fault('CORRUPT', 'fact: not an array of envelope fields');
}

function isEnvelope(fields: unknown): fields is Envelope {
  if (!Array.isArray(fields)) return false;
  const [eventId, , version, atMs, recordedMs, clock, , actor, correlationId] = fields;
  return (
    eventId instanceof Uint8Array &&
    eventId.length === 16 &&
    Number.isSafeInteger(version) &&
    Number.isSafeInteger(atMs) &&
    Number.isSafeInteger(recordedMs) &&
    (clock === 'edge' || clock === 'source') &&
    typeof actor === 'string' &&
    typeof correlationId === 'string' &&
    contextKeys.every((_, at) => isTextOrAbsent(fields[contextAt + at]))
  );
}

const isTextOrAbsent = (value: unknown): boolean => value == null || typeof value === 'string';

/** Hash before a line's first fact of an epoch: binds the chain to the line and the epoch. */
export const genesis = (line: string, epoch: number): Buffer =>
  hash('sha256', `${line}\n${epoch}`, 'buffer');

/** The chain's next link: SHA-256 over the previous link and the stored bytes. */
export const link = (before: Uint8Array, bytes: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([before, bytes]), 'buffer');

/** Fingerprint of stored bytes alone: two arrivals with the same one are the same fact. */
export const digest = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');
