import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { backoff } from '../shared/backoff.ts';
import { systemClock } from '../shared/clock.ts';
import { dial, openStanding } from '../shared/connection.ts';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { hubTlsOf, isHere } from '../shared/hubtls.ts';
import type { Logger } from '../shared/log.ts';
import { centralInbox } from '../shared/subject.ts';
import type { CentralConfig } from './config.ts';
import { claimHub } from './environment.ts';
import { openHubWatch, verifyHub } from './ledger/hub.ts';
import { ensureStreams } from './ledger/stream.ts';

/** Attempts to reach the hub at start, with growing pauses; about two minutes. */
const startAttempts = 30;

/**
 * How the hub is spoken to, and monitored: both by TLS or none. Throws Fault INVALID that names the
 * field for addresses that do not agree, and for authorities that cannot be read.
 */
export function hubTlsIn({ natsUrl, natsCaPath: caPath, hubMonitorUrl }: CentralConfig) {
  const [url, monitor, ca] = [
    'config.natsUrl',
    'config.hubMonitorUrl',
    'config.natsCaPath',
  ] as const;
  const tls = hubTlsOf({ urls: natsUrl, caPath, names: [url, ca] });
  const others = hubTlsOf({
    ...{ urls: hubMonitorUrl, caPath: undefined, names: [monitor, ca], scheme: 'https://' },
  });
  if ((tls === undefined) === (others === undefined)) return tls;
  throw invalid(
    monitor,
    'must begin with https:// where natsUrl begins with tls://, and only then',
  );
}

/** The hub, verified and with its streams. Throws Fault INVALID for one that may lose facts. */
export async function openHub(config: CentralConfig, log: Logger, signal: AbortSignal) {
  const { natsUrl, natsNkeyPath, hubMonitorUrl, stream, thresholds } = config;
  const tls = hubTlsIn(config);
  const servers = natsUrl.split(',');
  if (tls === undefined && !servers.every(isHere)) {
    log.warn({ servers }, 'the hub is on another machine, and is spoken to without TLS');
  }
  const standing = openStanding("the hub refuses central's", systemClock.nowMs, () => {
    const reason = standing.words();
    if (reason === undefined) log.info('the hub lets central in again');
    else log.error({ reason }, 'central is not let in');
  });
  const credentials = { inboxPrefix: centralInbox, nkeyPath: natsNkeyPath, tls };
  for (let attempt = 1; ; attempt++) {
    let connection: NatsConnection | undefined;
    try {
      connection = await dial(
        { servers: natsUrl, name: 'holdfast-central', ...credentials },
        standing,
      );
      const monitorUrls = hubMonitorUrl.split(',');
      const seen = await verifyHub(connection, monitorUrls, tls?.ca);
      if (seen.silent.length > 0) {
        log.warn({ servers: seen.silent }, 'servers of the hub do not answer');
      }
      const manager = await jetstreamManager(connection);
      const { replicas, megabytesMax, keepDays } = stream;
      const wanted = { replicas, keepDays, thresholds, bytesMax: megabytesMax * 1024 * 1024 };
      await ensureStreams(manager, wanted);
      await claimHub(manager, config.environment);
      const ca = tls?.ca;
      const watch = openHubWatch({ connection, monitorUrls, ca, seen, clock: systemClock, log });
      return { connection, manager, stream: jetstream(connection), watch };
    } catch (error) {
      await connection?.close();
      if ((error instanceof Fault && !error.retry) || attempt === startAttempts) throw error;
      await systemClock.sleep(backoff(attempt), signal);
    }
  }
}
