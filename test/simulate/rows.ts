import type Sqlite from 'better-sqlite3';
import type { PostingKind } from '../../central/erp/erp.ts';
import { decodeContent } from '../../shared/codec.ts';
import { Fault } from '../../shared/fault.ts';
import type { Disk } from './disk.ts';

export type Row = {
  position: number;
  path: string;
  epoch: number;
  sequence: number;
  bytes: Buffer;
  hash: Buffer;
  commandId?: string | null;
};
type Real = ReturnType<Disk['real']>;
type Statement = ReturnType<Real['prepare']>;
type Asked<Given extends unknown[], Result> = Sqlite.Statement<Given, Result>;

/** Statements by database and text: the same are asked again and again. */
const statements = new WeakMap<Real, Map<string, Statement>>();
const made = new WeakSet<Real>();

function ask<Given extends unknown[], Result>(db: Real, sql: string): Asked<Given, Result> {
  const known = statements.get(db) ?? new Map<string, Statement>();
  if (known.size === 0) statements.set(db, known);
  const statement = known.get(sql) ?? db.prepare(sql);
  known.set(sql, statement as Statement);
  return statement as Asked<Given, Result>;
}

export const factsOf = (db: Real, table: 'event' | 'fact', after = 0): Row[] =>
  ask<[number], Row>(
    db,
    `SELECT position, path, t.epoch, t.sequence, bytes, t.hash
       ${table === 'event' ? ', command_id AS commandId' : ''}
       FROM ${table} AS t JOIN line ON line.id = t.line WHERE position > ? ORDER BY position`,
  ).all(after);
/** The number that a person gives to what was booked by hand. */
export const byHand = 'by hand';
const columns = 'key, event_id AS eventId, kind, state, lot, document, reason, cancels';
export type PostingRow = {
  key: string;
  eventId: string;
  kind: PostingKind;
  state: string;
  lot: string | null;
  document: string | null;
  reason: string | null;
  cancels: string | null;
};
function isMade(db: Real): boolean {
  if (made.has(db)) return true;
  const isThere = ask<[], number>(db, 'PRAGMA user_version').pluck().get() !== 0;
  if (isThere && !db.inTransaction) made.add(db);
  return isThere;
}
/** Lines of an edge's store by their path, with their epoch; none before the store was made. */
export function epochsOf(db: Real): Map<string, number> {
  if (!isMade(db)) return new Map();
  return new Map(ask<[], [string, number]>(db, 'SELECT path, epoch FROM line').raw().all());
}
/** Up to where a store takes its lines for kept. */
export const keptOf = (db: Real) =>
  isMade(db)
    ? ask<[], { path: string; epoch: number; kept: number }>(
        db,
        'SELECT path, epoch, kept FROM line',
      ).all()
    : [];
/** How many own facts without a place a store has still to hand over. */
export const straysOf = (db: Real): number =>
  ask<[], number>(db, "SELECT count(*) FROM aside WHERE became = 'stray'").pluck().get()!;
/** The ledger's last position. */
export const endOf = (db: Real): number =>
  isMade(db)
    ? (ask<[], number | null>(db, 'SELECT max(position) FROM fact').pluck().get() ?? 0)
    : 0;
/** The last sequence that the ledger has of "line epoch". */
export function endsOf(db: Real): Map<string, number> {
  if (!isMade(db)) return new Map();
  const rows = ask<[], [string, number]>(
    db,
    `SELECT path || ' ' || fact.epoch, max(fact.sequence) FROM fact
       JOIN line ON line.id = fact.line GROUP BY fact.line, fact.epoch`,
  )
    .raw()
    .all();
  return new Map(rows);
}
export const postingsOf = (db: Real): PostingRow[] =>
  ask<[], PostingRow>(db, `SELECT ${columns} FROM posting ORDER BY id`).all();
/** By the event id of a fact the posting that stands for it, where that is not its own. */
export const standInsOf = (db: Real): Map<string, string> =>
  new Map(ask<[], [string, string]>(db, 'SELECT event_id, key FROM stand_in').raw().all());
/** Event ids of facts that count no more, as central has it. */
export const reversedOf = (db: Real): Set<string> =>
  new Set(
    ask<[], string>(db, "SELECT event_id FROM correction WHERE state = 'reversed'").pluck().all(),
  );
/** How many postings wait for a person. */
export const openCases = (db: Real): number =>
  isMade(db)
    ? ask<[], number>(
        db,
        "SELECT count(*) FROM posting WHERE state NOT IN ('posted', 'void') AND state = 'parked'",
      )
        .pluck()
        .get()!
    : 0;
