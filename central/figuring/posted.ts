import type { Database } from '../../shared/database.ts';
import type { Cells } from './cells.ts';
import type { Plant } from './plant.ts';
import { waited } from './sketch.ts';
import type { Timed } from './timed.ts';

type Try = Readonly<{ rowid: number; key: string; atMs: number }>;
type Parts = Readonly<{
  cells: Cells;
  plant: Plant;
  timedOf: (eventId: string) => Timed | undefined;
}>;

/**
 * In SQL: the ERP has it. A look-up names the documents that it found, one of them; what it found
 * twice, or never, is no document yet.
 */
const has = (table: string): string =>
  `(${table}.outcome = 'posted' OR ${table}.outcome = 'lookedUp' AND ${table}.detail <> ''
    AND ${table}.detail <> 'no answer' AND instr(${table}.detail, ', ') = 0)`;

/**
 * How long facts waited for their documents, by the tries that are kept: from when an edge recorded
 * the fact to when the ERP was first known to have it. What people settled by hand has no such try.
 */
export function openPosted(db: Database, { cells, plant, timedOf }: Parts) {
  const last = db.prepare<[], number>('SELECT coalesce(max(rowid), 0) FROM attempt').pluck();
  const end = db
    .prepare<[number, number], number | null>(
      `SELECT max(rowid) FROM
         (SELECT rowid FROM attempt WHERE rowid > ? ORDER BY rowid LIMIT ?) AS page`,
    )
    .pluck();
  const tries = db.prepare<[number, number], Try>(
    `SELECT a.rowid AS rowid, a.key, a.at_ms AS atMs FROM attempt AS a
     WHERE a.rowid > ? AND a.rowid <= ? AND ${has('a')} AND NOT EXISTS (
       SELECT 1 FROM attempt AS b WHERE b.key = a.key AND b.rowid < a.rowid AND ${has('b')})
     ORDER BY a.rowid`,
  );
  const factOf = db.prepare<[string], string>('SELECT event_id FROM posting WHERE key = ?').pluck();

  function count({ key, atMs: postedMs }: Try): void {
    const stated = timedOf(factOf.get(key) ?? '');
    if (!stated) return;
    const { fact, doubt } = stated;
    const { line, order, recordedMs } = fact;
    const { fromMs } = plant.daysOf(line).calendar.stretchAt(stated.atMs);
    const ms = postedMs - recordedMs;
    const isDoubtful = doubt || ms < 0 || fact.clockTrust === 'suspect';
    const more = isDoubtful ? { doubtful: 1n } : waited(BigInt(ms));
    cells.add({ line, fromMs, kind: 'posted', order }, more);
  }

  return {
    isBehind: (after: number): boolean => last.get()! > after,
    /** Takes in tries behind this one, at most so many. */
    take(after: number, limit: number): { read: number; upTo: number } {
      const upTo = end.get(after, limit) ?? after;
      for (const one of upTo > after ? tries.all(after, upTo) : []) count(one);
      return { read: upTo > after ? 1 : 0, upTo };
    },
  };
}
