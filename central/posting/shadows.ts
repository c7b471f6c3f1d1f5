import type { Database } from '../../shared/database.ts';
import type { Planned } from './queue.ts';

export const shadowMigrations = [
  `
  CREATE TABLE shadow (                          -- documents that were computed, and are not posted
    key      TEXT PRIMARY KEY,
    event_id TEXT NOT NULL,
    body     TEXT NOT NULL                       -- as JSON
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX shadow_event ON shadow (event_id);
  `,
];

/** A document that would have been called for. */
export type Shadow = Planned;
export type Shadows = ReturnType<typeof openShadows>;
/** Most of them that one fact can have. */
const shadowsMax = 200;

/** What was computed and is not posted: by rules that are shadows. Kept for ever, never sent. */
export function openShadows(db: Database) {
  const add = db.prepare('INSERT INTO shadow (key, event_id, body) VALUES (?, ?, ?)');
  const of = db
    .prepare<[string, number], string>('SELECT body FROM shadow WHERE event_id = ? LIMIT ?')
    .pluck();
  return {
    /** Keeps it; in the ledger's transaction. */
    keep: (row: Shadow): void => void add.run(row.key, row.eventId, JSON.stringify(row)),
    of: (eventId: string): readonly Shadow[] =>
      of.all(eventId, shadowsMax).map((body) => JSON.parse(body) as Shadow),
  };
}
