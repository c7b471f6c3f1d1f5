// Checks a ledger on PostgreSQL, and writes out what an edge's store is compared with.
import { parseArgs } from 'node:util';
import { type Database, openDatabase } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { openReplica } from '../../shared/replica.ts';
import { readJson } from '../../shared/service.ts';
import {
  openFindings,
  type Stored,
  survive,
  type Verified,
  walk,
} from '../../shared/verification.ts';
import { readCentralConfig, whereOf } from '../config.ts';
import { readShared } from './reading.ts';
import { checkHeads, checkWaiting, lookAt } from './verification.ts';

/** Facts that are read together. */
const pageMax = 1_000;

type Line = { id: number; path: string };
const linesOf = (db: Database): Line[] =>
  db.prepare<[], Line>('SELECT id, path FROM line ORDER BY id').all();

/** The facts of a line in their order, page by page, each from where the last one ended. */
function openPages(db: Database) {
  const page = db.prepare<[number, number, number, number], Omit<Stored, 'path'>>(
    `SELECT position, epoch, sequence, bytes, hash, event_id FROM fact
     WHERE line = ? AND (epoch, sequence) > (?, ?) ORDER BY epoch, sequence LIMIT ?`,
  );
  return function* ({ id, path }: Line): Generator<Stored> {
    for (let [epoch, sequence] = [0, 0]; ; ) {
      const rows = page.all(id, epoch, sequence, pageMax);
      for (const row of rows) yield { ...row, path };
      if (rows.length < pageMax) return;
      ({ epoch, sequence } = rows.at(-1)!);
    }
  };
}

/**
 * Checks all that a ledger can be asked: every chain of every line, holes, event ids, signatures,
 * heads, and that nothing waits which is there already. Its pages and indexes are the server's own
 * to check.
 */
export function verifyShared(db: Database): Verified {
  const findings = openFindings();
  const facts = openPages(db);
  let seen: Pick<Verified, 'facts' | 'lines'> = { facts: 0, lines: [] };
  function* rows(): Generator<Stored> {
    for (const line of linesOf(db)) yield* facts(line);
  }
  survive(findings, db, () => {
    const look = lookAt(db, findings);
    seen = walk({ rows: rows(), findings, read: look.read });
    look.end();
    checkHeads(db, findings);
    checkWaiting(db, findings);
  });
  return { ...seen, ...findings.told() };
}

const extractTables = `
  CREATE TABLE line (
    id       INTEGER PRIMARY KEY,
    path     TEXT NOT NULL,
    epoch    INTEGER NOT NULL,
    sequence INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE fact (
    line     INTEGER NOT NULL,
    epoch    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    PRIMARY KEY (line, epoch, sequence)
  ) STRICT, WITHOUT ROWID;
`;

/** Writes into a new file `to` where the lines of the store `of` stand, and each fact's hash. */
export function extract(db: Database, of: string, to: string): void {
  const store = openReplica(of);
  const target = openDatabase(to, [extractTables]);
  try {
    const own = new Set(store.prepare<[], string>('SELECT path FROM line').pluck().all());
    const addLine = target.prepare('INSERT INTO line VALUES (:id, :path, :epoch, :sequence)');
    const addFact = target.prepare('INSERT INTO fact VALUES (?, ?, ?, ?)');
    const heads = db.prepare<[], Line>('SELECT id, path, epoch, sequence FROM line').all();
    const facts = openPages(db);
    target.transaction(() => {
      for (const line of heads.filter(({ path }) => own.has(path))) {
        addLine.run(line);
        for (const { epoch, sequence, hash } of facts(line)) {
          addFact.run(line.id, epoch, sequence, hash);
        }
      }
    })();
  } finally {
    target.close();
    store.close();
  }
}

/** What was found in the ledger that central's config names, and where that is. */
function inspect(file: string, of?: string, to?: string): Verified & { place: string } {
  const { postgres } = readCentralConfig(readJson(file));
  if (!postgres) {
    throw new Fault('INVALID', `--config: ${file}: names a file: give its storePath as --ledger`);
  }
  return readShared(whereOf(postgres), (db, place) => {
    const verified = verifyShared(db);
    if (of !== undefined && to !== undefined) extract(db, of, to);
    return { ...verified, place };
  });
}

if (import.meta.main) {
  const file = { type: 'string' } as const;
  const {
    config = '',
    of,
    to,
  } = parseArgs({ options: { config: file, of: file, to: file } }).values;
  try {
    process.stdout.write(`${JSON.stringify(inspect(config, of, to))}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
