import type { Database } from '../../shared/database.ts';
import type { Content, Fact } from '../../shared/event.ts';
import { quantity } from '../../shared/quantity.ts';
import type { HoldScope } from '../posting/rules.ts';

export const holdMigrations = [
  `
  CREATE TABLE hold (
    hold         TEXT PRIMARY KEY,
    placed       INTEGER NOT NULL DEFAULT 0 CHECK (placed IN (0, 1)),   -- its placing is known
    scope        TEXT CHECK (scope IN ('quantity', 'lot', 'operation', 'order', 'line')),
    line         TEXT,
    order_number TEXT,
    operation    TEXT,
    lot          TEXT,
    quantity     INTEGER,                                               -- millionths
    use_as_is    INTEGER NOT NULL DEFAULT 0,
    scrap        INTEGER NOT NULL DEFAULT 0,
    rework       INTEGER NOT NULL DEFAULT 0,
    returned     INTEGER NOT NULL DEFAULT 0,
    released     INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    freed        INTEGER,                                               -- by its release, if said
    is_open      INTEGER GENERATED ALWAYS AS (
      placed AND NOT released
      AND (quantity IS NULL OR use_as_is + scrap + rework + returned < quantity)) STORED
  ) STRICT;
  CREATE INDEX hold_open ON hold (order_number) WHERE is_open;
  CREATE INDEX hold_on_line ON hold (line) WHERE is_open AND scope = 'line';
  CREATE INDEX hold_on_lot ON hold (lot) WHERE scope = 'lot';
  `,
];

/** What came with genealogy. */
export const holdMigrations2 = [
  `
  CREATE TABLE let_go (                          -- lots that a hold reached and holds no more
    hold  TEXT    NOT NULL,
    lot   TEXT    NOT NULL,
    at_ms INTEGER NOT NULL,                      -- the last time, by the clock of the edge
    PRIMARY KEY (hold, lot)
  ) STRICT, WITHOUT ROWID;
  `,
];

export type Hold = Readonly<{
  hold: string;
  scope: HoldScope | null; // null until its placing is known
  order: string | null;
  operation: string | null;
  lot: string | null;
  letGo: 0 | 1; // the lot itself, while it holds what was made of it
}>;
export type Holds = ReturnType<typeof openHolds>;

/** What a fact is about. A decision is about what its hold is about, whatever else it may name. */
export const subjectOf = ({ order, operation, lot }: Content, hold: Hold | undefined) => ({
  order: hold?.order ?? order,
  operation: (hold?.order ? hold.operation : operation) ?? undefined,
  lot: hold?.lot ?? lot,
});

const columns = { useAsIs: 'use_as_is', scrap: 'scrap', rework: 'rework', return: 'returned' };

/** What is asked of the holds. */
function questions(db: Database) {
  const one = db.prepare<[string], Hold>(
    `SELECT hold, scope, order_number AS "order", operation, lot,
       let_go.lot IS NOT NULL AS letGo
     FROM hold LEFT JOIN let_go USING (hold, lot) WHERE hold = ?`,
  );
  const openOn = db
    .prepare<[string], string>(
      'SELECT hold FROM hold WHERE order_number = ? AND is_open ORDER BY hold',
    )
    .pluck();
  const forbidding = db
    .prepare<[string, string | null, string], string>(
      `SELECT hold FROM hold WHERE order_number = ? AND is_open
         AND (scope = 'order' OR scope IN ('operation', 'quantity') AND operation = ?)
       UNION SELECT hold FROM hold WHERE line = ? AND is_open AND scope = 'line'`,
    )
    .pluck();
  const toBlock = db
    .prepare<[string], bigint | null>(
      `SELECT sum(CASE WHEN let_go.lot IS NOT NULL THEN scrap + rework + returned
         ELSE quantity - use_as_is - released
           * coalesce(freed, max(0, quantity - use_as_is - scrap - rework - returned)) END)
       FROM hold LEFT JOIN let_go USING (hold, lot)
       WHERE lot = ? AND scope = 'lot' AND placed`,
    )
    .pluck()
    .safeIntegers();
  const openOnLot = db
    .prepare<[string], string>(
      `SELECT hold FROM hold LEFT JOIN let_go USING (hold, lot)
       WHERE lot = ? AND scope = 'lot' AND is_open AND let_go.lot IS NULL ORDER BY hold`,
    )
    .pluck();
  const toScrap = db
    .prepare<[string], bigint | null>(
      "SELECT sum(scrap) FROM hold WHERE lot = ? AND scope = 'lot' AND placed",
    )
    .pluck()
    .safeIntegers();
  return { one, openOn, openOnLot, forbidding, toBlock, toScrap };
}

