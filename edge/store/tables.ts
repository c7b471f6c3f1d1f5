import type { Database } from '../../shared/database.ts';
import { openReplica } from '../../shared/replica.ts';
import type { Value } from './records.ts';

/**
 * Everything else that the file has, as far as SQLite can read it; returns what it cannot. What was
 * being fetched from central is fetched anew, since it may not follow from what was saved.
 */
export function copyTables(copy: string, db: Database): string[] {
  const names = db
    .prepare<[], string>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         AND name NOT IN ('line', 'event', 'snapshot', 'pulled', 'forgotten', 'carried')`,
    )
    .pluck()
    .all();
  const lost = names.filter((name) => !copyTable(copy, db, name));
  db.exec(`UPDATE enrolment SET state = 'pulling', common_sequence = NULL
           WHERE state IN ('pulling', 'ready')`);
  return lost;
}

function copyTable(copy: string, db: Database, name: string): boolean {
  let source: Database | undefined;
  try {
    source = openReplica(copy);
    const known = source.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(name);
    if (!known) return true; // of a schema before it
    for (const row of source
      .prepare<[], Record<string, Value>>(`SELECT * FROM ${name}`)
      .iterate()) {
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join(', ');
      db.prepare(`INSERT OR REPLACE INTO ${name} (${columns.join(', ')}) VALUES (${places})`).run(
        ...Object.values(row),
      );
    }
    return true;
  } catch (error) {
    if (!(error as { code?: string }).code?.startsWith('SQLITE_')) throw error;
    return false; // whatever was read of it before stands
  } finally {
    source?.close();
  }
}
