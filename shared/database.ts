import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Fault } from './fault.ts';
import { oldestReader } from './reader.ts';
import { damagedIn } from './schemashape.ts';
import { steadied } from './steady.ts';

export type Database = Sqlite.Database;

/** Linux magic numbers of NFS, CIFS, SMB2, SMB, on which SQLite's locks and fsync do not hold. */
const networkFileSystems = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b]);

/** Pages of the write-ahead log before SQLite writes them back: 16 MB. */
const checkpointPages = 4_000;
/** A write-ahead log that a large transaction made longer is cut to this when it begins anew. */
const logBytes = 16 * 1024 * 1024;

/**
 * Opens `path` for one writing process and applies `migrations` not yet applied, in order. Where
 * that changes a file of old, `migrated` is called in the same transaction: if it throws, the file
 * stays as it was, and its old program can still open it.
 *
 * FULL, not better-sqlite3's NORMAL: a commit we have answered for must survive a power cut. The
 * exclusive lock refuses a second process for as long as this one lives. Throws Fault CONFLICT if
 * the file is in use, Fault CORRUPT if it is damaged or newer than this program can work on, Fault
 * INVALID if the path cannot be a file here.
 */
export function openDatabase(
  path: string,
  migrations: readonly string[],
  migrated?: (db: Database) => void,
): Database {
  if (path !== ':memory:') refuseNetwork(path);
  const db = openFile(path);
  try {
    prepareDatabase(db, path, migrations, migrated);
    return db;
  } catch (error) {
    db.close();
    throw openingFault(error, path);
  }
}

/** What is asked of every file at its start fails where its schema or its header is damaged. */
function openingFault(error: unknown, path: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const { code, message } = error;
  const options = { cause: error };
  if (code.startsWith('SQLITE_READONLY') && !isWritable(path)) {
    return new Fault('INVALID', `${path}: must be writable (${code})`, options);
  }
  if (code === 'SQLITE_ERROR' || code.startsWith('SQLITE_READONLY')) {
    return new Fault('CORRUPT', `${path}: ${message} (${code})`, options);
  }
  return faultOf(error, path);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Sets what `openDatabase` promises of an opened file, and checks that it holds. */
export function prepareDatabase(
  db: Database,
  path: string,
  migrations: readonly string[],
  migrated?: (db: Database) => void,
): void {
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  db.pragma(`journal_size_limit = ${logBytes}`);
  const isSame = migrate(db, path, migrations, migrated);
  db.pragma('synchronous = FULL');
  const synchronous = db.pragma('synchronous', { simple: true });
  if (synchronous !== 2) throw new Fault('CORRUPT', `${path}: synchronous is ${synchronous}`);
  checkFile(db, path);
  if (isSame) checkWritable(db);
  const damaged = isSame ? damagedIn(db, migrations) : undefined;
  if (damaged) throw new Fault('CORRUPT', `${path}: its schema is damaged at the ${damaged}`);
}

/** A file whose header lets nobody write opens all the same, to be read. Throws SQLite's error. */
function checkWritable(db: Database): void {
  const table = "SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1";
  const name = db.prepare<[], string>(table).pluck().get();
  if (name !== undefined) db.exec(`DELETE FROM "${name}" WHERE 0`);
}

/** Tables with a row a line or so: what their indexes say is compared with them at every start. */
const small = ['line', 'enrolment', 'edition', 'forgotten', 'carried', 'epoch', 'permit'];

/** Throws Fault CORRUPT. An index of a large table is not compared: `holdfast verify` does that. */
function checkFile(db: Database, path: string): void {
  const tables = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all();
  const checks = small
    .filter((name) => tables.includes(name))
    .map((name) => `integrity_check(${name})`);
  for (const check of ['quick_check(1)', ...checks]) {
    const found = db.pragma(check, { simple: true });
    if (found !== 'ok') throw new Fault('CORRUPT', `${path}: ${found}`);
  }
}

function openFile(path: string): Database {
  try {
    return steadied(new Sqlite(path, { timeout: 1_000 }));
  } catch (cause) {
    throw new Fault('INVALID', `${path}: ${(cause as Error).message}`, { cause });
  }
}

function typeOf(folder: string): number {
  try {
    return statfsSync(folder).type;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Fault('INVALID', `${folder}: is no folder that can be used (${code})`, { cause });
  }
}

function refuseNetwork(path: string): void {
  if (networkFileSystems.has(typeOf(dirname(path)))) {
    throw new Fault('INVALID', `${path}: is on a network file system; must be on a local disk`);
  }
}

/** True for a file of old, to which these and no others are applied now. */
function migrate(
  db: Database,
  path: string,
  migrations: readonly string[],
  migrated: ((db: Database) => void) | undefined,
): boolean {
  const applied = db.pragma('user_version', { simple: true }) as number;
  // Who wrote the file last says who can read it, in the header's place for whose file it is.
  const reader = db.pragma('application_id', { simple: true }) as number;
  if (applied < 0) throw new Fault('CORRUPT', `${path}: its schema has the version ${applied}`);
  if (applied > migrations.length) {
    if (reader > 0 && reader <= migrations.length) return false; // what came since only adds
    throw new Fault('CORRUPT', `${path}: was written by a newer version (schema ${applied})`);
  }
  db.transaction(() => {
    for (let version = applied; version < migrations.length; version++) {
      db.exec(migrations[version]!);
      db.pragma(`user_version = ${version + 1}`);
    }
    const oldest = oldestReader(migrations);
    if (reader !== oldest) db.pragma(`application_id = ${oldest}`);
    if (applied > 0 && applied < migrations.length) migrated?.(db);
  }).immediate();
  return applied > 0;
}

/** Runs `work` as one transaction each time; `undone` is called before what it throws goes on. */
export function asOne<A extends unknown[], R>(
  db: Database,
  work: (...args: A) => R,
  undone: () => void,
): (...args: A) => R {
  const run = db.transaction(work);
  return (...args) => {
    try {
      return run.immediate(...args);
    } catch (error) {
      undone();
      throw error;
    }
  };
}

/** SQLite's error in our words; anything that is not SQLite's stays as it is. */
export function faultOf(error: unknown, path: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const { code, message } = error;
  const options = { cause: error };
  if (code.startsWith('SQLITE_BUSY')) {
    return new Fault('CONFLICT', `${path}: another process has it open`, options);
  }
  if (/^SQLITE_(FULL|IOERR|READONLY)/.test(code)) {
    return new Fault('FULL', `${path}: the disk does not take it (${code})`, options);
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return new Fault('CORRUPT', `${path}: ${message} (${code})`, options);
  }
  return error;
}
