import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { backoff } from '../shared/backoff.ts';
import { systemClock } from '../shared/clock.ts';
import { openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { openLog } from '../shared/log.ts';
import { openBell } from '../shared/loop.ts';
import { runService } from '../shared/service.ts';
import { assembleCentral } from './assembly.ts';
import { openBoard } from './board.ts';
import { type CentralConfig, fields, readCentralConfig } from './config.ts';
import { buildHttp } from './http.ts';
import { migrations } from './memory.ts';
import { centralMetrics } from './metrics.ts';
import { sapErp } from './sap.ts';
import { ensureStreams, verifyHub } from './stream.ts';

/** Attempts to reach the hub at start, with growing pauses; about two minutes. */
const startAttempts = 30;

/** Connects for ever, once it has connected. */
const connectHub = (servers: string) =>
  connect({
    servers,
    name: 'holdfast-central',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
    inboxPrefix: '_INBOX_central',
  });

/** The hub, verified and with its streams. Throws Fault INVALID for one that may lose facts. */
async function openHub(config: CentralConfig, signal: AbortSignal) {
  const { natsUrl, hubMonitorUrl, stream } = config;
  for (let attempt = 1; ; attempt++) {
    let connection: NatsConnection | undefined;
    try {
      connection = await connectHub(natsUrl);
      await verifyHub(connection, hubMonitorUrl);
      const manager = await jetstreamManager(connection);
      const { replicas, megabytesMax, keepDays } = stream;
      await ensureStreams(manager, { replicas, keepDays, bytesMax: megabytesMax * 1024 * 1024 });
      return { connection, manager, stream: jetstream(connection) };
    } catch (error) {
      await connection?.close();
      if ((error instanceof Fault && !error.retry) || attempt === startAttempts) throw error;
      await systemClock.sleep(backoff(attempt), signal);
    }
  }
}

/** Starts central: opens upwards, closes downwards. Resolves once it listens. */
export async function startCentral(config: CentralConfig) {
  const clock = systemClock;
  const log = openLog('central', config.logLevel);
  const starting = new AbortController();
  const erp = sapErp(config.erp);
  const db = openDatabase(config.storePath, migrations);
  const { connection, manager, stream } = await openHub(config, starting.signal);
  const reconnected = openBell(clock);
  const watching = (async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') reconnected.ring();
  })();

  const hub = { connection, manager, stream, reconnected };
  const bootId = `${process.pid}_${clock.nowMs()}`;
  const { lanesMax, skewMaxHours } = config;
  const limits = { lanesMax, skewMaxMs: skewMaxHours * 3_600_000 };
  const central = assembleCentral({ db, clock, log, erp, hub, ...limits, bootId });
  const { memory, edges } = central;
  const app = buildHttp(openBoard({ ...memory, edges }), () =>
    centralMetrics({ ...memory, edges, nowMs: clock.nowMs }),
  );
  const url = await app.listen({ host: config.host, port: config.httpPort });

  return {
    url,
    async close(): Promise<void> {
      const stopped = central.stop();
      await app.close();
      await stopped;
      await connection.close();
      await watching;
      db.close();
    },
  };
}

if (import.meta.main) {
  const start = (given: unknown) => startCentral(readCentralConfig(given));
  await runService({ name: 'central', fields, start });
}
