import { hash } from 'node:crypto';
import { Packr } from 'msgpackr';
import { bodies, type Content, type Context, type FactType, isFactType } from './event.ts';
import { Fault } from './fault.ts';
import { readFields } from './field.ts';
import { idBytes, idText } from './identity.ts';

const packr = new Packr({ useRecords: false, int64AsType: 'number' });

/** First byte of a stored fact, so that every version ever written can be read for ever. */
const contentVersion = 1;

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
] as const satisfies (keyof Context)[];

/**
 * A fact as it is stored and hashed, for ever: version byte, then one msgpack array of event id
 * (16 bytes), type, body version, atMs, recordedMs, clock, the context fields, and the body as a
 * map. Its position is not in it: a fork may be sequenced anew, the content never changes.
 */
export function encodeContent(content: Content): Buffer {
  const packed = packr.pack([
    idBytes(content.eventId),
    content.type,
    content.version,
    content.atMs,
    content.recordedMs,
    content.clock,
    ...contextKeys.map((key) => content[key] ?? null),
    content.body,
  ]);
  return Buffer.concat([Buffer.of(contentVersion), packed]);
}

/**
 * The content of stored bytes. Throws Fault CORRUPT if they are not of a version we know, and
 * Fault INVALID if the fact's type is unknown or its body breaks its schema; body fields that a
 * newer edge added are left out here and stay in the bytes.
 */
export function decodeContent(bytes: Uint8Array): Content {
  const fields = unpackContent(bytes);
  const [eventId, type, version, atMs, recordedMs, clock, ...rest] = fields;
  if (!isFactType(type)) throw new Fault('INVALID', `type: ${String(type)} is no fact we know`);
  const context: Record<string, unknown> = {};
  contextKeys.forEach((key, index) => {
    if (rest[index] !== null) context[key] = rest[index];
  });
  const given = rest[contextKeys.length] as Record<string, unknown>;
  return {
    ...(context as Context),
    eventId: idText(eventId as Uint8Array),
    type,
    version: version as number,
    atMs: atMs as number,
    recordedMs: recordedMs as number,
    clock: clock as Content['clock'],
    body: knownBody(type, given),
  } as Content;
}

function unpackContent(bytes: Uint8Array): unknown[] {
  if (bytes[0] !== contentVersion) {
    throw new Fault('CORRUPT', `fact: version byte ${bytes[0]}, known is ${contentVersion}`);
  }
  try {
    const fields = packr.unpack(bytes.subarray(1)) as unknown[];
    if (Array.isArray(fields) && fields.length >= 7 + contextKeys.length) return fields;
  } catch (cause) {
    throw new Fault('CORRUPT', 'fact: not msgpack', { cause });
  }
  throw new Fault('CORRUPT', 'fact: not an array of envelope fields');
}

function knownBody(type: FactType, given: Record<string, unknown>): unknown {
  const fields = bodies[type];
  const own = Object.entries(given ?? {}).filter(([key]) => Object.hasOwn(fields, key));
  return readFields(fields, Object.fromEntries(own), type);
}

/** Hash before a line's first fact of an epoch: binds the chain to the line and the epoch. */
export const genesis = (line: string, epoch: number): Buffer =>
  hash('sha256', `${line}\n${epoch}`, 'buffer');

/** The chain's next link: SHA-256 over the previous link and the stored bytes. */
export const link = (before: Uint8Array, bytes: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([before, bytes]), 'buffer');

/** Fingerprint of stored bytes alone: two arrivals with the same one are the same fact. */
export const digest = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');
