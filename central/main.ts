import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../shared/clock.ts';
import { readSeed } from '../shared/connection.ts';
import { type Database, openDatabase } from '../shared/database.ts';
import { factTypes } from '../shared/event.ts';
import { openExporter } from '../shared/exporter.ts';
import { type Logger, openLog } from '../shared/log.ts';
import { keepRunning, openBell } from '../shared/loop.ts';
import { readHeaders } from '../shared/otlp.ts';
import { allOf, certificateFamily, checkCertificates, openCertificates } from '../shared/pki.ts';
import { oldestReader } from '../shared/reader.ts';
import { release } from '../shared/release.ts';
import { openSecured } from '../shared/secured.ts';
import { runService } from '../shared/service.ts';
import { openVitals } from '../shared/vitals.ts';
import { assembleCentral } from './assembly.ts';
import { type CentralConfig, fields, readCentralConfig, whereOf } from './config.ts';
import { type Board, openBoard } from './desk/board.ts';
import { tellRules } from './desk/deeds.ts';
import { demandOf, watchDoor } from './desk/door.ts';
import { buildHttp } from './desk/http.ts';
import { operationsOf } from './desk/operations.ts';
import { servePage } from './desk/page.ts';
import { openServices } from './desk/services.ts';
import { openTokens } from './desk/tokens.ts';
import { checkFolder, openFolder, watchFolder } from './drop/folder.ts';
import { openTaking } from './drop/taking.ts';
import { claimLedger, fencedErp } from './environment.ts';
import { openErp } from './erp/connectors.ts';
import { hubTlsIn, openHub } from './hub.ts';
import { type Memory, migrations } from './memory.ts';
import { openMetrics } from './metrics.ts';
import { openReplays } from './replay/replays.ts';
import { openShared } from './sql/sharing.ts';
import { follow } from './story/thread.ts';

/** The ledger: a file of this process, or a schema that centrals share. */
const openStore = ({ storePath, postgres }: CentralConfig, bootId: string): Database =>
  postgres
    ? openShared(whereOf(postgres), bootId, migrations)
    : openDatabase(storePath!, migrations);

/** Replays of a test plant, in a file beside the ledger if no other is named. */
const replaysOf = (config: CentralConfig) => {
  const { environment, replayPath, storePath, rules: switches, inspections, skewMaxHours } = config;
  const path = replayPath ?? (storePath && `${storePath}.replay`);
  const skewMaxMs = skewMaxHours * 3_600_000;
  return openReplays({ path, environment, rules: { switches, inspections, skewMaxMs } });
};

