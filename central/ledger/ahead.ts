import type { Database } from '../../shared/database.ts';
import type { PostingRow } from '../posting/queue.ts';

export const liveMigrations = [
  `
  CREATE TABLE live (                            -- copies of facts that the ledger lacks yet
    line        TEXT    NOT NULL,
    epoch       INTEGER NOT NULL CHECK (epoch >= 1),
    sequence    INTEGER NOT NULL CHECK (sequence >= 1),
    received_ms INTEGER NOT NULL,
    bytes       BLOB    NOT NULL,
    hash        BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (line, epoch, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ahead (                           -- holds that were among them: in force
    event_id     BLOB    PRIMARY KEY CHECK (length(event_id) = 16),
    hold         TEXT    NOT NULL,
    scope        TEXT    NOT NULL
      CHECK (scope IN ('quantity', 'lot', 'operation', 'order', 'line')),
    line         TEXT    NOT NULL,
    epoch        INTEGER NOT NULL,
    sequence     INTEGER NOT NULL,
    order_number TEXT,
    operation    TEXT,
    lot          TEXT,
    received_ms  INTEGER NOT NULL,
    bytes        BLOB    NOT NULL,
    lost         TEXT                            -- why it may never come; NULL until then
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ahead_line ON ahead (line, epoch, sequence);
  `,
];

/** A hold that was told ahead; `lost` says why its fact may never come. */
export type AheadRow = Readonly<{
  eventId: Buffer;
  hold: string;
  line: string;
  epoch: number;
  sequence: number;
  bytes: Buffer;
  lost: string | null;
}>;

/**
 * Holds that an edge has told ahead of their place in its line's order: what they forbid until the
 * ledger has them. In doubt they reach further than they will then: whatever was made of a held
 * lot, and all of what is held in part. Nothing that is told ahead ever frees anything.
 */
export function openAhead(db: Database) {
  const any = db.prepare<[], 1>('SELECT 1 FROM ahead LIMIT 1').pluck();
  const forbidding = db
    .prepare<[string | null, string | null, string], string>(
      `SELECT hold FROM ahead WHERE order_number = ?
         AND (scope = 'order' OR scope IN ('operation', 'quantity') AND operation = ?)
       UNION SELECT hold FROM ahead WHERE line = ? AND scope = 'line' ORDER BY hold`,
    )
    .pluck();
  const reaching = db
    .prepare<[string], string>(
      `WITH RECURSIVE walk (hold, node) AS (
         SELECT hold, 'lot:' || lot FROM ahead WHERE scope = 'lot' AND lot IS NOT NULL
         UNION SELECT hold, target FROM walk JOIN link ON source = node)
       SELECT DISTINCT hold FROM walk WHERE node = ? ORDER BY hold`,
    )
    .pluck();

  const onLot = (lot: string | null): string[] => (lot === null ? [] : reaching.all(`lot:${lot}`));

  return {
    /** Holds by which this posting waits until the ledger has them. */
    holding(row: PostingRow): string[] {
      if (any.get() === undefined) return [];
      switch (row.kind) {
        case 'goodsReceipt':
        case 'usageDecision':
          if (row.kind === 'goodsReceipt' && row.inspection === 1) return []; // not available yet
          return [...forbidding.all(row.order, row.operation, row.line), ...onLot(row.lot)];
        case 'goodsIssue':
        case 'unblockStock':
        case 'cancelIssue':
          return onLot(row.lot);
        default:
          return [];
      }
    },
  };
}
