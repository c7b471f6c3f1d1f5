import { distrustOf } from '../../shared/authorities.ts';
import { Fault } from '../../shared/fault.ts';
import { isOwnHost } from '../../shared/here.ts';

/** How the server is known: by a certificate for its name, or not at all. */
export const sslModes = ['verify-full', 'disable'] as const;
export type SslMode = (typeof sslModes)[number];
/** Authorities that are believed; those that Node.js comes with if `ca` is absent. */
export type Tls = Readonly<{ ca: string | undefined }>;

/** This machine, or no host: a socket of it. */
const isHere = (host: string): boolean => host === '' || isOwnHost(host);

/** Without a word on it only what stays on this machine goes without TLS. */
export function tlsOf(
  host: string,
  sslmode: SslMode | undefined,
  ca: string | undefined,
): Tls | undefined {
  const mode = sslmode ?? (ca === undefined && isHere(host) ? 'disable' : 'verify-full');
  if (mode === 'verify-full') return { ca };
  if (ca === undefined) return undefined;
  throw new Fault('INVALID', 'postgres.caPath: has no meaning with sslmode disable');
}

const noTls = 'set ssl = on there, or say disable if nobody else can hear the line';

/** Of an error that means that the server is not known to be the one that is meant. */
export const isDistrust = (code: string): boolean =>
  code === 'NO_TLS' || distrustOf(code) !== undefined;

/** The field that is to be looked at, and what to do. */
export function adviceOn(code: string): readonly [field: string, words: string] | undefined {
  if (code === 'NO_TLS') return ['sslmode', noTls];
  const [field, words = ''] = distrustOf(code) ?? [];
  return field && [field === 'ca' ? 'caPath' : field, words];
}
