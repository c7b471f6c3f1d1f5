import { parseArgs } from 'node:util';
import { openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { readJson } from '../shared/service.ts';
import { readEdgeConfig } from './config.ts';
import { openRecent } from './http/recent.ts';
import { readStatus } from './http/status.ts';
import { openBook } from './line/book.ts';
import { openRoster } from './line/roster.ts';
import { openOutbox } from './store/outbox.ts';
import { migrations } from './store/schema.ts';
import { openStore } from './store/store.ts';
import { openMarks } from './uplink/marks.ts';

/** What the edge of this store would tell of itself, read from a copy that may be changed. */
export function readCopy(copy: string) {
  const db = openDatabase(copy, migrations);
  try {
    const store = openStore(db);
    const edition = store.snapshots.edition();
    const recent = openRecent();
    const lines = store.lines().map((line) => ({ line, lanes: 1 }));
    const parts = { store, book: openBook(store.written), stated: recent.add };
    const roster = openRoster(lines, { ...parts, nowMs: Date.now, eventId: () => '' });
    const marks = openMarks(Date.now, () => undefined);
    const outbox = openOutbox(db);
    const status = readStatus({ ...parts, roster, outbox, marks, recent, nowMs: Date.now });
    return { ...status, charts: edition?.charts ?? null };
  } finally {
    db.close();
  }
}

/** Every mistake in a config; none for one that an edge would start with. */
function mistakesIn(file: string): string[] {
  try {
    readEdgeConfig(readJson(file));
    return [];
  } catch (error) {
    if (error instanceof Fault) return error.message.split('; ');
    throw error;
  }
}

/** What the copy tells, or why it cannot. */
function examine(copy: string) {
  try {
    return { status: readCopy(copy), damage: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { status: null, damage: error.message.replaceAll(copy, 'the store') };
  }
}

if (import.meta.main) {
  const options = { copy: { type: 'string' }, config: { type: 'string' } } as const;
  const { copy, config } = parseArgs({ options }).values;
  const told = copy === undefined ? { status: null, damage: null } : examine(copy);
  const mistakes = config === undefined ? [] : mistakesIn(config);
  process.stdout.write(`${JSON.stringify({ ...told, mistakes })}\n`);
}
