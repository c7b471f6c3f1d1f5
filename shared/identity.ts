import { hash, randomFillSync } from 'node:crypto';

export type RandomBytes = (size: number) => Uint8Array;

const pool = Buffer.alloc(4_096);
let used = pool.length;

/** Cryptographic random bytes, at most 4,096 at once, drawn from the system in larger helpings. */
export const systemRandom: RandomBytes = (size) => {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += size;
  return Buffer.from(pool.subarray(used - size, used));
};

const dashed = (hex: string): string => {
  const clock = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}`;
  return `${clock}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** `bytes` with the version and variant bits of RFC 9562 set, as text. */
function uuid(bytes: Uint8Array, version: number): string {
  const copy = Buffer.from(bytes.subarray(0, 16));
  copy[6] = (copy[6]! & 0x0f) | (version << 4);
  copy[8] = (copy[8]! & 0x3f) | 0x80;
  return dashed(copy.toString('hex'));
}

/**
 * Event ids: UUIDv7 (RFC 9562 §5.7) from the given clock and random, rising within one process, and
 * above `after`, the newest of the process before it.
 *
 * The 12 bits after the time count within one ms and restart at 0; a clock that steps back does
 * not make ids fall: the last time is kept until the clock passes it.
 */
export function eventIds(nowMs: () => number, random: RandomBytes, after?: string): () => string {
  let lastMs =
    after === undefined ? 0 : Number.parseInt(after.replaceAll('-', '').slice(0, 12), 16);
  let count = 0xfff;
  return () => {
    const now = nowMs();
    if (now > lastMs) {
      lastMs = now;
      count = 0;
    } else if (++count > 0xfff) {
      lastMs += 1;
      count = 0;
    }
    const bytes = Buffer.alloc(16);
    bytes.writeUIntBE(lastMs, 0, 6);
    bytes.writeUInt16BE(count, 6);
    bytes.set(random(8), 8);
    return uuid(bytes, 7);
  };
}

/** UUIDv5 (RFC 9562 §5.5): the same namespace and name always give the same id. */
export function nameId(namespace: string, name: string): string {
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  return uuid(hash('sha1', Buffer.concat([space, Buffer.from(name)]), 'buffer'), 5);
}

const variants = '89ab';

/**
 * UUIDv8 (RFC 9562 §5.8) of an id and a name: the same for the same two always. Its first 48 bits
 * are those of `id`, which is the time of a UUIDv7, so that ids of one time are near each other in
 * an index; the other 74 are the first of the SHA-256 over `id`, a line break and `name`.
 */
export function besideId(id: string, name: string): string {
  const hex = hash('sha256', `${id}\n${name}`, 'hex');
  const variant = variants[Number.parseInt(hex[3]!, 16) & 3];
  return `${id.slice(0, 13)}-8${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`;
}

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** True for a UUID of any version in lower case, as all of ours are. */
export const isId = (value: unknown): value is string =>
  typeof value === 'string' && pattern.test(value);

/** When a UUIDv7 was given, Unix ms by its giver's clock; undefined for any other text. */
export const givenMs = (id: string): number | undefined =>
  isId(id) && id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;

export const idBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');
export function idText(bytes: Uint8Array): string {
  const { buffer, byteOffset, length } = bytes;
  return dashed(Buffer.from(buffer, byteOffset, length).toString('hex'));
}
