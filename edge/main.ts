import { systemClock } from '../shared/clock.ts';
import { readSeed } from '../shared/connection.ts';
import { openDatabase } from '../shared/database.ts';
import { type BodyOf, factTypes } from '../shared/event.ts';
import { openExporter } from '../shared/exporter.ts';
import { systemRandom } from '../shared/identity.ts';
import { type Logger, openLog } from '../shared/log.ts';
import { keepRunning } from '../shared/loop.ts';
import { readHeaders } from '../shared/otlp.ts';
import { allOf, certificateFamily, checkCertificates, openCertificates } from '../shared/pki.ts';
import { oldestReader } from '../shared/reader.ts';
import { release } from '../shared/release.ts';
import { openSecured } from '../shared/secured.ts';
import { runService } from '../shared/service.ts';
import { openVitals } from '../shared/vitals.ts';
import { edition } from '../statecharts/edition.ts';
import { assembleEdge } from './assembly.ts';
import { type EdgeConfig, fields, readEdgeConfig } from './config.ts';
import { buildHttp } from './http/http.ts';
import { readPedigree } from './http/pedigree.ts';
import { watchingBy } from './http/watching.ts';
import { meansOf } from './known.ts';
import { readBalance } from './line/balance.ts';
import { machineCertificates, readMappings, startMachines } from './machine/start.ts';
import { openPeople } from './people/people.ts';
import { openBackups } from './store/backup.ts';
import { migrations } from './store/schema.ts';
import { upgradeWith } from './store/upgrade.ts';
import { blaming } from './uplink/blame.ts';
import { openCut } from './uplink/cut.ts';
import { openDrill } from './uplink/drill.ts';
import { joinLeaf, leafTlsIn, openHub } from './uplink/hub.ts';
import { openLeafWatch } from './uplink/leafwatch.ts';
import { openView } from './view/open.ts';

type Edge = ReturnType<typeof assembleEdge>;

/** Reads the files that the config names. Throws Fault INVALID naming the first that is bad. */
function checkEdge(config: EdgeConfig): void {
  readMappings(config);
  if (config.otlp) readHeaders(config.otlp);
  if (config.natsNkeyPath !== undefined) readSeed(config.natsNkeyPath);
  leafTlsIn(config);
  checkCertificates(config, systemClock.nowMs());
}

/** Where traces go, named for the edge's first line; nowhere where the config names none. */
function exporterOf({ otlp, lines }: EdgeConfig, log: Logger) {
  if (!otlp) return undefined;
  const resource = {
    ...{ 'service.name': 'holdfast-edge', 'service.version': release },
    'service.instance.id': lines[0]!.line,
  };
  return openExporter({ otlp, resource, clock: systemClock, log });
}

/** States a drill on a line that can speak. */
const drilledBy =
  ({ roster, barred, intake }: Edge) =>
  (body: BodyOf<'UplinkDrilled'>, by: string): boolean | undefined => {
    const speaker = roster.actors.find(({ path, failure }) => !failure() && !barred(path));
    return speaker && intake.state(() => void speaker.observe('UplinkDrilled', body, by));
  };

/** Starts the edge: opens upwards, closes downwards. Resolves once it listens. */
export async function startEdge(config: EdgeConfig) {
  const mappings = readMappings(config);
  const clock = systemClock;
  const log = openLog('edge', config.logLevel);
  const means = meansOf(config, clock, systemRandom);
  const db = openDatabase(config.storePath, migrations, upgradeWith(config, means));
  const own = { config, db, clock, random: systemRandom, log };
  const vitals = openVitals();
  const exporter = exporterOf(config, log);
  const cut = openCut(clock.monotonicMs);
  const certificates = openCertificates(
    [...allOf(config), ...machineCertificates(config, mappings)],
    clock.nowMs,
  );
  const leaf = openLeafWatch(config.leafMonitorUrl, clock.nowMs);
  const blame = async () => certificates.blame() ?? (await leaf());
  const edge = assembleEdge({
    ...{ ...own, exporter },
    openHub: (parts) => blaming(openHub(parts, joinLeaf(cut)), blame),
  });
  const machines = startMachines({ ...own, mappings, edge });
  const { book, intake, changed, signal } = edge;
  const drill = openDrill({ cut, state: drilledBy(edge), ring: changed.ring, clock, log, signal });
  const { peoplePath: path, idleMs, language } = config;
  const people =
    path === undefined ? undefined : openPeople({ ...{ path, idleMs, db, clock, log }, ...edge });
  const signingOut = people && keepRunning(people.run(signal));
  const backups = openBackups(db, signal);
  const certified = () => {
    const family = certificateFamily(certificates.standings());
    return { ...family, name: `holdfast_edge_${family.name}` };
  };
  const app = await buildHttp({
    ...{ intake, changed, clock, signal, people, screen: { idleMs, language } },
    status: () => ({
      ...{ ...edge.status(), machines: machines.status() },
      ...(people && { people: people.status() }),
      ...{ certificates: certificates.standings(), drill: drill.status() },
    }),
    metrics: () => `${edge.metrics([...vitals.families(), certified()])}${machines.metrics()}`,
    heard: machines.status,
    machines: machines.desk,
    charted: book.moved,
    pedigree: (lot) => readPedigree(book, lot),
    balance: (order) => readBalance(book, order),
    ...{ backup: backups.make, drill },
    view: {
      ...openView({ config, db, clock, edge, machine: machines.of }),
      watching: people && watchingBy(people.gate),
    },
  });
  const url = await app.listen({ host: config.host, port: config.httpPort });
  const drilling = keepRunning(drill.run());
  const { tls } = config;
  const secured = tls && (await openSecured({ tls, server: app.server, clock, log }));

  return {
    url,
    ...(secured && { securedUrl: secured.url }),
    async close(): Promise<void> {
      const stopped = edge.stop();
      await secured?.close();
      await app.close();
      await Promise.all([stopped, backups.idle(), machines.ended(), signingOut, drilling]);
      edge.leave();
      db.close();
      vitals.close();
      await exporter?.close();
    },
  };
}

if (import.meta.main) {
  await runService({
    ...{ name: 'edge', fields },
    about: {
      schema: migrations.length,
      reader: oldestReader(migrations),
      facts: factTypes.length,
      charts: edition,
    },
    check: (given) => checkEdge(readEdgeConfig(given)),
    start: (given) => startEdge(readEdgeConfig(given)),
  });
}
