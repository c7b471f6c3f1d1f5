import { hash } from 'node:crypto';
import type { Verdict } from './plant.ts';

/**
 * A value in one spelling, quickly. A fact stands in its own row already and is left out, and so is
 * where a hold came from: that stands in its fact, and earlier releases did not remember it.
 */
function spelt(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `"${value}"`;
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : within(value);
    default:
      return `${value}`;
  }
}

function within(value: object): string {
  if (Array.isArray(value)) return `[${value.map(spelt).join()}]`;
  let text = '{';
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (key === 'origin') continue;
    if (key !== 'fact' || typeof inner !== 'object') text += `${key}:${spelt(inner)},`;
  }
  return `${text}}`;
}

/**
 * Fingerprint, 8 bytes, of a line's state after a fact: of the one before and of everything that
 * the fact changed. The same facts through the same charts give the same one; it tells whether
 * other charts would remember anything differently, and guards against nothing else.
 */
export function fingerprint(before: Uint8Array | null, { changes, flags }: Verdict): Buffer {
  let text = before ? Buffer.from(before).toString('latin1') : '';
  for (const { table, key, value } of changes) text += `${table} ${key}=${spelt(value)};`;
  return hash('sha1', `${text}${flags.join()}`, 'buffer').subarray(0, 8);
}
