import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from './clock.ts';
import { Fault } from './fault.ts';
import { integer, invalid, optional, type Read, record, text } from './field.ts';
import { isOwnHost } from './here.ts';
import type { Logger } from './log.ts';
import { type Pair, readPair, untimely } from './pki.ts';

/** How often it is seen whether the certificate was renewed, ms. */
const lookMs = 10_000;
/** Oldest version of TLS that is spoken (BSI TR-02102-2, NIST SP 800-52r2). */
export const versionMin = 'TLSv1.2';
/** What a browser is told to keep to, for a year (RFC 6797). */
export const strictTransport = 'max-age=31536000';

const tlsFields = {
  host: text('Address that is listened to, e.g. 0.0.0.0.', 100),
  port: integer('Port; 0 takes a free one.', 0, 65_535),
  certPath: text('PEM file of the certificate, its chain behind it; read again on change.', 4_096),
  keyPath: text('PEM file of its key.', 4_096),
};
export const tlsField = optional(
  record(
    'The same by TLS, for everybody but this machine; host must be 127.0.0.1 then.',
    tlsFields,
  ),
);
type TlsConfig = Read<typeof tlsFields>;

/** Throws Fault INVALID where what is served by TLS would be served without it as well. */
export function checkPlain(host: string, tls: TlsConfig | undefined): void {
  if (tls === undefined || isOwnHost(host)) return;
  throw invalid('config.host', 'must be 127.0.0.1, ::1 or localhost where config.tls is given');
}

type Parts = Readonly<{
  tls: TlsConfig;
  /** What answers; its own address stays as it is. */
  server: HttpServer;
  clock: Clock;
  log: Logger;
  everyMs?: number;
}>;

/**
 * Serves by TLS what `server` serves, from the moment this resolves until `close`. A renewed pair
 * is taken for new connections without a restart; one that cannot be read, or does not belong
 * together, leaves the last good one in force. Throws Fault INVALID for a pair that is none at the
 * start; one that is over is served all the same, and told of.
 */
export async function openSecured({ tls, server, clock, log, everyMs = lookMs }: Parts) {
  let pair = readPair(tls, 'config.tls');
  const tellUntimely = (): void => {
    const reason = untimely(pair.certificate, clock.nowMs());
    if (reason) log.error({ file: tls.certPath, reason }, 'the certificate is not good');
  };
  tellUntimely();
  const own = ({ cert, key }: Pair) => ({ cert, key, minVersion: versionMin }) as const;
  const secured = createServer({ ...own(pair), requestTimeout: 30_000 }, (request, response) =>
    server.emit('request', request, response),
  );
  const { host, port } = tls;
  await new Promise<void>((resolve, reject) => {
    secured.once('error', reject).listen({ host, port }, resolve);
  }).catch((cause: Error) => {
    throw new Fault('INVALID', `config.tls: ${host}:${port}: ${cause.message}`, { cause });
  });

  const leaving = new AbortController();
  let told = '';
  const renew = (): void => {
    try {
      const next = readPair(tls, 'config.tls');
      told = '';
      if (next.cert === pair.cert && next.key === pair.key) return;
      secured.setSecureContext(own(next));
      pair = next;
      log.info({ untilMs: Date.parse(next.certificate.validTo) }, 'the certificate was renewed');
      tellUntimely();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (told !== error.message) log.error({ reason: error.message }, 'no renewed certificate');
      told = error.message;
    }
  };
  const looking = (async () => {
    while (!leaving.signal.aborted) {
      await clock.sleep(everyMs, leaving.signal);
      if (!leaving.signal.aborted) renew();
    }
  })();

  const { port: taken } = secured.address() as AddressInfo;
  const named = host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    url: `https://${named}:${taken}`,
    async close(): Promise<void> {
      leaving.abort();
      await looking;
      const closed = new Promise((resolve) => secured.close(resolve));
      secured.closeAllConnections();
      await closed;
    },
  };
}
