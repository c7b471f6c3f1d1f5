import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../../shared/clock.ts';
import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { eventIds, type RandomBytes } from '../../shared/identity.ts';
import type { Logger } from '../../shared/log.ts';
import { keepRunning } from '../../shared/loop.ts';
import type { EdgeConfig } from '../config.ts';
import type { Book } from '../line/book.ts';
import type { Intake } from '../line/intake.ts';
import type { Roster } from '../line/roster.ts';
import { ownCertificate } from '../opcua/owncertificate.ts';
import type { Disk } from '../store/disk.ts';
import { openMachineDesk } from './desk.ts';
import { openDocket } from './docket.ts';
import { openJobDesk } from './jobdesk.ts';
import { openJobWork } from './jobwork.ts';
import { openMachineLedger } from './ledger.ts';
import { openMachines } from './machines.ts';
import { type Mapping, mappingBytesMax, readMapping } from './mapping.ts';
import { machineMetrics } from './metrics.ts';
import type { Listen } from './port.ts';
import { openVersions } from './release.ts';
import { readMachine, readMachines } from './report.ts';
import { tagsOf } from './tags.ts';
import { checkTargets } from './targets.ts';

type Parts = Readonly<{
  config: EdgeConfig;
  mappings: readonly Mapping[];
  db: Database;
  clock: Clock;
  random: RandomBytes;
  log: Logger;
  edge: Readonly<{
    book: Book;
    roster: Roster;
    intake: Intake;
    barred: (line: string) => Fault | undefined;
    disk: Disk;
    changed: { ring(): void };
    signal: AbortSignal;
  }>;
}>;

/** The mapping file of each line that has one. Throws Fault INVALID that names file and mistake. */
export function readMappings({ lines }: EdgeConfig): Mapping[] {
  return lines.flatMap(({ line, machine }) => {
    if (machine === undefined) return [];
    const mapping = readMapping(contentOf(machine), machine);
    tagsOf(mapping, machine);
    checkTargets(mapping, machine);
    if (mapping.line === line) return [mapping];
    throw new Fault('INVALID', `${machine}.line: is ${mapping.line}, the config names ${line}`);
  });
}

function contentOf(path: string): string {
  try {
    if (statSync(path).size <= mappingBytesMax) return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Fault('INVALID', `${path}: cannot be read (${code})`, { cause });
  }
  throw new Fault('INVALID', `${path}: must be at most ${mappingBytesMax} bytes`);
}

const pkiOf = ({ opcuaPkiPath, storePath }: EdgeConfig): string =>
  opcuaPkiPath ?? `${storePath}.pki`;

/** What this edge shows to its machines; nothing until it is made, and where there are none. */
export const machineCertificates = (config: EdgeConfig, mappings: readonly Mapping[]) =>
  mappings.length === 0
    ? []
    : [{ name: 'opcua', path: ownCertificate(pkiOf(config)), isMade: true }];

/**
 * Listens to the machines of this edge and books what they say, until the edge's signal aborts. A
 * program without machines does not load what talks to them.
 */
export function startMachines({ config, mappings, db, clock, random, log, edge }: Parts) {
  const folder = pkiOf(config);
  // The lines work from the start; what talks to machines is loaded beside them.
  const opcua =
    mappings.length === 0
      ? undefined
      : import('../opcua/listen.ts').then(({ openOpcua }) => openOpcua(folder, clock, log));
  const listenTo =
    (mapping: Mapping): Listen =>
    async (...given) =>
      (await opcua!).of(mapping)(...given);
  const { book, roster, intake, barred, disk, changed, signal } = edge;
  const newId = eventIds(clock.nowMs, random);
  const docket = openDocket(db);
  const machines = openMachines({
    counted: docket.count,
    ...{ book, roster, intake, barred, disk, clock, signal, newId, changed: changed.ring },
    machines: mappings.map((mapping) => {
      return { mapping, tags: tagsOf(mapping, 'mapping'), listen: listenTo(mapping) };
    }),
    ledger: openMachineLedger(db),
  });
  const { nowMs } = clock;
  const jobs = openJobDesk({ machines, docket, book, intake, nowMs, versions: openVersions(db) });
  const work = openJobWork({ machines, docket, book, intake, clock, log, signal });
  const isSending = mappings.some(({ units }) =>
    [...units.values()].some((unit) => unit.jobs || unit.writes),
  );
  const loops = [...machines.loops(), ...(isSending ? [keepRunning(work.run())] : [])];
  const status = () => ({ ...readMachines(machines, book), ...jobs.status() });

  return {
    status,
    /** What the status tells of one line's machines; null where none is listened to. */
    of(line: string) {
      const own = readMachine(machines, book, line);
      if (!own) return null;
      const { jobs: all, writes } = jobs.status();
      return { ...own, writes, jobs: all.filter((row) => row.line === line) };
    },
    metrics: () => machineMetrics(status()),
    desk: { ...openMachineDesk({ machines, book, roster, intake, newId }), ...jobs },
    /** Resolves once nothing is listened to or booked any more; after the signal only. */
    async ended(): Promise<void> {
      await Promise.all(loops);
      await (await opcua)?.close();
    },
  };
}
