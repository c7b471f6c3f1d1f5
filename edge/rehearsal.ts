import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Sqlite from 'better-sqlite3';
import { openCalendar } from '../shared/calendar.ts';
import { faultOf, openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { openUnits } from '../shared/unit.ts';
import { type EdgeConfig, linesOf, readEdgeConfig } from './config.ts';
import { migrations } from './schema.ts';
import { type Judged, type Means, type Rehearsal, rehearse } from './trial.ts';

/**
 * Rehearses on a copy of the store at `path`, in a temporary folder that has room for it; the store
 * itself is only read. Throws Fault CONFLICT while an edge has it open, Fault INVALID if it is not
 * there, Fault CORRUPT if it is damaged or newer than this program.
 */
export async function rehearseFile(
  path: string,
  lines?: readonly Judged[],
  means?: Means,
): Promise<Rehearsal> {
  if (!existsSync(path)) throw new Fault('INVALID', `--store: ${path}: there is no such file`);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-dry-run-'));
  const copy = join(folder, 'store.sqlite');
  try {
    await copyOf(path, copy);
    const db = openDatabase(copy, migrations);
    try {
      return rehearse(db, lines, means);
    } finally {
      db.close();
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.code, error.message.replaceAll(copy, path), { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * SQLite's own backup. A reader of a write-ahead log leaves files beside the store that its edge,
 * run by another user, could not open: they go while our lock still keeps an edge from starting.
 */
async function copyOf(path: string, copy: string): Promise<void> {
  const beside = [`${path}-shm`, `${path}-wal`].filter((file) => !existsSync(file));
  let source: Sqlite.Database | undefined;
  try {
    source = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 1_000 });
    if (source.pragma('user_version', { simple: true }) === 0) {
      throw new Fault('INVALID', `--store: ${path}: is no store of an edge`);
    }
    await source.backup(copy);
    for (const file of beside) if (holdsNothing(file)) rmSync(file, { force: true });
  } catch (error) {
    const fault = faultOf(error, path);
    if (!(fault instanceof Fault) || fault.code !== 'CONFLICT') throw fault;
    const advice = 'stop the edge for as long as this takes, or give a backup copy of its store';
    throw new Fault('CONFLICT', `${fault.message}; ${advice}`, { cause: error });
  } finally {
    source?.close();
  }
}

/** An index is rebuilt whenever it is missing; a log of no bytes is none. */
const holdsNothing = (file: string): boolean =>
  file.endsWith('-shm') || statSync(file, { throwIfNoEntry: false })?.size === 0;

/** Prints the rehearsal as one line of JSON; on an expected failure one line, and exit code 2. */
async function main(): Promise<void> {
  const options = { store: { type: 'string' }, config: { type: 'string' } } as const;
  const { store = '', config } = parseArgs({ options }).values;
  try {
    const given = config === undefined ? undefined : readEdgeConfig(readJson(config));
    const found = await rehearseFile(store, given && linesOf(given), given && meansOf(given));
    process.stdout.write(`${JSON.stringify(found)}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

const meansOf = ({ calendar, units }: EdgeConfig): Means => ({
  calendar: calendar && openCalendar(calendar),
  units: openUnits(units),
});

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Fault('INVALID', `--config: ${file}: ${(cause as Error).message}`, { cause });
  }
}

if (import.meta.main) await main();
