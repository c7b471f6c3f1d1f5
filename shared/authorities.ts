import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Fault } from './fault.ts';

/** Certificates of authorities, from a PEM file. Throws Fault INVALID for one that holds none. */
export function readAuthorities(path: string, option: string): string {
  let read = '';
  try {
    read = readFileSync(path, 'utf8');
    new X509Certificate(read);
    return read;
  } catch (cause) {
    const { code } = cause as { code?: string };
    const words = read === '' ? `cannot be read: ${code ?? 'is empty'}` : 'holds no certificate';
    throw new Fault('INVALID', `${option}: ${path}: ${words}`, { cause });
  }
}

const chain = 'name the authority that signed the certificate there';
/** What is wrong with a server's certificate, by the code that Node.js gives: where, what to do. */
const distrusts: Readonly<Record<string, readonly ['ca' | 'url', string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['ca', chain],
  SELF_SIGNED_CERT_IN_CHAIN: ['ca', chain],
  UNABLE_TO_GET_ISSUER_CERT: ['ca', chain],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['ca', chain],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['ca', chain],
  CERT_SIGNATURE_FAILURE: ['ca', chain],
  CERT_UNTRUSTED: ['ca', chain],
  INVALID_CA: ['ca', chain],
  CERT_HAS_EXPIRED: ['url', 'renew the certificate there'],
  CERT_NOT_YET_VALID: ['url', "see this machine's clock"],
  ERR_TLS_CERT_ALTNAME_INVALID: ['url', 'name the server as its certificate does'],
};

/** Whether it is the authorities or the address that is to be looked at, and what to do. */
export const distrustOf = (code: string): readonly ['ca' | 'url', string] | undefined =>
  Object.hasOwn(distrusts, code) ? distrusts[code] : undefined;
