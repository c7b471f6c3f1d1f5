import type { Database } from '../shared/database.ts';
import { correctionMigrations, openCorrections } from './corrections.ts';
import { dossierMigrations, dossierMigrations2, openDossier } from './dossier.ts';
import { earlyMigrations } from './early.ts';
import { openErpStatus } from './erpstatus.ts';
import { holdMigrations, openHolds } from './holds.ts';
import { laneMigrations } from './lanes.ts';
import { openLedger } from './ledger.ts';
import { openPostings } from './postings.ts';
import { queueMigrations } from './queue.ts';
import { ledgerMigrations } from './shelf.ts';
import { openTotals, totalsMigrations } from './totals.ts';

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
];

type Parts = {
  db: Database;
  nowMs: () => number;
  /** By which waits are measured: never jumps. */
  waitMs: () => number;
  maxInFlightMs: number;
};
export type Memory = ReturnType<typeof openMemory>;

/** All that central remembers, in one SQLite file; facts and what they call for commit together. */
export function openMemory({ db, nowMs, waitMs, maxInFlightMs }: Parts) {
  const dossier = openDossier(db);
  const totals = openTotals(db);
  const holds = openHolds(db);
  const postings = openPostings({ db, dossier, holds, nowMs, waitMs, maxInFlightMs });
  const erpStatus = openErpStatus(db, dossier);
  const corrections = openCorrections({ db, bytesOf: (eventId) => ledger.bytesOf(eventId) });
  const ledger = openLedger({
    db,
    nowMs,
    note(facts) {
      for (const fact of facts) {
        const run = dossier.note(fact);
        totals.note(fact, run, corrections.note(fact));
        holds.note(fact);
        postings.note(fact, run);
      }
      totals.save();
    },
    undone: totals.undone,
  });
  return { dossier, totals, erpStatus, holds, postings, ledger };
}
