import type { Database } from '../../shared/database.ts';

export const cursorMigrations = [
  `
  CREATE TABLE erp_cursor (                      -- how far each stream of the ERP was read
    stream  TEXT    PRIMARY KEY,
    cursor  TEXT,                                -- the connector's own; NULL: from the beginning
    read_ms INTEGER,                             -- when it was answered last
    reason  TEXT                                 -- why it is not answered now
  ) STRICT, WITHOUT ROWID;
  `,
];

type Reading = Readonly<{
  stream: string;
  cursor: string | null;
  readMs: number | null;
  reason: string | null;
}>;

/** How far each stream was read. */
export function openCursors(db: Database) {
  const one = db
    .prepare<[string], string | null>('SELECT cursor FROM erp_cursor WHERE stream = ?')
    .pluck();
  const save = db.prepare(
    `INSERT INTO erp_cursor VALUES (?, ?, ?, NULL) ON CONFLICT (stream) DO UPDATE
     SET cursor = excluded.cursor, read_ms = excluded.read_ms, reason = NULL`,
  );
  const fail = db.prepare(
    `INSERT INTO erp_cursor VALUES (?, NULL, NULL, ?) ON CONFLICT (stream) DO UPDATE
     SET reason = excluded.reason`,
  );
  const all = db.prepare<[], Reading>(
    'SELECT stream, cursor, read_ms AS readMs, reason FROM erp_cursor ORDER BY stream',
  );
  return {
    at: (stream: string) => one.get(stream) ?? null,
    save: (stream: string, cursor: string, nowMs: number) => save.run(stream, cursor, nowMs),
    fail: (stream: string, reason: string) => fail.run(stream, reason),
    all: () => all.all(),
  };
}
