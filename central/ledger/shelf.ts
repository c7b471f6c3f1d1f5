import { encodeContent, genesis, link } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';
import { idBytes } from '../../shared/identity.ts';
import { centralLine } from '../../shared/subject.ts';
import { openAdditions } from './additions.ts';

export const ledgerMigrations = [
  `
  CREATE TABLE line (
    id       INTEGER PRIMARY KEY,
    path     TEXT    NOT NULL UNIQUE,
    epoch    INTEGER NOT NULL CHECK (epoch >= 1),
    sequence INTEGER NOT NULL CHECK (sequence >= 0),      -- last fact accepted
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),  -- the chain's link there
    chained  INTEGER CHECK (chained IN (0, 1)),           -- whether its source keeps a chain
    repeats  INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE fact (
    position    INTEGER PRIMARY KEY,                      -- order of acceptance, all lines
    line        INTEGER NOT NULL REFERENCES line (id),
    epoch       INTEGER NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence >= 1),
    event_id    BLOB UNIQUE CHECK (length(event_id) = 16), -- NULL when it cannot be read
    received_ms INTEGER NOT NULL,
    bytes       BLOB NOT NULL,
    hash        BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (line, epoch, sequence)
  ) STRICT;
  CREATE TABLE waiting (
    line     INTEGER NOT NULL REFERENCES line (id),
    epoch    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    hash     BLOB,                                        -- the chain's link, if there is one
    PRIMARY KEY (line, epoch, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE parked (
    id       INTEGER PRIMARY KEY,
    line     TEXT    NOT NULL,
    epoch    INTEGER,
    sequence INTEGER,
    reason   TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    UNIQUE (line, epoch, sequence, reason, bytes)
  ) STRICT;
  CREATE TABLE cursor (
    stream_sequence INTEGER NOT NULL CHECK (stream_sequence >= 0),
    digest          BLOB    NOT NULL                      -- of the message at that place
  ) STRICT;
  INSERT INTO cursor VALUES (0, x'');
  CREATE TRIGGER fact_is_history BEFORE UPDATE ON fact
    BEGIN SELECT raise(ABORT, 'a fact is never edited'); END;
  CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact
    BEGIN SELECT raise(ABORT, 'the ledger forgets nothing'); END;
  CREATE TRIGGER line_goes_on BEFORE UPDATE ON line
    WHEN new.epoch = old.epoch AND new.sequence < old.sequence
    BEGIN SELECT raise(ABORT, 'a head never falls'); END;
  `,
];

/** Which parked facts may still be stated again, in a later epoch. */
const ofAnOldEpoch = "(reason GLOB 'stale*' OR reason GLOB 'stray*')";
export const shelfMigrations2 = [
  `CREATE INDEX parked_of_an_old_epoch ON parked (line, bytes) WHERE ${ofAnOldEpoch};`,
];

/** A line as the ledger stands with it. */
export type Head = {
  id: number;
  path: string;
  epoch: number;
  sequence: number;
  hash: Buffer;
  chained: 0 | 1 | null; // null until its first fact
  repeats: number;
};
export type Place = Readonly<{ epoch: number; sequence: number }>;
/** A fact as it was accepted; `position` orders all lines. */
export type Stored = Readonly<{ bytes: Buffer; position: number; line: string }>;
export type Cursor = { streamSequence: number; digest: Buffer };
export type Parked = Readonly<{
  id: number;
  line: string;
  epoch: number | null;
  sequence: number | null;
  reason: string;
  atMs: number;
}>;
/** Facts of a line that are missing, from and to inclusive, though later ones are here. */
export type Gap = Readonly<{ line: string; epoch: number; from: number; to: number }>;

export type Shelf = ReturnType<typeof openShelf>;

/** The ledger's tables, one small function a statement; no rule inside. */
export function openShelf(db: Database) {
  const [heads, facts] = [openHeads(db), openFacts(db)];
  return {
    ...{ ...heads, ...facts, ...openWaiting(db), ...openParked(db), ...openCursor(db) },
    /**
     * Adds a fact of central's own line, within a transaction. Its head is read each time, so that
     * nothing is remembered of what may be undone.
     */
    state(content: Content, nowMs: number) {
      const head = heads.head(centralLine);
      const bytes = encodeContent(content);
      const hash = link(head.hash, bytes);
      const position = facts.insert(head, idBytes(content.eventId), nowMs, bytes, hash)!;
      const sequence = head.sequence + 1;
      heads.save({ ...head, sequence, hash, chained: 1 });
      return { position, sequence };
    },
  };
}

function openHeads(db: Database) {
  const line = db.prepare<[string], Head>('SELECT * FROM line WHERE path = ?');
  const addLine = db.prepare('INSERT INTO line (path, epoch, sequence, hash) VALUES (?, 1, 0, ?)');
  const saveLine = db.prepare(
    'UPDATE line SET sequence = ?, hash = ?, chained = ?, repeats = ? WHERE id = ?',
  );
  const beginEpoch = db.prepare('UPDATE line SET epoch = ?, sequence = 0, hash = ? WHERE id = ?');
  const lines = db.prepare<[], Head>(
    `SELECT * FROM line WHERE path <> '${centralLine}' ORDER BY path`,
  );

  return {
    /** The line's head; a line that was never seen stands before its first fact. */
    head(path: string): Head {
      if (!line.get(path)) addLine.run(path, genesis(path, 1));
      return line.get(path)!;
    },
    save: ({ sequence, hash, chained, repeats, id }: Head) =>
      saveLine.run(sequence, hash, chained, repeats, id),
    /** The line stands before the first fact of this epoch. */
    begin: ({ id, path }: Head, epoch: number) => beginEpoch.run(epoch, genesis(path, epoch), id),
    /** Lines of edges. */
    lines: () => lines.all(),
  };
}

