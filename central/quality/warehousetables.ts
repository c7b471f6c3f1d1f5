import type { Database } from '../../shared/database.ts';
import { flies } from '../posting/docket.ts';
import type { PostingRow } from '../posting/queue.ts';

export const warehouseMigrations = [
  `
  CREATE TABLE ward_stock (                      -- lots of others that holds of central reach
    lot      TEXT PRIMARY KEY,
    material TEXT,                               -- as whoever holds it has said
    unit     TEXT,                               -- that the ERP counts it in
    asked_ms INTEGER,                            -- when the ERP was asked last
    state    TEXT NOT NULL CHECK (state = 'not yet asked' OR state = 'told'
      OR state = 'not known' OR state = 'cannot tell' OR state = 'not read' OR state = 'off'
      OR state = 'shadow'),
    why      TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ward_block (                      -- documents that block what the ERP told of
    key      TEXT PRIMARY KEY,
    lot      TEXT NOT NULL,
    quantity TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ward_block_lot ON ward_block (lot);
  `,
];

/** How a row in the table of all holds is called that no line can place: ids have no line break. */
export const keptName = (lot: string): string => `stock\n${lot}`;

export type StockState =
  | ('not yet asked' | 'told' | 'not known' | 'cannot tell' | 'not read' | 'off' | 'shadow')
  | ('moving' | 'parked');
/** What is known of a lot's stock in the ERP, of a lot that none of our orders made. */
export type StockTold = Readonly<{
  state: StockState;
  why: string | null;
  askedMs: number | null;
  blocked: string; // of what the ERP told of, and not decided since
}>;
type Row = Readonly<{ material: string | null; unit: string | null; askedMs: number | null }> &
  Readonly<{ state: StockState; why: string | null }>;

const moves = `(kind = 'blockStock' OR kind = 'unblockStock' OR kind = 'scrapStock'
  OR kind = 'returnDelivery' OR kind = 'usageDecision')`;

/** What is asked of the tables of stock that central's holds hold, prepared once. */
export function warehouseTables(db: Database) {
  const pluck = <A extends unknown[], R>(sql: string) => db.prepare<A, R>(sql).pluck();
  return {
    one: db.prepare<[string], Row>(
      'SELECT material, unit, asked_ms AS askedMs, state, why FROM ward_stock WHERE lot = ?',
    ),
    note: db.prepare(
      `INSERT INTO ward_stock (lot, material, state) VALUES (?, ?, 'not yet asked')
       ON CONFLICT (lot) DO UPDATE SET asked_ms = NULL, state = 'not yet asked', why = NULL,
         material = coalesce(excluded.material, ward_stock.material)`,
    ),
    skip: db.prepare('UPDATE ward_stock SET asked_ms = ? WHERE lot = ?'),
    due: pluck<[number, number], string>(
      `SELECT lot FROM ward_stock WHERE (asked_ms IS NULL OR asked_ms <= ?) AND state <> 'shadow'
       ORDER BY coalesce(asked_ms, 0), lot LIMIT ?`,
    ),
    ask: db.prepare(
      `UPDATE ward_stock SET asked_ms = ?, state = ?, why = ?, unit = coalesce(?, unit)
       WHERE lot = ?`,
    ),
    /** What stands of the lot in our own books, in few words. */
    stamp: pluck<[string], string>(
      `SELECT count(*) || ' ' || coalesce(max(id), 0) || ' '
         || coalesce(sum(CASE WHEN state = 'posted' THEN 1 ELSE 0 END), 0)
       FROM posting WHERE lot = ?`,
    ),
    flying: pluck<[string], string>(`SELECT kind FROM posting WHERE lot = ? AND ${flies} LIMIT 1`),
    opened: db.prepare<[string], Pick<PostingRow, 'kind' | 'state' | 'reason'>>(
      `SELECT kind, state, reason FROM posting WHERE lot = ? AND ${moves}
         AND state <> 'posted' AND state <> 'void'
       ORDER BY CASE WHEN state = 'parked' THEN 0 ELSE 1 END, id LIMIT 1`,
    ),
    kept: pluck<[string], bigint | null>('SELECT quantity FROM hold WHERE hold = ?').safeIntegers(),
    keep: db.prepare(
      `INSERT INTO hold (hold, placed, scope, line, lot, quantity, released, freed)
       VALUES (?, 1, 'lot', '', ?, ?, 1, 0)
       ON CONFLICT (hold) DO UPDATE SET quantity = excluded.quantity`,
    ),
    blocks: pluck<[string], 1>('SELECT 1 FROM ward_block WHERE key = ?'),
    count: pluck<[string], number>('SELECT count(*) FROM ward_block WHERE lot = ?'),
    add: db.prepare('INSERT INTO ward_block VALUES (?, ?, ?)'),
  };
}
