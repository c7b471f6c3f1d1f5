import { Packr } from 'msgpackr';
import { factBytesMax } from './codec.ts';
import { Fault } from './fault.ts';
import { choice, optional, prose, type Read } from './field.ts';
import { isId } from './identity.ts';
import { readJson } from './json.ts';

/** Most facts, and most bytes of them, that are told ahead at once. */
export const liveFactsMax = 200;
export const liveBytesMax = 128 * 1024;
const liveVersion = 1;
const packr = new Packr({ useRecords: false });

/** A fact as it is stored, with the chain's link after it. */
export type LiveFact = Readonly<{ sequence: number; hash: Uint8Array; bytes: Uint8Array }>;

/**
 * Copies of facts that are told to central ahead of the segments that will carry them: any of one
 * line and epoch, in rising order. Which line is said by the subject alone.
 */
export type Live = Readonly<{
  store: string; // who says to write the line
  epoch: number;
  facts: readonly LiveFact[];
}>;

const answerFields = {
  answer: choice('What became of them.', ['taken', 'full', 'refused']),
  reason: optional(prose('Why not, for people.', 300)),
};
/** Central's answer: nothing that was taken, or not, is forgotten at the edge for it. */
export type LiveAnswer = Read<typeof answerFields>;
/** Throws Fault INVALID that names the field. */
export const decodeLiveAnswer = (bytes: Uint8Array): LiveAnswer =>
  readJson(answerFields, bytes, 'live');

/** Version byte, then one msgpack array: store, epoch, and of each fact sequence, link, bytes. */
export function encodeLive({ store, epoch, facts }: Live): Buffer {
  const rows = facts.map(({ sequence, hash, bytes }) => [sequence, hash, bytes]);
  return Buffer.concat([Buffer.of(liveVersion), packr.pack([store, epoch, rows])]);
}

/** Throws Fault CORRUPT for bytes that are malformed or over a limit. */
export function decodeLive(bytes: Uint8Array): Live {
  const [store, epoch, rows] = unpack(bytes);
  if (!isId(store)) throw new Fault('CORRUPT', 'live.store: must be a UUID in lower case');
  if (!isPlace(epoch)) throw new Fault('CORRUPT', 'live.epoch: must be a whole number from 1');
  if (!Array.isArray(rows) || rows.length < 1 || rows.length > liveFactsMax) {
    throw new Fault('CORRUPT', `live.facts: must be 1 to ${liveFactsMax}`);
  }
  const facts = rows.map(factOf);
  if (facts.some(({ sequence }, at) => at > 0 && sequence <= facts[at - 1]!.sequence)) {
    throw new Fault('CORRUPT', 'live.facts: must be in rising order');
  }
  if (facts.reduce((sum, fact) => sum + fact.bytes.length, 0) > liveBytesMax) {
    throw new Fault('CORRUPT', `live.facts: must be at most ${liveBytesMax} bytes`);
  }
  return { store, epoch, facts };
}

const isPlace = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1;
const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

function factOf(row: unknown): LiveFact {
  const [sequence, hash, bytes] = Array.isArray(row) ? row : [];
  const fits = isBytes(bytes) && bytes.length >= 1 && bytes.length <= factBytesMax;
  if (isPlace(sequence) && isBytes(hash) && hash.length === 32 && fits) {
    return { sequence, hash, bytes };
  }
  throw new Fault('CORRUPT', `live.facts: each is a sequence, a link, 1 to ${factBytesMax} bytes`);
}

function unpack(bytes: Uint8Array): unknown[] {
  if (bytes[0] !== liveVersion) {
    throw new Fault('CORRUPT', `live: version byte ${bytes[0]}, known is ${liveVersion}`);
  }
  try {
    const fields: unknown = packr.unpack(bytes.subarray(1));
    if (Array.isArray(fields)) return fields;
  } catch (cause) {
    throw new Fault('CORRUPT', 'live: not msgpack', { cause });
  }
  throw new Fault('CORRUPT', 'live: not an array');
}
