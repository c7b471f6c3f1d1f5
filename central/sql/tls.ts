import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Fault } from '../../shared/fault.ts';

/** How the server is known: by a certificate for its name, or not at all. */
export const sslModes = ['verify-full', 'disable'] as const;
export type SslMode = (typeof sslModes)[number];
/** Authorities that are believed; those that Node.js comes with if `ca` is absent. */
export type Tls = Readonly<{ ca: string | undefined }>;

/** Where nobody but this machine hears what is said. */
const ownHosts = ['127.0.0.1', '[::1]', '::1', 'localhost', ''];

/** Without a word on it only what stays on this machine goes without TLS. */
export function tlsOf(
  host: string,
  sslmode: SslMode | undefined,
  ca: string | undefined,
): Tls | undefined {
  const mode = sslmode ?? (ca === undefined && ownHosts.includes(host) ? 'disable' : 'verify-full');
  if (mode === 'verify-full') return { ca };
  if (ca === undefined) return undefined;
  throw new Fault('INVALID', 'postgres.caPath: has no meaning with sslmode disable');
}

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

const chain = 'see that caPath names the authority that signed it';
/** What is wrong with a server's certificate, by the code that Node.js gives: field and words. */
const distrusts: Readonly<Record<string, readonly [field: string, words: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['caPath', chain],
  SELF_SIGNED_CERT_IN_CHAIN: ['caPath', chain],
  UNABLE_TO_GET_ISSUER_CERT: ['caPath', chain],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['caPath', chain],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['caPath', chain],
  CERT_SIGNATURE_FAILURE: ['caPath', chain],
  CERT_UNTRUSTED: ['caPath', chain],
  INVALID_CA: ['caPath', chain],
  CERT_HAS_EXPIRED: ['url', 'renew it at the server'],
  CERT_NOT_YET_VALID: ['url', "see this machine's clock"],
  ERR_TLS_CERT_ALTNAME_INVALID: ['url', 'name the server as its certificate does'],
  NO_TLS: ['sslmode', 'set ssl = on there, or say disable if nobody else can hear the line'],
};

/** Of an error that means that the server is not known to be the one that is meant. */
export const isDistrust = (code: string): boolean => Object.hasOwn(distrusts, code);

/** The field that is to be looked at, and what to do. */
export const distrustOf = (code: string): readonly [field: string, words: string] | undefined =>
  isDistrust(code) ? distrusts[code] : undefined;