/**
 * Every hold that the ledger has heard of: sums of facts, so that a release that arrives before the
 * placing ends in the same state.
 */
export function openHolds(db: Database) {
  const place = db.prepare(
    `INSERT INTO hold (hold, placed, scope, line, order_number, operation, lot, quantity)
     VALUES (?, 1, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (hold) DO UPDATE SET placed = 1, scope = excluded.scope, line = excluded.line,
       order_number = excluded.order_number, operation = excluded.operation, lot = excluded.lot,
       quantity = excluded.quantity`,
  );
  const decide = Object.fromEntries(
    Object.entries(columns).map(([disposition, column]) => [
      disposition,
      db.prepare(
        `INSERT INTO hold (hold, ${column}) VALUES (?, ?)
         ON CONFLICT (hold) DO UPDATE SET ${column} = hold.${column} + excluded.${column}`,
      ),
    ]),
  );
  const release = db.prepare(
    `INSERT INTO hold (hold, released, freed) VALUES (?, 1, ?)
     ON CONFLICT (hold) DO UPDATE SET released = 1, freed = excluded.freed`,
  );
  const letGo = db.prepare(
    `INSERT INTO let_go VALUES (?, ?, ?)
     ON CONFLICT (hold, lot) DO UPDATE SET at_ms = max(let_go.at_ms, excluded.at_ms)`,
  );
  const { one, openOn, openOnLot, forbidding, toBlock, toScrap } = questions(db);

  return {
    /** Takes in a fact about a hold; within the ledger's transaction only. */
    note(fact: Fact): void {
      if (fact.type === 'HoldPlaced') {
        const { hold, scope, quantity: held } = fact.body;
        const { line, order = null, operation = null, lot = null } = fact;
        const micros = held === undefined ? null : quantity(held, 'quantity');
        place.run(hold, scope, line, order, operation, lot, micros);
      } else if (fact.type === 'HoldDispositioned') {
        const { hold, disposition, quantity: decided } = fact.body;
        decide[disposition]!.run(hold, quantity(decided, 'quantity'));
      } else if (fact.type === 'HoldReduced') {
        for (const lot of fact.body.lots) letGo.run(fact.body.hold, lot, fact.recordedMs);
      } else if (fact.type === 'HoldCancelled') {
        release.run(fact.body.hold, null);
      } else if (fact.type === 'HoldReleased') {
        const { hold, quantity: freed } = fact.body;
        release.run(hold, freed === undefined ? null : quantity(freed, 'quantity'));
      }
    },

    one: (hold: string): Hold | undefined => one.get(hold),
    /** Open holds on the order or on anything in it. */
    openOn: (order: string): string[] => openOn.all(order),
    /** Open holds on the lot itself that have not let it go. */
    openOnLot: (lot: string): string[] => openOnLot.all(lot),
    /** Open holds that forbid making available what this operation made at the line. */
    forbidding: (order: string, operation: string | null, line: string): string[] =>
      forbidding.all(order, operation, line),
    /**
     * How much of a lot belongs into blocked stock by all holds known now, scrap not yet taken out;
     * millionths.
     */
    toBlock: (lot: string): bigint => toBlock.get(lot) ?? 0n,
    /** How much of that shall be scrapped, whether it was or not; millionths. */
    toScrap: (lot: string): bigint => toScrap.get(lot) ?? 0n,
  };
}
