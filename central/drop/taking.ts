import { hash } from 'node:crypto';
import { asOne, type Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { Asker } from '../desk/asker.ts';
import type { Operation } from '../desk/operation.ts';
import { unnamed } from './b2mml.ts';
import type { Row } from './row.ts';
import { readRows } from './rows.ts';

export const dropMigrations = [
  `
  CREATE TABLE dropped (                         -- files of quality that were taken, each once
    hash   TEXT    PRIMARY KEY,                  -- SHA-256 of the content
    name   TEXT    NOT NULL,
    at_ms  INTEGER NOT NULL,
    result TEXT    NOT NULL                      -- as JSON
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER dropped_is_history BEFORE UPDATE ON dropped
    BEGIN SELECT raise(ABORT, 'what a file came to is never edited'); END;
  CREATE TRIGGER dropped_is_kept BEFORE DELETE ON dropped
    BEGIN SELECT raise(ABORT, 'what a file came to is never deleted'); END;
  `,
];

/** What a file may ask for. */
const allowed = [
  ...['hold', 'release', 'dispose', 'approve-hold', 'reject-hold', 'rework', 'inspection'],
];

type Told = Readonly<{ row: number; operation: string; is: Readonly<Record<string, unknown>> }>;
type Refused = Readonly<{ row: number; code: string; message: string }>;
/** What became of a file; written beside it. */
export type Result = Readonly<{
  file: string;
  hash: string;
  takenMs: number;
  /** Why nothing of it could be read. */
  unreadable?: string;
  accepted: readonly Told[];
  refused: readonly Refused[];
}>;

type Parts = {
  db: Database;
  operations: readonly Operation[];
  /** Open holds of central on the lot itself. */
  openOn: (lot: string) => readonly string[];
  nowMs: () => number;
  /** In whose name all files of the folder are taken; in that of each row without it. */
  by?: string | undefined;
};
export type Taking = ReturnType<typeof openTaking>;

const shownFields = [
  ...['hold', 'state', 'line', 'number', 'commandId', 'says', 'dryRun', 'recorded', 'proved'],
];
const shown = (answer: object) =>
  Object.fromEntries(Object.entries(answer).filter(([name]) => shownFields.includes(name)));

/**
 * Takes files, each once by its content: every row as the operation that it names, and what became
 * of it, in one transaction. A row that is refused stops no other.
 */
export function openTaking({ db, operations, openOn, nowMs, by }: Parts) {
  const asker: Asker = { way: 'file', ...(by && { name: by, credential: 'dropPath' }) };
  const known = db.prepare<[string], string>('SELECT result FROM dropped WHERE hash = ?').pluck();
  const keep = db.prepare('INSERT INTO dropped VALUES (?, ?, ?, ?)');
  const byName = new Map(operations.map((one) => [one.name as string, one]));

  /** What a status of a lot comes to: nothing where it stands so already. */
  function meant({ once, ...row }: Row): Row | string {
    if (once !== true || typeof row['lot'] !== 'string') return row;
    const [hold] = openOn(row['lot']);
    if (row['operation'] === 'hold') return hold === undefined ? row : `is held by ${hold}`;
    const { lot: _, ...rest } = row;
    return hold === undefined ? 'is not held by central' : { ...rest, hold };
  }

  function does(row: Row, at: number): Told {
    const label = `row ${at}`;
    if (typeof row['broken'] === 'string') throw new Fault('INVALID', row['broken']);
    const asked = meant(row);
    if (typeof asked === 'string') {
      return { row: at, operation: `${row['operation']}`, is: { says: asked } };
    }
    const { operation, ...said } = asked;
    const fields = by && said['by'] === unnamed ? { ...said, by } : said;
    const one = allowed.includes(operation as string) ? byName.get(operation as string) : undefined;
    if (!one)
      throw new Fault('INVALID', `${label}.operation: must be one of ${allowed.join(', ')}`);
    return { row: at, operation: one.name, is: shown(one.answer(fields, label, asker) as object) };
  }

  function rowsOf(name: string, bytes: Buffer): Row[] | string {
    try {
      return readRows(name, bytes);
    } catch (error) {
      if (error instanceof Fault) return error.message;
      throw error;
    }
  }

  /** Throws Fault FULL where the disk or a bound does not take it now: nothing of it was done. */
  const take = asOne(
    db,
    (name: string, id: string, bytes: Buffer): Result => {
      const rows = rowsOf(name, bytes);
      const about = { file: name, hash: id, takenMs: nowMs() };
      const [accepted, refused]: [Told[], Refused[]] = [[], []];
      for (const [index, row] of typeof rows === 'string' ? [] : rows.entries()) {
        try {
          accepted.push(does(row, index + 1));
        } catch (error) {
          if (!(error instanceof Fault) || error.retry) throw error;
          refused.push({ row: index + 1, code: error.code, message: error.message });
        }
      }
      const why = typeof rows === 'string' ? { unreadable: rows } : {};
      const result = { ...about, ...why, accepted, refused };
      keep.run(id, name, nowMs(), JSON.stringify(result));
      return result;
    },
    () => undefined,
  );

  return (name: string, bytes: Buffer): Result & { again?: true } => {
    const id = hash('sha256', bytes, 'hex');
    const before = known.get(id);
    if (before !== undefined) return { ...(JSON.parse(before) as Result), file: name, again: true };
    return take(name, id, bytes);
  };
}
