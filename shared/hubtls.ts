import { readAuthorities } from './authorities.ts';
import { Fault } from './fault.ts';
import { isOwnHost } from './here.ts';

/**
 * How the hub is spoken to and monitored: TLS from the first byte, and whom we believe; without
 * `ca` the authorities that Node.js comes with.
 */
export type HubTls = Readonly<{ handshakeFirst: true; ca?: string }>;

type Told = Readonly<{
  /** Addresses with commas between them. */
  urls: string;
  caPath: string | undefined;
  /** How their option is called, and that of the authorities. */
  names: readonly [urls: string, caPath: string];
  /** What an address by TLS begins with. */
  scheme?: string;
}>;

/** Whether an address is of this machine. */
export const isHere = (url: string): boolean => isOwnHost(URL.parse(url.trim())?.hostname ?? '');

/**
 * TLS where the addresses ask for it. Throws Fault INVALID where only some of them do, for
 * authorities that nothing is held against, and for a file that holds none.
 */
export function hubTlsOf({ urls, caPath, names, scheme = 'tls://' }: Told): HubTls | undefined {
  const [urlsName, caName] = names;
  const all = urls.split(',');
  const secured = all.filter((url) => url.trim().startsWith(scheme)).length;
  if (secured > 0 && secured < all.length) {
    const words = `must begin with ${scheme} at each server, or at none`;
    throw new Fault('INVALID', `${urlsName}: ${words}`);
  }
  if (secured === 0) {
    if (caPath === undefined) return undefined;
    throw new Fault(
      'INVALID',
      `${caName}: has no meaning unless ${urlsName} begins with ${scheme}`,
    );
  }
  return caPath === undefined
    ? { handshakeFirst: true }
    : { handshakeFirst: true, ca: readAuthorities(caPath, caName) };
}