function openFacts(db: Database) {
  const { expect, add } = openAdditions(db);
  const byId = db.prepare<[Buffer], Buffer>('SELECT bytes FROM fact WHERE event_id = ?').pluck();
  const stored = db.prepare<[Buffer], Stored>(
    `SELECT bytes, position, path AS line FROM fact JOIN line ON line.id = fact.line
     WHERE event_id = ?`,
  );
  const byPlace = db
    .prepare<[number, number, number], Buffer>(
      'SELECT bytes FROM fact WHERE line = ? AND epoch = ? AND sequence = ?',
    )
    .pluck();
  /** Positions have no holes, as no fact is ever deleted: the last one is their number. */
  const last = db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM fact').pluck();
  const own = db
    .prepare<[], number>(`SELECT sequence FROM line WHERE path = '${centralLine}'`)
    .pluck();

  return {
    /**
     * Stores the fact at the head's next place; returns its position. Undefined, and nothing is
     * stored, if its event id is there.
     */
    insert(head: Head, eventId: Buffer | null, atMs: number, bytes: Buffer, hash: Buffer) {
      const place = head.sequence + 1;
      return add(head.id, head.epoch, place, eventId, atMs, bytes, hash);
    },
    expect,
    byId: (eventId: Buffer) => byId.get(eventId),
    stored: (eventId: Buffer) => stored.get(eventId),
    at: ({ id }: Head, { epoch, sequence }: Place) => byPlace.get(id, epoch, sequence),
    last: () => last.get()!,
    /** Facts of lines: what central states of its own is none of them. */
    facts: () => last.get()! - (own.get() ?? 0),
  };
}

function openWaiting(db: Database) {
  const wait = db.prepare('INSERT INTO waiting VALUES (?, ?, ?, ?, ?)');
  const waits = db.prepare<[number], number>('SELECT count(*) FROM waiting WHERE line = ?').pluck();
  const waiting = db.prepare<[number, number, number], { bytes: Buffer; hash: Buffer | null }>(
    'SELECT bytes, hash FROM waiting WHERE line = ? AND epoch = ? AND sequence = ?',
  );
  const unwait = db.prepare('DELETE FROM waiting WHERE line = ? AND epoch = ? AND sequence <= ?');
  const left = db.prepare<[number], Place & { bytes: Buffer }>(
    'SELECT epoch, sequence, bytes FROM waiting WHERE line = ? ORDER BY epoch, sequence',
  );
  const gaps = db.prepare<[], Gap>(
    `SELECT path AS line, line.epoch, line.sequence + 1 AS "from", min(waiting.sequence) - 1 AS "to"
     FROM waiting JOIN line ON line.id = waiting.line AND line.epoch = waiting.epoch
     GROUP BY line.id HAVING min(waiting.sequence) > line.sequence + 1`,
  );

  return {
    wait: ({ id }: Head, { epoch, sequence }: Place, bytes: Buffer, hash: Buffer | null) =>
      wait.run(id, epoch, sequence, bytes, hash),
    waits: ({ id }: Head) => waits.get(id)!,
    waiting: ({ id }: Head, { epoch, sequence }: Place) => waiting.get(id, epoch, sequence),
    unwait: ({ id, epoch, sequence }: Head) => unwait.run(id, epoch, sequence),
    /** All that waits, of any epoch. */
    left: ({ id }: Head) => left.all(id),
    gaps: () => gaps.all(),
  };
}

function openParked(db: Database) {
  const park = db.prepare(
    `INSERT INTO parked (line, epoch, sequence, reason, at_ms, bytes)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const parked = db.prepare<[number], Parked>(
    `SELECT id, line, epoch, sequence, reason, at_ms AS atMs FROM parked ORDER BY id DESC LIMIT ?`,
  );
  const isParked = db
    .prepare<[string, number, number, Uint8Array], number>(
      'SELECT 1 FROM parked WHERE line = ? AND epoch = ? AND sequence = ? AND bytes = ? LIMIT 1',
    )
    .pluck();
  const unpark = db.prepare(`DELETE FROM parked WHERE line = ? AND bytes = ? AND ${ofAnOldEpoch}`);
  const parkedCount = db.prepare<[], number>('SELECT count(*) FROM parked').pluck();

  return {
    park: (path: string, place: Place | null, reason: string, atMs: number, bytes: Uint8Array) =>
      park.run(path, place?.epoch ?? null, place?.sequence ?? null, reason, atMs, bytes),
    /** True if these bytes were parked at this place before, for whatever reason. */
    isParked: (path: string, { epoch, sequence }: Place, bytes: Uint8Array) =>
      isParked.get(path, epoch, sequence, bytes) !== undefined,
    /** A fact of an old epoch has found its place after all: no person need look at it. */
    unpark: (path: string, bytes: Uint8Array) => void unpark.run(path, bytes),
    parked: (limit: number) => parked.all(limit),
    parkedCount: () => parkedCount.get()!,
  };
}

function openCursor(db: Database) {
  const cursor = db.prepare<[], Cursor>(
    'SELECT stream_sequence AS streamSequence, digest FROM cursor',
  );
  const setCursor = db.prepare('UPDATE cursor SET stream_sequence = ?, digest = ?');

  return {
    cursor: () => cursor.get()!,
    setCursor: ({ streamSequence, digest }: Cursor) => setCursor.run(streamSequence, digest),
  };
}
