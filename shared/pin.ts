import { hash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { invalid } from './field.ts';

/**
 * What one hash costs: 16 MB and some 30 ms of one core of a small computer (RFC 7914, N 2^14).
 * A PIN has few digits: whoever has the file can try them all. The file is for its owner alone.
 */
export const pinCost = { n: 16_384, r: 8, p: 1 } as const;
export type Cost = Readonly<{ n: number; r: number; p: number }>;
/** A PIN or badge as it is kept: hexadecimal, with what it was hashed by. */
export type Hashed = Cost & Readonly<{ salt: string; hash: string }>;

const hashBytes = 32;
/** What a file may ask for: no more than 64 MB for one hash. */
export const costMax = { n: 65_536, r: 8, p: 2 } as const;

export const pinMin = 6;
export const pinMax = 12;

export const newSalt = (): string => randomBytes(16).toString('hex');

/** Hashes off the event loop, hexadecimal; NFC first, so that a spelling is no other secret. */
export function slowHash(secret: string, salt: string, { n, r, p }: Cost): Promise<string> {
  const options = { N: n, r, p, maxmem: 2 * 128 * n * r };
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, key: Buffer) =>
      error ? reject(error) : resolve(key.toString('hex'));
    scrypt(secret.normalize('NFC'), Buffer.from(salt, 'hex'), hashBytes, options, done);
  });
}

export async function hashPin(pin: string): Promise<Hashed> {
  const salt = newSalt();
  return { ...pinCost, salt, hash: await slowHash(pin, salt, pinCost) };
}

/** True if `pin` is what was hashed; compared in the same time whatever differs. */
export async function isPin(pin: string, { salt, hash: known, ...cost }: Hashed) {
  const hash = await slowHash(pin, salt, cost);
  return timingSafeEqual(Buffer.from(hash, 'hex'), Buffer.from(known, 'hex'));
}

const isRun = (digits: readonly number[], step: number): boolean =>
  digits.every((digit, at) => at === 0 || digit === (digits[at - 1]! + step + 10) % 10);
const repeats = (pin: string, length: number): boolean =>
  pin.length % length === 0 && pin === pin.slice(0, length).repeat(pin.length / length);

/** Throws Fault INVALID, which never tells the PIN, for one that is guessed early. */
export function checkPin(pin: string): void {
  if (!/^\d+$/.test(pin) || pin.length < pinMin || pin.length > pinMax) {
    throw invalid('pin', `must be ${pinMin} to ${pinMax} digits`);
  }
  const digits = [...pin].map(Number);
  const isEasy = isRun(digits, 1) || isRun(digits, -1) || [1, 2, 3].some((n) => repeats(pin, n));
  if (isEasy) throw invalid('pin', 'is easily guessed: must be no row of digits and no repetition');
}

/** Fingerprint of a token of at least 128 random bits: nothing slower is needed. */
export const tokenHash = (token: string): string => hash('sha256', token, 'hex');
