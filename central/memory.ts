import type { Database } from '../shared/database.ts';
import { readableFrom } from '../shared/reader.ts';
import { actMigrations } from './acts.ts';
import { liveMigrations } from './ahead.ts';
import { amendmentMigrations, openAmended } from './amendments.ts';
import { openApprovals } from './approvals.ts';
import { openArchive } from './archive.ts';
import { backlogMigrations, takeBacklog } from './backlog.ts';
import { censusMigrations } from './census.ts';
import { clockMigrations, openClocks, skewUsualMs } from './clocks.ts';
import { correctionMigrations, openCorrections } from './corrections.ts';
import { deedMigrations, openDeeds } from './deeds.ts';
import { deskMigrations } from './desk.ts';
import { openDispatch } from './dispatch.ts';
import { docketMigrations, docketMigrations2, docketMigrations3 } from './docket.ts';
import {
  dossierMigrations,
  dossierMigrations2,
  dossierMigrations3,
  openDossier,
} from './dossier.ts';
import { openDownlink } from './downlink/downlink.ts';
import { downlinkMigrations, downlinkMigrations2 } from './downlink/tables.ts';
import { dropMigrations } from './drop/taking.ts';
import { earlyMigrations } from './early.ts';
import { environmentMigrations } from './environment.ts';
import { openErpStatus } from './erpstatus.ts';
import { openExplain } from './explain.ts';
import { feedMigrations, openBook } from './feed/book.ts';
import { openFiguring } from './figuring/figuring.ts';
import { figureMigrations } from './figuring/fold.ts';
import { type FigureConfig, noFigureConfig } from './figuring/plant.ts';
import {
  queueMigrations,
  queueMigrations2,
  queueMigrations3,
  queueMigrations4,
  queueMigrations5,
  queueMigrations6,
} from './former.ts';
import { genealogyMigrations, openGenealogy } from './genealogy.ts';
import { holdMigrations, holdMigrations2, openHolds } from './holds.ts';
import { type Inspection, type Inspects, openInspections } from './inspections.ts';
import { laneMigrations, openLanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import { openLedger } from './ledger.ts';
import { lettingMigrations } from './lettings.ts';
import { lineageMigrations } from './lineage.ts';
import { openLive } from './live.ts';
import { lossMigrations } from './losses.ts';
import { masterMigrations } from './masters.ts';
import { type Mode, modeMigrations, openModes, type Switch } from './modes.ts';
import { portionMigrations } from './portiontables.ts';
import { openPostings } from './postings.ts';
import { openQualities } from './qualities.ts';
import { openRecall } from './recall.ts';
import { openReconcile } from './reconcile.ts';
import { openRegistry, registryMigrations } from './registry.ts';
import type { Rule } from './ruletable.ts';
import { dispatchMigrations } from './sent.ts';
import { shadowMigrations } from './shadows.ts';
import { ledgerMigrations, shelfMigrations2 } from './shelf.ts';
import type { InboundConfig } from './supplier/config.ts';
import { openInbound } from './supplier/inbound.ts';
import { inboundMigrations } from './supplier/schema.ts';
import { openThread, threadMigrations } from './thread.ts';
import { openTotals, totalsMigrations } from './totals.ts';
import { openTrace } from './trace.ts';
import { turnsOf } from './turns.ts';
import { wardMigrations } from './wardtables.ts';
import { warehouseMigrations } from './warehousetables.ts';

/** Every table of central, in one file: what one transaction must change together. */
export const migrations = [
  [
    ...ledgerMigrations,
    ...dossierMigrations,
    ...totalsMigrations,
    ...holdMigrations,
    ...earlyMigrations,
    ...queueMigrations,
    ...laneMigrations,
  ].join('\n'),
  [...dossierMigrations2, ...correctionMigrations].join('\n'),
  [...holdMigrations2, ...queueMigrations2, ...genealogyMigrations, ...backlogMigrations].join(
    '\n',
  ),
  ...registryMigrations,
  ...clockMigrations,
  ...liveMigrations,
  ...queueMigrations3,
  ...shelfMigrations2,
  ...queueMigrations4,
  [...queueMigrations5, ...censusMigrations].join('\n'),
  ...deskMigrations,
  [...modeMigrations, ...shadowMigrations].join('\n'),
  ...amendmentMigrations,
  [...queueMigrations6, ...dossierMigrations3].join('\n'),
  ...docketMigrations,
  ...lossMigrations,
  ...masterMigrations,
  ...docketMigrations2,
  ...threadMigrations,
  ...dispatchMigrations,
  [...wardMigrations, ...actMigrations, ...dropMigrations].join('\n'),
  ...downlinkMigrations,
  ...figureMigrations,
  ...feedMigrations,
  ...lineageMigrations,
  ...environmentMigrations,
  ...docketMigrations3,
  ...inboundMigrations,
  ...deedMigrations,
  ...downlinkMigrations2,
  [...portionMigrations, ...lettingMigrations, ...warehouseMigrations].join('\n'),
];
// Raised by whoever adds a migration that does not only add: see docs/upgrade.md.
readableFrom(migrations, 28);

/** Pages of the file that are kept in memory, KiB: those to which the lines add now. */
const cacheKib = 64 * 1024;

type Parts = {
  db: Database;
  nowMs: () => number;
  /** By which waits are measured: never jumps. */
  waitMs: () => number;
  maxInFlightMs: number;
  /** How far the time of a fact may be off before its document waits for a person. */
  skewMaxMs?: number | undefined;
  /** What rules do, and where; all of them are live without one. */
  switches?: readonly Switch[] | undefined;
  /** Which inspected lots are received into quality inspection stock; none without one. */
  inspections?: readonly Inspection[] | undefined;
  /** What figures are made with beside facts. */
  figures?: FigureConfig | undefined;
  /** What suppliers deliver, and how it is inspected; none is taken without one. */
  inbound?: InboundConfig | undefined;
  /** Where other centrals share the ledger. */
  leases?: Leases | undefined;
  /** Says what rules do, and which lots are inspected, instead of the configuration. */
  ruling?: Readonly<{
    mode: (rules: readonly Rule[], line: string) => Mode;
    inspects: (usual: boolean) => boolean;
  }>;
  /** Told that a line may have something to ask for. */
  ring?: ((line: string) => void) | undefined;
  /** Sites whose change sets are approved by another person than who drafted them. */
  secondPerson?: readonly string[] | undefined;
};
export type Memory = ReturnType<typeof openMemory>;

/**
 * All that central remembers, in one SQLite file or one schema of PostgreSQL; facts and what they
 * call for commit together. What is remembered beyond a transaction is dropped when another central
 * has written.
 */
export function openMemory(parts: Parts) {
  const { db, nowMs, skewMaxMs = skewUsualMs, switches = [], inspections = [], ring } = parts;
  const { ruling, waitMs, maxInFlightMs, leases, inbound: suppliers } = parts;
  const times = { waitMs, maxInFlightMs, leases };
  db.pragma(`cache_size = -${cacheKib}`);
  const dossier = openDossier(db);
  const lineOf = (eventId: string) => ledger.stored(eventId)?.line;
  const totals = openTotals(db, lineOf);
  const holds = openHolds(db);
  const modes = openModes({ db, dossier, switches, nowMs, judge: ruling?.mode });
  const usual = openInspections(inspections, dossier);
  const inspects: Inspects = ruling ? (...about) => ruling.inspects(usual(...about)) : usual;
  const known = { db, dossier, holds, modes, inspects, lineOf };
  const postings = openPostings({ ...known, nowMs, ...times });
  const clocks = openClocks(db, skewMaxMs);
  takeBacklog(db, (fact) => {
    if (fact.type === 'HoldReduced') holds.note(fact);
    postings.reach(fact);
    postings.save();
  });
  const erpStatus = openErpStatus(db, dossier);
  function undone(): void {
    dossier.undone();
    corrections.undone();
    totals.undone();
    clocks.undone();
    live.undone();
    downlink.undone();
    postings.undone();
  }
  const corrections = openCorrections({ db, stored: (eventId) => ledger.stored(eventId) });
  const ledger = openLedger({
    db,
    nowMs,
    note(facts) {
      for (const fact of facts) {
        const run = dossier.note(fact);
        const effects = corrections.note(fact);
        totals.note(fact, run, effects);
        holds.note(fact);
        postings.note(fact, run, clocks.note(fact, fact.receivedMs), effects);
        live.note(fact);
        dispatch.note(fact);
        downlink.note(fact);
      }
      dossier.save();
      postings.save();
      totals.save();
      clocks.save();
    },
    undone,
    stands(head) {
      live.reach(head);
      postings.movements.touch(head.path);
    },
  });
  const dispatch = openDispatch({ db, nowMs, ring });
  const registry = openRegistry({ db, ledger, nowMs });
  const lanes = openLanes({ db, waitMs: times.waitMs, boot: times.leases?.boot });
  const live = openLive({ db, registry, nowMs, rouse: lanes.rouseHeld });
  function forget(): void {
    undone();
    ledger.undone();
    modes.undone();
  }
  turnsOf(db)?.onForeign(forget);
  const archive = openArchive(db);
  const explain = openExplain({ db, holds, modes, ...postings, edits: openAmended(db) });
  const reconcile = openReconcile({
    ...{ db, dossier, ledger, explain, totals },
    counts: postings.counts,
  });
  const approvals = openApprovals({ masters: dossier.masters, lanes, nowMs });
  const { secondPerson } = parts;
  const { send } = dispatch;
  const lines = () => ledger.lines().map(({ path }) => path);
  const told = { secondPerson, ring, lines };
  const downlink = openDownlink({ db, dossier, approvals, send, nowMs, ...told });
  const thread = openThread(db);
  const trace = openTrace({ db, thread, explain });
  const config = parts.figures ?? noFigureConfig;
  const { plans } = downlink;
  const figuring = openFiguring({ db, dossier, config, skewMaxMs, plans });
  const { reaching } = openGenealogy(db);
  const qualities = openQualities({ ...known, nowMs, ledger, postings, lanes, thread, dispatch });
  const recall = openRecall({ ...qualities, db, thread, dossier, holds, reaching, nowMs });
  const views = { dossier, totals, erpStatus, archive, explain, reconcile, modes, approvals };
  const inbound = openInbound({ ...known, ...qualities, postings, config: suppliers, nowMs });
  const goods = { holds, postings, ledger, registry, live, thread, trace, recall };
  const book = openBook(db);
  const kept = { book, deeds: openDeeds({ db, ledger, nowMs }), dispatch, downlink, figuring };
  return { ...views, ...goods, ...kept, ...qualities, inbound, forget };
}
