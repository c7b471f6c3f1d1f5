import { parseArgs } from 'node:util';
import { readContent } from '../shared/codec.ts';
import { type Database, openDatabase } from '../shared/database.ts';
import type { Content } from '../shared/event.ts';
import { openReplica } from '../shared/replica.ts';
import { openSignatures } from '../shared/signatures.ts';
import {
  checkFile,
  type Findings,
  openFindings,
  type ReadLine,
  readAll,
  type Stored,
  survive,
  type Verified,
  walk,
} from '../shared/verification.ts';
import { openBook } from './line/book.ts';
import { openRoster } from './line/roster.ts';
import { migrations } from './store/schema.ts';
import { openStore } from './store/store.ts';

type Row = Stored & { command_id: string | null };
type Cursor = { path: string; epoch: number; sent: number; kept: number; head: number };

/**
 * Checks everything that a copy of an edge's store can be asked: pages and indexes, every chain of
 * every line, event and command ids, signatures, cursors, and by replay the fingerprint of every
 * fact since the last carried state. The copy is changed.
 */
export function verifyStore(copy: string): Verified {
  const findings = openFindings();
  const db = openReplica(copy);
  let facts: Pick<Verified, 'facts' | 'lines'> = { facts: 0, lines: [] };
  try {
    checkFile(db, findings);
    const isWhole = findings.told().found === 0;
    survive(findings, db, () => {
      const rows = readAll(db, findings, rowsOf(db));
      const before = forgottenIn(db);
      const signatures = openSignatures(findings);
      const identify = identities(findings);
      const read = (fact: Content, row: Stored) => {
        identify(fact, row);
        signatures.read(fact, row);
      };
      facts = walk({ rows, findings, before, read });
      signatures.end(finderIn(db), (place) => before(place) !== undefined);
      checkCursors(db, findings);
    });
    if (isWhole) db.exec(forgetSnapshot(db));
  } finally {
    db.close();
  }
  if (findings.told().found === 0) replay(copy, findings);
  return { ...facts, ...findings.told() };
}

const rowsOf =
  (db: Database): ReadLine =>
  (line, { epoch, sequence }, by) =>
    db
      .prepare<[number, number, number], Row>(
        `SELECT event.position, path, event.epoch, sequence, bytes, hash, command_id
         FROM event ${by} JOIN line ON line.id = event.line
         WHERE event.line = ? AND (event.epoch, sequence) > (?, ?)
         ORDER BY event.epoch, event.sequence`,
      )
      .iterate(line, epoch, sequence);

/** The bytes of facts by their ids, also of those that were set aside. */
const finderIn = (db: Database) => (ids: ReadonlySet<string>) => {
  const found = new Map<string, Uint8Array>();
  for (const table of ['aside', 'event']) {
    if (!db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table)) continue;
    for (const bytes of db.prepare<[], Buffer>(`SELECT bytes FROM ${table}`).pluck().iterate()) {
      const id = readContent(bytes)?.eventId;
      if (id !== undefined && ids.has(id)) found.set(id, bytes);
    }
  }
  return found;
};

/** False for a store of a schema before it. */
const hasForgotten = (db: Database): boolean =>
  db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'forgotten'").get() !== undefined;

/** What the first fact of an epoch follows, where the ones before it were forgotten. */
function forgottenIn(db: Database): (place: Place) => Buffer | undefined {
  if (!hasForgotten(db)) return () => undefined;
  const last = db
    .prepare<[string, number, number], Buffer>(
      `SELECT hash FROM forgotten JOIN line ON line.id = forgotten.line
       WHERE path = ? AND forgotten.epoch = ? AND sequence = ? - 1`,
    )
    .pluck();
  return ({ path, epoch, sequence }) => last.get(path, epoch, sequence);
}
type Place = Pick<Stored, 'path' | 'epoch' | 'sequence'>;

/** Every event id once, and each command id as its fact says it. */
function identities(findings: Findings) {
  const known = new Set<string>();
  return ({ eventId, commandId, causationId }: IdsOf, row: Stored): void => {
    if (known.has(eventId)) findings.at('id', row, `event id ${eventId} stands there twice`);
    known.add(eventId);
    const { command_id: asked } = row as Row;
    if (asked === null || asked === commandId) return;
    const said = commandId ?? `none, but ${causationId ?? 'no cause'}`;
    findings.at('id', row, `its row names command ${asked}, the fact names ${said}`);
  };
}
type IdsOf = { eventId: string; commandId?: string; causationId?: string };

function checkCursors(db: Database, { tell }: Findings): void {
  const last = (table: string) =>
    `(SELECT max(sequence) FROM ${table} AS f WHERE f.line = line.id AND f.epoch = line.epoch)`;
  const lasts = hasForgotten(db) ? `${last('event')}, ${last('forgotten')}` : last('event');
  const cursors = db.prepare<[], Cursor>(
    `SELECT path, epoch, sent, kept, coalesce(${lasts}, 0) AS head FROM line`,
  );
  for (const { path, epoch, sent, kept, head } of cursors.all()) {
    const place = { what: 'cursor', line: path, epoch } as const;
    if (kept > sent) tell({ ...place, reason: `kept ${kept} is beyond sent ${sent}` });
    if (sent > head) tell({ ...place, reason: `sent ${sent} is beyond the last fact ${head}` });
  }
}

/** A start of the edge may believe a snapshot; whoever verifies reads the facts themselves. */
const forgetSnapshot = (db: Database): string =>
  db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'snapshot'").get()
    ? 'DELETE FROM snapshot'
    : '';

function replay(copy: string, { tell }: Findings): void {
  const db = openDatabase(copy, migrations);
  try {
    const store = openStore(db);
    const parts = { store, book: openBook(store.written) };
    const silent = { nowMs: () => 0, eventId: () => '', stated: () => undefined };
    const { all } = openRoster([], { ...parts, ...silent });
    for (const actor of all) {
      const reason = actor.failure();
      if (reason !== undefined) tell({ what: 'state', line: actor.path, reason });
    }
  } finally {
    db.close();
  }
}

if (import.meta.main) {
  const { copy = '' } = parseArgs({ options: { copy: { type: 'string' } } }).values;
  process.stdout.write(`${JSON.stringify(verifyStore(copy))}\n`);
}
