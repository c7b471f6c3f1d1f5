import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import type { Run } from '../posting/rules.ts';
import { openMasters } from './masters.ts';
import { openOrderbook } from './orderbook.ts';

export const dossierMigrations = [
  `
  CREATE TABLE production_order (
    order_number      TEXT PRIMARY KEY,
    released          INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    material          TEXT    NOT NULL DEFAULT '',
    quantity          TEXT    NOT NULL DEFAULT '0',
    unit              TEXT    NOT NULL DEFAULT '',
    tolerance_percent INTEGER NOT NULL DEFAULT 0,
    started           INTEGER NOT NULL DEFAULT 0 CHECK (started IN (0, 1)),
    closed            INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    judged            INTEGER NOT NULL DEFAULT 0 CHECK (judged IN (0, 1)),  -- an edge allowed it
    closed_after      INTEGER NOT NULL DEFAULT 0,  -- facts about it that were stated before
    facts             INTEGER NOT NULL DEFAULT 0   -- facts about it that the ledger holds
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE run (
    line       TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    phase      TEXT    NOT NULL,
    started_ms INTEGER NOT NULL,
    PRIMARY KEY (line, run)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lot (
    lot          TEXT PRIMARY KEY,
    order_number TEXT,                             -- that produced it; NULL for a component
    material     TEXT NOT NULL,
    unit         TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** What came with version 2 of the charts. */
export const dossierMigrations2 = [
  `
  ALTER TABLE production_order
    ADD COLUMN completed INTEGER NOT NULL DEFAULT 0 CHECK (completed IN (0, 1));
  -- Quality must release it.
  ALTER TABLE lot ADD COLUMN inspect INTEGER NOT NULL DEFAULT 0 CHECK (inspect IN (0, 1));
  ALTER TABLE lot ADD COLUMN released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1));
  `,
];

/** What came with reversals that take back what was posted. */
export const dossierMigrations3 = [
  `
  -- Some of it was stated as made and does not count: no more is issued than was received.
  ALTER TABLE lot ADD COLUMN unmade INTEGER NOT NULL DEFAULT 0 CHECK (unmade IN (0, 1));
  `,
];

export type Lot = Readonly<{
  order: string | null;
  material: string;
  unit: string;
  inspect: 0 | 1;
  released: 0 | 1;
  unmade: 0 | 1;
}>;
export type Dossier = ReturnType<typeof openDossier>;

/** What central knows of orders, open runs and lots: a fold over the ledger, in its transaction. */
export function openDossier(db: Database) {
  const orderbook = openOrderbook(db);
  const masters = openMasters(db);
  const openRun = db.prepare(
    `INSERT INTO run VALUES (?, ?, ?, ?) ON CONFLICT (line, run)
       DO UPDATE SET phase = excluded.phase, started_ms = excluded.started_ms`,
  );
  const runOf = db.prepare<[string, string], Run>(
    'SELECT phase, started_ms AS startedMs FROM run WHERE line = ? AND run = ?',
  );
  const endRun = db.prepare('DELETE FROM run WHERE line = ? AND run = ?');
  const makeLot = db.prepare(
    `INSERT INTO lot (lot, order_number, material, unit, inspect) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (lot) DO UPDATE SET order_number = excluded.order_number,
       material = excluded.material, unit = excluded.unit,
       inspect = max(lot.inspect, excluded.inspect)`,
  );
  const seeLot = db.prepare(
    'INSERT INTO lot (lot, material, unit) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const releaseLot = db.prepare(
    `INSERT INTO lot (lot, material, unit, released) VALUES (?, '', '', 1)
     ON CONFLICT (lot) DO UPDATE SET released = 1`,
  );
  const lot = db.prepare<[string], Lot>(
    `SELECT order_number AS "order", material, unit, inspect, released, unmade
     FROM lot WHERE lot = ?`,
  );
  const unmake = db.prepare('UPDATE lot SET unmade = 1 WHERE lot = ? AND NOT unmade');

  return {
    ...orderbook,
    masters,
    /** Forgets what was not committed. */
    undone(): void {
      orderbook.undone();
      masters.undone();
    },
    /** The first version of these kinds that the order names and its site does not know. */
    lacking: masters.lacking,

    /**
     * Takes in a fact, in the ledger's transaction, which ends with `save`; returns the run that it
     * ends, if it ends one.
     */
    note(fact: Fact): Run | undefined {
      const { line } = fact;
      orderbook.note(fact);
      switch (fact.type) {
        case 'OrderReleased':
          masters.note(fact);
          return undefined;
        case 'PhaseStarted':
          openRun.run(line, fact.body.run, fact.body.phase, fact.atMs);
          return undefined;
        case 'PhaseEnded': {
          const run = runOf.get(line, fact.body.run);
          endRun.run(line, fact.body.run);
          return run;
        }
        case 'LotProduced':
          makeLot.run(
            ...[fact.lot, fact.order, fact.body.material, fact.body.unit],
            fact.body.inspect ? 1 : 0,
          );
          return undefined;
        case 'LotReleased':
          releaseLot.run(fact.lot);
          return undefined;
        case 'MaterialConsumed':
          seeLot.run(fact.lot, fact.body.material, fact.body.unit);
          return undefined;
        default:
          return undefined;
      }
    },

    lot: (number: string): Lot | undefined => lot.get(number),
    /** The order, or the one that has produced the lot; undefined where nobody knows of one. */
    orderOf: (order: string | undefined, number: string | undefined): string | undefined =>
      order ?? (number === undefined ? undefined : lot.get(number)?.order) ?? undefined,
    /** Some of the lot does not count as made. */
    unmake: (number: string): void => void unmake.run(number),
  };
}
