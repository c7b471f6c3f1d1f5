import type { Database } from '../shared/database.ts';
import { readableFrom } from '../shared/reader.ts';
import { openApprovals } from './desk/approvals.ts';
import { deedMigrations, openDeeds } from './desk/deeds.ts';
import { deskMigrations } from './desk/desk.ts';
import { openDownlink } from './downlink/downlink.ts';
import { downlinkMigrations, downlinkMigrations2 } from './downlink/tables.ts';
import { dropMigrations } from './drop/taking.ts';
import { environmentMigrations } from './environment.ts';
import { openErpStatus } from './erp/erpstatus.ts';
import { feedMigrations, openBook } from './feed/book.ts';
import { openFiguring } from './figuring/figuring.ts';
import { figureMigrations } from './figuring/fold.ts';
import { type FigureConfig, noFigureConfig } from './figuring/plant.ts';
import { liveMigrations } from './ledger/ahead.ts';
import { openArchive } from './ledger/archive.ts';
import { backlogMigrations, takeBacklog } from './ledger/backlog.ts';
import { censusMigrations } from './ledger/census.ts';
import { clockMigrations, openClocks, skewUsualMs } from './ledger/clocks.ts';
import {
  dossierMigrations,
  dossierMigrations2,
  dossierMigrations3,
  openDossier,
} from './ledger/dossier.ts';
import { earlyMigrations } from './ledger/early.ts';
import { openLedger } from './ledger/ledger.ts';
import { openLive } from './ledger/live.ts';
import { masterMigrations } from './ledger/masters.ts';
import { openRegistry, registryMigrations } from './ledger/registry.ts';
import { ledgerMigrations, shelfMigrations2 } from './ledger/shelf.ts';
import { openTotals, totalsMigrations } from './ledger/totals.ts';
import { amendmentMigrations, openAmended } from './posting/amendments.ts';
import { correctionMigrations, openCorrections } from './posting/corrections.ts';
import { docketMigrations, docketMigrations2, docketMigrations3 } from './posting/docket.ts';
import {
  queueMigrations,
  queueMigrations2,
  queueMigrations3,
  queueMigrations4,
  queueMigrations5,
  queueMigrations6,
} from './posting/former.ts';
import { type Inspection, type Inspects, openInspections } from './posting/inspections.ts';
import { laneMigrations, openLanes } from './posting/lanes.ts';
import type { Leases } from './posting/leases.ts';
import { lossMigrations } from './posting/losses.ts';
import { type Mode, modeMigrations, openModes, type Switch } from './posting/modes.ts';
import { openPostings } from './posting/postings.ts';
import type { Rule } from './posting/ruletable.ts';
import { shadowMigrations } from './posting/shadows.ts';
import { actMigrations } from './quality/acts.ts';
import { openDispatch } from './quality/dispatch.ts';
import { holdMigrations, holdMigrations2, openHolds } from './quality/holds.ts';
import { lettingMigrations } from './quality/lettings.ts';
import { portionMigrations } from './quality/portiontables.ts';
import { openQualities } from './quality/qualities.ts';
import { dispatchMigrations } from './quality/sent.ts';
import { wardMigrations } from './quality/wardtables.ts';
import { warehouseMigrations } from './quality/warehousetables.ts';
import { openReconcile } from './reconcile/reconcile.ts';
import { turnsOf } from './sql/turns.ts';
import { openExplain } from './story/explain.ts';
import { genealogyMigrations, openGenealogy } from './story/genealogy.ts';
import { lineageMigrations } from './story/lineage.ts';
import { openRecall } from './story/recall.ts';
import { openThread, threadMigrations } from './story/thread.ts';
import { openTrace } from './story/trace.ts';
import type { InboundConfig } from './supplier/config.ts';
import { openInbound } from './supplier/inbound.ts';
import { inboundMigrations } from './supplier/schema.ts';

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
