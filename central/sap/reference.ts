import { hash } from 'node:crypto';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A posting's key where a UUID does not fit: the first 80 bits of its SHA-256 as 16 characters of
 * Crockford's base32 for ReferenceDocument, the first 125 as 25 for the header text.
 */
export function referencesOf(key: string): { reference: string; header: string } {
  const bits = BigInt(`0x${hash('sha256', key, 'hex')}`);
  const text = (length: number) =>
    Array.from({ length }, (_, at) => crockford[Number((bits >> BigInt(251 - 5 * at)) & 31n)]).join(
      '',
    );
  return { reference: text(16), header: text(25) };
}