/** Throws Fault INVALID, with the ledger closed, where it is of another environment. */
function claimOrClose(db: Database, { environment }: CentralConfig, nowMs: number): void {
  try {
    claimLedger(db, environment, nowMs);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Reads the files that the config names. Throws Fault INVALID naming the first that is bad. */
function checkCentral(config: CentralConfig): void {
  const { natsNkeyPath, postgres, erp, dropPath, otlp, tokensPath } = config;
  checkCertificates(config, systemClock.nowMs());
  if (otlp) readHeaders(otlp);
  if (natsNkeyPath !== undefined) readSeed(natsNkeyPath);
  hubTlsIn(config);
  if (postgres) whereOf(postgres);
  if (dropPath !== undefined) checkFolder(dropPath, 'config.dropPath');
  openTokens({ path: tokensPath, nowMs: systemClock.nowMs, log: openLog('central', 'silent') });
  openErp(erp, openLog('central', 'silent'));
}

/** Where traces go; nowhere where the config names no collector. */
function exporterOf({ otlp }: CentralConfig, log: Logger) {
  const resource = { 'service.name': 'holdfast-central', 'service.version': release };
  return otlp && openExporter({ otlp, resource, clock: systemClock, log });
}

type Files = {
  config: CentralConfig;
  board: Board;
  memory: Memory;
  db: Database;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};
/** Takes files of quality from the folder that the config names, if it names one. */
async function takeFiles({ config, board, memory, db, ...running }: Files): Promise<void> {
  const { dropPath: path, dropBy: by } = config;
  if (path === undefined) return;
  const { clock, log } = running;
  const { nowMs } = clock;
  const openOn = (lot: string) => memory.wards.openOn('lot', lot);
  const take = openTaking({ db, operations: operationsOf(board), openOn, nowMs, by });
  await watchFolder({ folder: openFolder({ path, take, nowMs, log }), ...running });
}

/** Starts central: opens upwards, closes downwards. Resolves once it listens. */
export async function startCentral(config: CentralConfig) {
  const clock = systemClock;
  const log = openLog('central', config.logLevel);
  const starting = new AbortController();
  const stopping = new AbortController();
  const erp = fencedErp(openErp(config.erp, log), config);
  const exporter = exporterOf(config, log);
  const tokens = openTokens({ path: config.tokensPath, nowMs: clock.nowMs, log });
  const bootId = `${process.pid}_${clock.nowMs()}_${randomBytes(4).toString('hex')}`;
  const db = openStore(config, bootId);
  claimOrClose(db, config, clock.nowMs());
  const { connection, manager, stream, watch } = await openHub(config, log, starting.signal);
  const reconnected = openBell(clock);
  const { door, watching } = await watchDoor(connection, reconnected);

  const hub = { connection, manager, stream, reconnected };
  const vitals = openVitals();
  const { lanesMax, skewMaxHours, postgres, thresholds } = config;
  const lease = postgres ? { leaseMs: postgres.leaseMs } : {};
  const { environment, rules: switches, inspections, inbound, downlink } = config;
  const { figures, stream: sized } = config;
  const feed = config.feed && { ...config.feed, replicas: sized.replicas };
  const skewMaxMs = skewMaxHours * 3_600_000;
  const rules = { switches, inspections, inbound, downlink };
  const limits = { lanesMax, skewMaxMs, ...rules, figures, feed };
  const central = assembleCentral({
    ...{ db, clock, log, erp, hub, environment, ...limits, ...lease, bootId },
    ...{ thresholds, exporter },
  });
  const { memory, edges, moved, erpStanding, centrals, meter, hubSeen, readersSeen } = central;
  const said = { environment, feed, edges, erp, erpStanding, centrals, nowMs: clock.nowMs };
  const shown = { ...memory, ...said, readersSeen };
  const replays = replaysOf(config);
  const hubTrouble = watch.trouble;
  const demandsProof = demandOf(config, door);
  const { standings: certificates } = openCertificates(allOf(config), clock.nowMs);
  const about = { hubTrouble, replays, certificates, demandsProof };
  const board = openBoard({ ...shown, db, moved, ...about });
  tellRules({ db, ...memory });
  const told = { exporter, meter, hubSeen, hubTrouble, isShared: postgres !== undefined };
  const metrics = openMetrics({ ...shown, ...told, db });
  const certified = () => {
    const family = certificateFamily(certificates());
    return { ...family, name: `holdfast_central_${family.name}` };
  };
  const app = buildHttp(board, () => metrics([...vitals.families(), certified()]), tokens);
  await servePage(app, figures.language);
  const { signal } = stopping;
  const following = [
    keepRunning(follow({ reader: memory.thread, what: 'traces', clock, log, signal })),
    keepRunning(follow({ reader: memory.figuring, what: 'figures', clock, log, signal })),
    keepRunning(watch.watch(signal)),
    keepRunning(takeFiles({ config, board, memory, db, clock, log, signal })),
  ];
  const services = openServices({ connection, board, bootId, clock, log, door });
  const url = await app.listen({ host: config.host, port: config.httpPort });
  const { tls } = config;
  const secured = tls && (await openSecured({ tls, server: app.server, clock, log }));

  return {
    url,
    ...(secured && { securedUrl: secured.url }),
    async close(): Promise<void> {
      stopping.abort();
      await secured?.close();
      services.stop();
      const stopped = central.stop();
      await app.close();
      await Promise.all([stopped, ...following]);
      await connection.close();
      await watching;
      replays.close();
      db.close();
      vitals.close();
      await exporter?.close();
    },
  };
}

if (import.meta.main) {
  const start = (given: unknown) => startCentral(readCentralConfig(given));
  const check = (given: unknown) => checkCentral(readCentralConfig(given));
  await runService({
    name: 'central',
    fields,
    about: { schema: migrations.length, reader: oldestReader(migrations), facts: factTypes.length },
    check,
    start,
  });
}
