import Fastify, { type FastifyInstance } from 'fastify';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { openDatabase } from '../../shared/database.ts';
import { openExporter } from '../../shared/exporter.ts';
import { readFields } from '../../shared/field.ts';
import { type Logger, openLog } from '../../shared/log.ts';
import { release } from '../../shared/release.ts';
import { admin } from './admin.ts';
import { openComplaints } from './complaint.ts';
import { type SandboxConfig, sandboxFields } from './config.ts';
import { openConfirmations } from './confirmation.ts';
import { faultFields, openFaults } from './faults.ts';
import { openInspections } from './inspection.ts';
import { openJournal } from './journal.ts';
import { openMaster } from './master.ts';
import { openMasters } from './masters.ts';
import { openMovements } from './movement.ts';
import { openPurchasing } from './purchasing.ts';
import { openReversals } from './reversal.ts';
import { sandboxMigrations } from './schema.ts';
import { service } from './service.ts';
import { openSessions } from './session.ts';
import { openStock } from './stock.ts';
import { leaveTrail } from './trail.ts';

const bodyMax = 8 * 1024 * 1024;

export type Sandbox = Readonly<{
  url: string; // "http://127.0.0.1:4711"
  /** Drops what has not been committed, then closes the books. */
  close(): Promise<void>;
}>;

/**
 * Opens the books at `given.path` and serves them on 127.0.0.1.
 *
 * `given` is read by the table `sandboxFields`; throws Fault INVALID naming what is wrong in it.
 */
export async function startSandbox(
  given: Partial<Record<keyof typeof sandboxFields, unknown>>,
  clock: Clock = systemClock,
): Promise<Sandbox> {
  const config = readFields(sandboxFields, given, 'sandbox');
  const db = openDatabase(config.path, sandboxMigrations);
  db.defaultSafeIntegers(true);
  const stopping = new AbortController();
  const log = openLog('sandbox', config.logLevel);
  const app = buildApp(log);
  const exporter = exporterOf(config, clock, log);
  if (exporter) leaveTrail(app, exporter, clock);
  const parts = openBooks(db, config, clock);
  await app.register(admin, { prefix: '/sandbox', db, ...parts });
  await app.register(service, {
    ...{ prefix: '/sap/opu/odata/sap', clock, signal: stopping.signal, ...parts },
    maxInFlightMs: config.maxInFlightMs,
  });
  async function close(): Promise<void> {
    stopping.abort();
    await app.close();
    db.close();
    await exporter?.close();
  }
  try {
    const url = await app.listen({ host: '127.0.0.1', port: config.port });
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where traces go; nowhere where the config names no collector. */
function exporterOf({ otlp }: SandboxConfig, clock: Clock, log: Logger) {
  const resource = { 'service.name': 'holdfast-erp', 'service.version': release };
  return otlp && openExporter({ otlp, resource, clock, log });
}

function openBooks(db: ReturnType<typeof openDatabase>, config: SandboxConfig, clock: Clock) {
  const master = openMaster(db, config.plant, config.storageLocation, clock.nowMs);
  const purchasing = openPurchasing(db, master);
  const movements = openMovements(db, { master, purchasing }, config);
  const books = { master, movements, purchasing };
  return {
    masters: openMasters(db, config.plant, clock.nowMs),
    ...{ config, ...books, stock: openStock(db, config.plant) },
    complaints: openComplaints(db, books, config),
    journal: openJournal(db, master),
    reversals: openReversals(db, { master, books: movements, purchasing }, config),
    inspections: openInspections(db, master, config),
    confirmations: openConfirmations(db, master, config),
    faults: openFaults(readFields(faultFields, {}, 'faults'), config.maxInFlightMs),
    sessions: openSessions(config.tokenLifeMs, clock),
  };
}

/** What no plugin has handled is a bug: logged, answered with a bare 500. */
function buildApp(log: Logger): FastifyInstance {
  const app = Fastify({ bodyLimit: bodyMax, forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    log.error({ err: error }, 'a request failed');
    return reply.code(500).type('text/plain').send('Internal Server Error');
  });
  return app;
}
