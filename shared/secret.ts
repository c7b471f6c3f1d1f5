import { readFileSync } from 'node:fs';
import { Fault } from './fault.ts';

/** Longest secret, characters. */
const secretMax = 16_384;

/**
 * A secret from a file, without the line end behind it. Throws Fault INVALID, which begins with the
 * `option` that names the file and never tells the secret, for a file that cannot be read, is empty
 * or holds more than 16,384 characters.
 */
export function readSecret(path: string, option: string): string {
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    const code = (cause as { code?: unknown }).code ?? 'no file';
    throw new Fault('INVALID', `${option}: ${path}: cannot be read: ${code}`, { cause });
  }
  if (secret === '') throw new Fault('INVALID', `${option}: ${path}: is empty`);
  if (secret.length <= secretMax) return secret;
  throw new Fault('INVALID', `${option}: ${path}: is longer than ${secretMax} characters`);
}
