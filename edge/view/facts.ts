import type { Database } from '../../shared/database.ts';

type Row = { path: string; bytes: Buffer };

/** What is read of the store to be shown. */
export function openFacts(db: Database) {
  const newest = db.prepare<[number], Row>(
    `SELECT line.path, event.bytes FROM event JOIN line ON line.id = event.line
     ORDER BY position DESC LIMIT ?`,
  );
  return {
    /** Stored facts, the last one first. */
    newest: (limit: number): IterableIterator<Row> => newest.iterate(limit),
  };
}
