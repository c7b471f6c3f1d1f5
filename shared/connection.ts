import {
  AuthorizationError,
  type NatsConnection,
  nkeyAuthenticator,
  nkeys,
  UserAuthenticationExpiredError,
} from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { distrustOf } from './authorities.ts';
import { Fault } from './fault.ts';
import type { HubTls } from './hubtls.ts';
import { readSecret } from './secret.ts';

/** Pause before a server is tried again that does not answer, ms. */
const awayMs = 250;
/** Longest pause before a server is tried again that refuses our credentials, ms. */
const refusedMaxMs = 30_000;
/** Most that a pause is longer by chance, so that a plant does not come all at once. */
const jitter = 0.25;

const isRefusal = (error: unknown): boolean =>
  error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError;

/** The seed of a user's NKey, from a file. Throws Fault INVALID, which never tells the seed. */
export function readSeed(path: string): Uint8Array {
  const text = readSecret(path, 'natsNkeyPath').trim();
  const seed = Buffer.from(text);
  try {
    if (!text.startsWith('SU')) throw new Error('no user');
    nkeys.fromSeed(seed);
  } catch {
    throw new Fault('INVALID', `natsNkeyPath: ${path}: must hold the seed of a user, "SU..."`);
  }
  return seed;
}

/** Whether the server refuses our credentials, and since when. */
export function openStanding(peer: string, nowMs: () => number, changed: () => void) {
  let refusal: { sinceMs: number; reason: string; times: number } | undefined;
  let trouble: string | undefined;
  return {
    refused({ message }: Error): void {
      const { sinceMs = nowMs(), times = 0 } = refusal ?? {};
      refusal = { sinceMs, reason: message.replaceAll("'", ''), times: times + 1 };
      changed();
    },
    let(): void {
      if (refusal === undefined) return;
      refusal = undefined;
      changed();
    },
    /** The file with the seed cannot be read now, so that the last one is used; or it can. */
    unreadable(reason: string | undefined): void {
      trouble = reason;
    },
    /** In words, beginning with "auth:"; undefined while we are let in, or nobody answers. */
    words(): string | undefined {
      if (refusal === undefined) return undefined;
      const since = new Date(refusal.sinceMs).toISOString();
      const why = [refusal.reason, ...(trouble === undefined ? [] : [trouble])].join('; ');
      return `auth: ${peer} credentials since ${since} (${why})`;
    },
    /** Doubles from a second to half a minute while refused, and a little longer by chance. */
    pauseMs(): number {
      const { times = 0 } = refusal ?? {};
      const pauseMs = times === 0 ? awayMs : Math.min(awayMs * 2 ** (times + 1), refusedMaxMs);
      return Math.round(pauseMs * (1 + Math.random() * jitter));
    },
  };
}

export type Standing = ReturnType<typeof openStanding>;

type Parts = {
  /** Addresses, with commas between them: of a cluster any of its servers will do. */
  servers: string;
  name: string;
  inboxPrefix: string;
  nkeyPath?: string | undefined;
  /** What `hubTlsOf` says of these servers; a scheme alone asks for nothing. */
  tls?: HubTls | undefined;
};

/**
 * Connects once; whoever is connected tries for ever to be so again, with the seed that is in the
 * file then. Throws Fault INVALID for a file that holds none, and UNREACHABLE for a server that
 * does not answer or, as `standing` then says, refuses us.
 */
export async function dial(parts: Parts, standing: Standing): Promise<NatsConnection> {
  const { servers, name, inboxPrefix, nkeyPath, tls } = parts;
  let seed = nkeyPath === undefined ? undefined : readSeed(nkeyPath);
  const newest = (path: string): Uint8Array => {
    try {
      seed = readSeed(path);
      standing.unreadable(undefined);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      standing.unreadable(error.message); // thrown here it would end the connection for good
    }
    return seed!;
  };
  try {
    const connection = await connect({
      ...{ servers: servers.split(','), name, inboxPrefix, ...(tls && { tls }) },
      ...{ maxReconnectAttempts: -1, ignoreAuthErrorAbort: true },
      reconnectDelayHandler: standing.pauseMs,
      ...{ pingInterval: 5_000, maxPingOut: 2 },
      ...(nkeyPath === undefined
        ? {}
        : { authenticator: nkeyAuthenticator(() => newest(nkeyPath)) }),
    });
    standing.let();
    void watch(connection, standing);
    return connection;
  } catch (cause) {
    if (isRefusal(cause)) standing.refused(cause as Error);
    const { code = '', message } = cause as Error & { code?: string };
    const [, advice] = distrustOf(code) ?? [];
    const words = advice === undefined ? message : `${message}; ${advice}`;
    const reason = standing.words() ?? `${servers}: ${words}`;
    throw new Fault('UNREACHABLE', reason, { cause });
  }
}

/** Ends with the connection. */
async function watch(connection: NatsConnection, standing: Standing): Promise<void> {
  for await (const event of connection.status()) {
    if (event.type === 'reconnect') standing.let();
    if (event.type === 'error' && isRefusal(event.error)) standing.refused(event.error);
  }
}
