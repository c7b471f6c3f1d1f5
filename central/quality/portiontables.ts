import type { Database } from '../../shared/database.ts';
import { amountOf, type Quantity, zero } from '../../shared/quantity.ts';

export const portionMigrations = [
  `
  CREATE TABLE portion (                         -- what became of a lot that a hold of central held
    act       INTEGER NOT NULL,                  -- by which two people decided it
    hold      TEXT    NOT NULL,
    lot       TEXT    NOT NULL,
    unit      TEXT,
    at_ms     INTEGER NOT NULL,
    line      TEXT,                              -- where what is not used as it is lies
    use_as_is TEXT    NOT NULL,                  -- decimal texts
    rework    TEXT    NOT NULL,
    scrap     TEXT    NOT NULL,
    returned  TEXT    NOT NULL,
    up_to     INTEGER NOT NULL,                  -- the last posting that there was then
    PRIMARY KEY (act)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX portion_hold ON portion (hold, lot);
  CREATE INDEX portion_lot ON portion (lot);
  CREATE TRIGGER portion_is_history BEFORE UPDATE ON portion
    BEGIN SELECT raise(ABORT, 'what was decided is never edited'); END;
  CREATE TRIGGER portion_is_kept BEFORE DELETE ON portion
    BEGIN SELECT raise(ABORT, 'what was decided is never deleted'); END;
  `,
];

/** What two people decided of a lot; decimal texts. */
export type Portion = Readonly<{
  act: number;
  hold: string;
  lot: string;
  unit: string | null;
  atMs: number;
  line: string | null;
  useAsIs: string;
  rework: string;
  scrap: string;
  return: string;
}>;

const columns = `act, hold, lot, unit, at_ms AS atMs, line, use_as_is AS useAsIs, rework, scrap,
  returned AS "return"`;
/** Most decisions of one hold or lot that are told, the newest. */
const toldMax = 1_000;
/** How a row in the table of all holds is called that no line can place: ids have no line break. */
const rowName = (act: number): string => `decided\n${act}`;
const micros = (row: Portion) => [row.useAsIs, row.scrap, row.rework, row.return].map(amountOf);

export function openPortionTables(db: Database) {
  const of = (where: string) =>
    db.prepare<[string], Portion>(
      `SELECT ${columns} FROM portion WHERE ${where} ORDER BY act DESC LIMIT ${toldMax}`,
    );
  const [ofHold, ofLot] = [of('hold = ?'), of('lot = ?')];
  const both = db.prepare<[string, string], Portion>(
    `SELECT ${columns} FROM portion WHERE hold = ? AND lot = ? ORDER BY act`,
  );
  const add = db.prepare(
    `INSERT INTO portion (act, hold, lot, unit, at_ms, line, use_as_is, rework, scrap, returned,
       up_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM posting))`,
  );
  const addRow = db.prepare(
    `INSERT INTO hold (hold, placed, scope, line, lot, quantity, use_as_is, scrap, rework, returned)
     VALUES (?, 1, 'lot', '', ?, ?, ?, ?, ?, ?)`,
  );
  const pending = db
    .prepare<[string], bigint>('SELECT rework + returned FROM hold WHERE hold = ?')
    .pluck()
    .safeIntegers();
  const settle = db.prepare(
    `UPDATE hold SET quantity = quantity - rework - returned, rework = 0, returned = 0
     WHERE hold = ?`,
  );

  return {
    /** Keeps it, and what of it belongs into blocked stock, or out of all stock. */
    add(row: Portion): void {
      const { act, hold, lot, unit, atMs, line, useAsIs, rework, scrap, return: back } = row;
      add.run(act, hold, lot, unit, atMs, line, useAsIs, rework, scrap, back);
      const parts = micros(row);
      addRow.run(
        rowName(act),
        lot,
        parts.reduce((sum, one) => sum + one, zero),
        ...parts,
      );
    },
    /** What was to be reworked or to go back, and waits in blocked stock for its next decision. */
    pending: (hold: string, lot: string): Quantity =>
      both.all(hold, lot).reduce((sum, { act }) => sum + (pending.get(rowName(act)) ?? zero), zero),
    /** All of that is decided anew. */
    settle(hold: string, lot: string): void {
      for (const { act } of both.all(hold, lot)) settle.run(rowName(act));
    },
    ofHold: (hold: string): readonly Portion[] => ofHold.all(hold),
    ofLot: (lot: string): readonly Portion[] => ofLot.all(lot),
  };
}

/** Whether a receipt was planned before a hold of central had its lot decided: it waits no more. */
export function openDecided(db: Database) {
  const decided = db
    .prepare<[string, string, number], 1>(
      'SELECT 1 FROM portion WHERE hold = ? AND lot = ? AND up_to >= ? LIMIT 1',
    )
    .pluck();
  return ({ id, lot }: Readonly<{ id: number; lot: string | null }>) =>
    (hold: string): boolean =>
      decided.get(hold, lot ?? '', id) !== undefined;
}
