import { randomBytes } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { backoff } from '../shared/backoff.ts';
import { systemClock } from '../shared/clock.ts';
import { dial, openStanding, readSeed } from '../shared/connection.ts';
import { type Database, openDatabase } from '../shared/database.ts';
import { openExporter } from '../shared/exporter.ts';
import { Fault } from '../shared/fault.ts';
import { type Logger, openLog } from '../shared/log.ts';
import { keepRunning, openBell } from '../shared/loop.ts';
import { readHeaders } from '../shared/otlp.ts';
import { release } from '../shared/release.ts';
import { runService } from '../shared/service.ts';
import { centralInbox } from '../shared/subject.ts';
import { openVitals } from '../shared/vitals.ts';
import { assembleCentral } from './assembly.ts';
import { openBoard } from './board.ts';
import { type CentralConfig, fields, readCentralConfig, whereOf } from './config.ts';
import { openErp } from './connectors.ts';
import { buildHttp } from './http.ts';
import { openHubWatch, verifyHub } from './hub.ts';
import { migrations } from './memory.ts';
import { openMetrics } from './metrics.ts';
import { openServices } from './services.ts';
import { openShared } from './sharing.ts';
import { ensureStreams } from './stream.ts';
import { follow } from './thread.ts';

/** Attempts to reach the hub at start, with growing pauses; about two minutes. */
const startAttempts = 30;

/** The hub, verified and with its streams. Throws Fault INVALID for one that may lose facts. */
async function openHub(config: CentralConfig, log: Logger, signal: AbortSignal) {
  const { natsUrl, natsNkeyPath, hubMonitorUrl, stream, thresholds } = config;
  const standing = openStanding("the hub refuses central's", systemClock.nowMs, () => {
    const reason = standing.words();
    if (reason === undefined) log.info('the hub lets central in again');
    else log.error({ reason }, 'central is not let in');
  });
  const credentials = { inboxPrefix: centralInbox, nkeyPath: natsNkeyPath };
  for (let attempt = 1; ; attempt++) {
    let connection: NatsConnection | undefined;
    try {
      connection = await dial(
        { servers: natsUrl, name: 'holdfast-central', ...credentials },
        standing,
      );
      const monitorUrls = hubMonitorUrl.split(',');
      const seen = await verifyHub(connection, monitorUrls);
      if (seen.silent.length > 0) {
        log.warn({ servers: seen.silent }, 'servers of the hub do not answer');
      }
      const manager = await jetstreamManager(connection);
      const { replicas, megabytesMax, keepDays } = stream;
      const wanted = { replicas, keepDays, thresholds, bytesMax: megabytesMax * 1024 * 1024 };
      await ensureStreams(manager, wanted);
      const watch = openHubWatch({ connection, monitorUrls, seen, clock: systemClock, log });
      return { connection, manager, stream: jetstream(connection), watch };
    } catch (error) {
      await connection?.close();
      if ((error instanceof Fault && !error.retry) || attempt === startAttempts) throw error;
      await systemClock.sleep(backoff(attempt), signal);
    }
  }
}

/** The ledger: a file of this process, or a schema that centrals share. */
const openStore = ({ storePath, postgres }: CentralConfig, bootId: string): Database =>
  postgres
    ? openShared(whereOf(postgres), bootId, migrations)
    : openDatabase(storePath!, migrations);

/** Reads the files that the config names. Throws Fault INVALID naming the first that is bad. */
function checkCentral({ natsNkeyPath, postgres, erp, otlp }: CentralConfig): void {
  if (otlp) readHeaders(otlp);
  if (natsNkeyPath !== undefined) readSeed(natsNkeyPath);
  if (postgres) whereOf(postgres);
  openErp(erp, openLog('central', 'silent'));
}

/** Where traces go; nowhere where the config names no collector. */
function exporterOf({ otlp }: CentralConfig, log: Logger) {
  const resource = { 'service.name': 'holdfast-central', 'service.version': release };
  return otlp && openExporter({ otlp, resource, clock: systemClock, log });
}

/** Starts central: opens upwards, closes downwards. Resolves once it listens. */
export async function startCentral(config: CentralConfig) {
  const clock = systemClock;
  const log = openLog('central', config.logLevel);
  const starting = new AbortController();
  const stopping = new AbortController();
  const erp = openErp(config.erp, log);
  const exporter = exporterOf(config, log);
  const bootId = `${process.pid}_${clock.nowMs()}_${randomBytes(4).toString('hex')}`;
  const db = openStore(config, bootId);
  const { connection, manager, stream, watch } = await openHub(config, log, starting.signal);
  const reconnected = openBell(clock);
  const watching = (async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') reconnected.ring();
  })();

  const hub = { connection, manager, stream, reconnected };
  const vitals = openVitals();
  const { lanesMax, skewMaxHours, postgres, thresholds } = config;
  const lease = postgres ? { leaseMs: postgres.leaseMs } : {};
  const { rules: switches, inspections } = config;
  const limits = { lanesMax, skewMaxMs: skewMaxHours * 3_600_000, switches, inspections };
  const more = { ...lease, bootId, thresholds, exporter };
  const central = assembleCentral({ db, clock, log, erp, hub, ...limits, ...more });
  const { memory, edges, moved, erpStanding, centrals, meter, hubSeen } = central;
  const shown = { ...memory, edges, erp, erpStanding, centrals, nowMs: clock.nowMs };
  const board = openBoard({ ...shown, db, moved, hubTrouble: watch.trouble });
  const told = { exporter, meter, hubSeen, hubTrouble: watch.trouble };
  const metrics = openMetrics({ ...shown, ...told, db, isShared: postgres !== undefined });
  const app = buildHttp(board, () => metrics(vitals.families()));
  const { thread } = memory;
  const following = keepRunning(follow({ thread, clock, log, signal: stopping.signal }));
  const looking = keepRunning(watch.watch(stopping.signal));
  const services = openServices({ connection, board, bootId, clock, log });
  const url = await app.listen({ host: config.host, port: config.httpPort });

  return {
    url,
    async close(): Promise<void> {
      stopping.abort();
      services.stop();
      const stopped = central.stop();
      await app.close();
      await Promise.all([stopped, following, looking]);
      await connection.close();
      await watching;
      db.close();
      vitals.close();
      await exporter?.close();
    },
  };
}

if (import.meta.main) {
  const start = (given: unknown) => startCentral(readCentralConfig(given));
  const check = (given: unknown) => checkCentral(readCentralConfig(given));
  await runService({ name: 'central', fields, about: { schema: migrations.length }, check, start });
}
