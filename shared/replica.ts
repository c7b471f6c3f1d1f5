import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Database, faultOf } from './database.ts';
import { Fault } from './fault.ts';
import { steadied } from './steady.ts';

/** Who wrote a file, by its tables. */
export type Kind = 'edge' | 'central';

/**
 * Hands `work` a copy of the file at `path`, in a folder of its own among the system's temporary
 * ones; the file itself is only read. Faults that name the copy name the file. Throws Fault
 * INVALID, beginning with `option`, if there is no such file, Fault CONFLICT while a program has it
 * open, and Fault FULL if there is no room for the copy.
 */
export async function withReplica<T>(
  path: string,
  option: string,
  work: (copy: string) => T | Promise<T>,
): Promise<T> {
  if (!existsSync(path)) throw new Fault('INVALID', `${option}: ${path}: there is no such file`);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-copy-'));
  const copy = join(folder, 'store.sqlite');
  try {
    await replicate(path, copy).catch((error: unknown) => {
      throw noRoomFor(path, error);
    });
    return await work(copy);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.code, error.message.replaceAll(copy, path), { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** For a copy that found no room among the temporary folders; another error stays as it is. */
export function noRoomFor(path: string, error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (code !== 'FULL' && code !== 'ENOSPC') return error;
  const where = `${tmpdir()}: has no room for a copy of ${path}`;
  return new Fault('FULL', `${where}; TMPDIR may name another folder`, { cause: error });
}

/**
 * SQLite's own backup of a file that nobody has open. A reader of a write-ahead log leaves files
 * beside it that its program, run by another user, could not open: they go while our lock still
 * keeps that program from starting.
 */
export async function replicate(path: string, copy: string): Promise<void> {
  await withReader(path, async (source) => {
    source.pragma('user_version'); // a lock is met here: a backup would wait for it
    await source.backup(copy);
  });
}

/** Throws Fault CONFLICT while a program has the file open; a damaged one is nobody's. */
export async function refuseOpen(path: string): Promise<void> {
  try {
    await withReader(path, async (source) => source.pragma('user_version'));
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'CONFLICT') throw error;
  }
}

async function withReader(path: string, work: (source: Database) => Promise<unknown>) {
  const beside = [`${path}-shm`, `${path}-wal`].filter((file) => !existsSync(file));
  let source: Database | undefined;
  try {
    source = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 1_000 });
    await work(source);
    for (const file of beside) if (holdsNothing(file)) rmSync(file, { force: true });
  } catch (error) {
    const fault = faultOf(error, path);
    if (!(fault instanceof Fault) || fault.code !== 'CONFLICT') throw fault;
    const advice = 'stop its program for as long as this takes, or give a backup of the file';
    throw new Fault('CONFLICT', `${fault.message}; ${advice}`, { cause: error });
  } finally {
    source?.close();
  }
}

/** An index is rebuilt whenever it is missing; a log of no bytes is none. */
const holdsNothing = (file: string): boolean =>
  file.endsWith('-shm') || statSync(file, { throwIfNoEntry: false })?.size === 0;

/** Opens a copy as it is, whatever its schema and its state; whoever asks may change it. */
export const openReplica = (copy: string): Database =>
  steadied(new Sqlite(copy, { fileMustExist: true }));

/** Whose file it is; undefined for neither. Throws Fault CORRUPT if it is no database. */
export function kindOf(copy: string): Kind | undefined {
  const db = openReplica(copy);
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
    if (tables.includes('event') && tables.includes('refusal')) return 'edge';
    return tables.includes('fact') && tables.includes('parked') ? 'central' : undefined;
  } catch (error) {
    throw faultOf(error, copy);
  } finally {
    db.close();
  }
}
