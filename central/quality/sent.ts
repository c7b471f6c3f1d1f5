import type { Database } from '../../shared/database.ts';

export const dispatchMigrations = [
  `
  CREATE TABLE dispatch (                        -- what central asks of lines, in order
    line       TEXT    NOT NULL,
    number     INTEGER NOT NULL CHECK (number >= 1),
    command_id TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    by         TEXT    NOT NULL CHECK (by <> ''),
    reason     TEXT    NOT NULL,
    source     TEXT,                             -- what led to it: twice is once
    again_of   INTEGER,                          -- the number that another ledger had used
    type       TEXT    NOT NULL,
    content    TEXT    NOT NULL,                 -- type, what it is about, body; as JSON
    state      TEXT    NOT NULL CHECK (state = 'pending' OR state = 'applied'
      OR state = 'refused' OR state = 'foreign' OR state = 'displaced'),
    ended_ms   INTEGER CHECK ((ended_ms IS NULL) = (state = 'pending')),
    event_id   TEXT,                             -- the fact that says so
    rule       TEXT,
    words      TEXT,
    PRIMARY KEY (line, number)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX dispatch_source ON dispatch (line, source) WHERE source IS NOT NULL;
  CREATE INDEX dispatch_state ON dispatch (state, line, number);
  CREATE TRIGGER dispatch_has_no_hole BEFORE INSERT ON dispatch
    WHEN new.number <> 1 + coalesce((SELECT max(number) FROM dispatch WHERE line = new.line), 0)
    BEGIN SELECT raise(ABORT, 'commands of a line are numbered without holes'); END;
  CREATE TRIGGER dispatch_is_history BEFORE UPDATE ON dispatch
    WHEN old.state <> 'pending' OR new.line <> old.line OR new.number <> old.number
      OR new.command_id <> old.command_id OR new.content <> old.content OR new.by <> old.by
    BEGIN SELECT raise(ABORT, 'what was sent is never edited'); END;
  CREATE TRIGGER dispatch_is_kept BEFORE DELETE ON dispatch
    BEGIN SELECT raise(ABORT, 'what was sent is never deleted'); END;
  `,
];

export const sentStates = ['pending', 'applied', 'refused', 'foreign', 'displaced'] as const;
export type SentState = (typeof sentStates)[number];

/** What central asks of a line, and what came of it. */
export type Sent = Readonly<{
  line: string;
  number: number;
  commandId: string;
  atMs: number;
  by: string;
  reason: string;
  source: string | null;
  againOf: number | null;
  type: string;
  state: SentState;
  endedMs: number | null;
  eventId: string | null;
  rule: string | null;
  words: string | null;
}>;
export type Row = Sent & { content: string };
export type Told = Pick<Row, 'line' | 'by' | 'reason' | 'source' | 'againOf' | 'type' | 'content'>;

const columns = `line, number, command_id AS commandId, at_ms AS atMs, by, reason, source,
  again_of AS againOf, type, state, ended_ms AS endedMs, event_id AS eventId, rule, words, content`;

/** What is asked of the table, prepared once. */
export function sentTables(db: Database) {
  return {
    newest: db
      .prepare<[string], number | null>('SELECT max(number) FROM dispatch WHERE line = ?')
      .pluck(),
    one: db.prepare<[string, number], Row>(
      `SELECT ${columns} FROM dispatch WHERE line = ? AND number = ?`,
    ),
    bySource: db.prepare<[string, string], Row>(
      `SELECT ${columns} FROM dispatch WHERE line = ? AND source = ?`,
    ),
    behind: db.prepare<[string, number, number], Row>(
      `SELECT ${columns} FROM dispatch WHERE line = ? AND number > ? ORDER BY number LIMIT ?`,
    ),
    shown: db.prepare<[string, number, number], Row>(
      `SELECT ${columns} FROM dispatch WHERE line = ? AND number < ?
       ORDER BY number DESC LIMIT ?`,
    ),
    inState: db.prepare<[string, number], Row>(
      `SELECT ${columns} FROM dispatch WHERE state = ? ORDER BY line, number LIMIT ?`,
    ),
    waiting: db.prepare<[string], { waiting: number; sinceMs: number | null }>(
      `SELECT count(*) AS waiting, min(at_ms) AS "sinceMs" FROM dispatch
       WHERE line = ? AND state = 'pending'`,
    ),
    allWaiting: db.prepare<[], { line: string; waiting: number; sinceMs: number }>(
      `SELECT line, count(*) AS waiting, min(at_ms) AS "sinceMs" FROM dispatch
       WHERE state = 'pending' GROUP BY line`,
    ),
    foreign: db
      .prepare<[number], number>(
        "SELECT count(*) FROM dispatch WHERE state = 'foreign' AND ended_ms > ?",
      )
      .pluck(),
    add: db.prepare(
      `INSERT INTO dispatch (line, number, command_id, at_ms, by, reason, source, again_of, type,
         content, state, ended_ms, words)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    end: db.prepare(
      `UPDATE dispatch SET state = ?, ended_ms = ?, event_id = ?, rule = ?, words = ?
       WHERE line = ? AND number = ?`,
    ),
    displace: db.prepare(
      `UPDATE dispatch SET state = 'displaced', ended_ms = ?, event_id = ?, words = ?, source = NULL
       WHERE line = ? AND number = ?`,
    ),
  };
}
