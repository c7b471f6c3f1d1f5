import type { Database } from '../../shared/database.ts';
import type { Posted } from '../../shared/replay.ts';
import type { Outcome } from '../erp/erp.ts';

/** In the file of a replay, behind central's own tables. */
export const replayMigrations = [
  `
  CREATE TABLE replay (
    id          TEXT    NOT NULL,                -- of this replay
    source      TEXT    NOT NULL,
    day         TEXT    NOT NULL,
    from_ms     INTEGER NOT NULL,
    until_ms    INTEGER NOT NULL,
    lines       TEXT    NOT NULL,                -- whose documents are compared, JSON; all: []
    position    INTEGER NOT NULL,                -- in the source, of the last fact that was taken
    now_ms      INTEGER NOT NULL,                -- when that came there
    facts       INTEGER NOT NULL,
    day_facts   INTEGER NOT NULL,
    is_compared INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE replay_document (                 -- what was made of the facts there
    key    TEXT PRIMARY KEY,
    is_day INTEGER NOT NULL,
    body   TEXT NOT NULL                         -- as JSON
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE replay_due (                      -- what is known to have happened, and when
    at_ms INTEGER NOT NULL,
    id    INTEGER PRIMARY KEY,
    key   TEXT    NOT NULL,
    what  TEXT    NOT NULL                       -- an answer of the ERP, or what a person said
  ) STRICT;
  CREATE INDEX replay_due_time ON replay_due (at_ms, id);
  CREATE TABLE replay_day (                      -- facts of the day that is compared
    event_id TEXT PRIMARY KEY,
    line     TEXT NOT NULL,
    rule     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE replay_difference (
    id   INTEGER PRIMARY KEY,
    body TEXT NOT NULL                           -- as JSON
  ) STRICT;
  CREATE TABLE replay_rule (
    rule TEXT PRIMARY KEY,
    body TEXT NOT NULL                           -- counts, as JSON
  ) STRICT, WITHOUT ROWID;
  `,
];

/** One answer of the ERP there; and what is known to have happened at a time. */
export type Try = Posted['tries'][number];
export type Due = Readonly<{ id: number; atMs: number; key: string; what: string }>;

/** What ended a call there; undefined for an answer that left it open. */
export function answered({ outcome, said }: Try): Outcome | undefined {
  if (outcome === 'posted') return { kind: 'posted', document: said };
  if (outcome === 'refused') return { kind: 'refused', code: 'there', reason: said };
  if (outcome === 'lookedUp' && said !== '' && said !== 'no answer' && !said.includes(', ')) {
    return { kind: 'posted', document: said };
  }
  return undefined;
}

export function prepareReplay(db: Database) {
  return {
    addDocument: db.prepare('INSERT INTO replay_document VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    document: db
      .prepare<[string], string>('SELECT body FROM replay_document WHERE key = ?')
      .pluck(),
    addDue: db.prepare('INSERT INTO replay_due (at_ms, key, what) VALUES (?, ?, ?)'),
    due: db.prepare<[number], Due>(
      `SELECT id, at_ms AS atMs, key, what FROM replay_due WHERE at_ms <= ?
       ORDER BY at_ms, id LIMIT 1`,
    ),
    dropDue: db.prepare('DELETE FROM replay_due WHERE id = ?'),
    addDay: db.prepare('INSERT INTO replay_day VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    state: db.prepare<[string], { state: string }>('SELECT state FROM posting WHERE key = ?'),
  };
}
