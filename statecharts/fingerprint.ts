import { hash } from 'node:crypto';
import type { Verdict } from './plant.ts';

/** A fact stands in its own row already; a reference to it is not state. */
const plain = (key: string, value: unknown): unknown =>
  key === 'fact' && typeof value === 'object'
    ? undefined
    : typeof value === 'bigint'
      ? `${value}n`
      : value;

/**
 * Fingerprint, 8 bytes, of a line's state after a fact: of the one before and of everything that
 * the fact changed. The same facts through the same charts give the same one; it tells whether
 * other charts would remember anything differently, and guards against nothing else.
 */
export function fingerprint(before: Uint8Array | null, { changes, flags }: Verdict): Buffer {
  const chain = before ? Buffer.from(before).toString('hex') : '';
  const text = `${chain}${JSON.stringify([changes, flags], plain)}`;
  return hash('sha1', text, 'buffer').subarray(0, 8);
}