export const placeOf = ({ path, epoch, sequence }: Place) => `${path} ${epoch}/${sequence}`;

/** The event id that these bytes say; undefined for what is no fact. */
export function eventIdOf(bytes: Buffer): string | undefined {
  try {
    return decodeContent(bytes).eventId;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** Every fact of an edge's store by its event id, with what was set aside. */
export function idsOf(db: Real): Map<string, Buffer> {
  const has = (table: string) =>
    ask<[string], number>(db, 'SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !==
    undefined;
  const tables = ['event', 'aside'].filter(has);
  const rows = tables.flatMap((table) =>
    ask<[], Buffer>(db, `SELECT bytes FROM ${table}`).pluck().all(),
  );
  return new Map(rows.map((bytes) => [decodeContent(bytes).eventId, bytes]));
}

type Place = Pick<Row, 'path' | 'epoch' | 'sequence'>;
const places = (db: Real, table: 'event' | 'fact'): Place[] =>
  ask<[], Place>(
    db,
    `SELECT path, t.epoch, t.sequence FROM ${table} AS t JOIN line ON line.id = t.line`,
  ).all();
const stored = (db: Real) => new Set(isMade(db) ? places(db, 'event').map(placeOf) : []);
const recorded = (db: Real): Place[] => (isMade(db) ? places(db, 'fact') : []);

/** True for a store without facts that the ledger has of an epoch which is over there. */
export function lacks(store: Disk, ledger: Disk): boolean {
  const epochs = store.known(epochsOf);
  return ledger
    .known(recorded)
    .some(
      (row) => row.epoch < (epochs.get(row.path) ?? 0) && !store.known(stored).has(placeOf(row)),
    );
}

/** How each line of an edge's store stands with central; empty before the store was made. */
export function enrolmentsOf(db: Real): Map<string, Enrolled> {
  if (!isMade(db)) return new Map();
  const rows = ask<[], Enrolled & { path: string }>(
    db,
    'SELECT path, state, strays, store FROM enrolment JOIN line ON line.id = enrolment.line',
  ).all();
  return new Map(rows.map(({ path, ...row }) => [path, row]));
}
type Enrolled = { state: string; strays: number; store: string };

/** The store that writes each line, as central has said last. */
export const ownersOf = (db: Real): Map<string, string> =>
  new Map(
    isMade(db)
      ? ask<[], [string, string]>(db, 'SELECT line, store FROM epoch ORDER BY line, epoch')
          .raw()
          .all()
      : [],
  );

/** How far each line of an edge's store is sent and kept. */
export const marksOf = (db: Real): Mark[] =>
  isMade(db)
    ? ask<[], Mark>(
        db,
        `SELECT path, epoch, sent, kept, coalesce(
           (SELECT max(sequence) FROM event
            WHERE event.line = line.id AND event.epoch = line.epoch),
           (SELECT sequence FROM forgotten
            WHERE forgotten.line = line.id AND forgotten.epoch = line.epoch),
           0) AS head
         FROM line`,
      ).all()
    : [];
type Mark = { path: string; epoch: number; sent: number; kept: number; head: number };

/** What central has parked, as its table says. */
export const parkedOf = (db: Real) =>
  ask<[], { line: string; epoch: number; sequence: number; reason: string; bytes: Buffer }>(
    db,
    'SELECT line, epoch, sequence, reason, bytes FROM parked ORDER BY id',
  ).all();

/** Event ids that central has, in the ledger or parked. */
export function knownAt(db: Real): Set<string> {
  if (!isMade(db)) return new Set();
  const parked = parkedOf(db).flatMap(({ bytes }) => eventIdOf(bytes) ?? []);
  return new Set([...placesOf(db).keys(), ...parked]);
}

/** Event ids in the ledger, each with its first place there. */
export function placesOf(db: Real): Map<string, Row> {
  const places = new Map<string, Row>();
  if (!isMade(db)) return places;
  for (const row of factsOf(db, 'fact')) {
    const id = eventIdOf(row.bytes);
    if (id !== undefined && !places.has(id)) places.set(id, row);
  }
  return places;
}

/** Usage decisions that are held, though quality has released the lot and nothing holds it. */
export const undecidedOf = (db: Real) =>
  ask<[], { lot: string; reason: string }>(
    db,
    `SELECT lot, reason FROM posting JOIN lot USING (lot)
     WHERE kind = 'usageDecision' AND state = 'held' AND released
       AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.lot = posting.lot AND is_open)`,
  ).all();
