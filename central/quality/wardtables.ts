import type { Database } from '../../shared/database.ts';

export const wardMigrations = [
  `
  CREATE TABLE ward (                            -- holds that central has placed
    hold        TEXT    PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind = 'lot' OR kind = 'order'),
    name        TEXT    NOT NULL,
    at_ms       INTEGER NOT NULL,
    by          TEXT    NOT NULL CHECK (by <> ''),
    reason      TEXT    NOT NULL,
    place       TEXT    NOT NULL,                -- by whose rules its documents go
    released_ms INTEGER,
    released_by TEXT    CHECK ((released_by IS NULL) = (released_ms IS NULL)),
    words       TEXT    CHECK ((words IS NULL) = (released_ms IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ward_open ON ward (hold) WHERE released_ms IS NULL;
  CREATE TABLE ward_root (                       -- what the gate at central goes by
    hold TEXT NOT NULL,
    root TEXT PRIMARY KEY                        -- in the table of all holds
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ward_root_hold ON ward_root (hold);
  CREATE TABLE ward_node (                       -- lots and orders that it has reached
    hold TEXT NOT NULL,
    node TEXT NOT NULL,                          -- 'lot:…' or 'order:…'
    PRIMARY KEY (hold, node)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ward_node_node ON ward_node (node);
  CREATE TABLE ward_line (                       -- who was asked to hold what
    hold      TEXT    NOT NULL,
    line      TEXT    NOT NULL,
    node      TEXT    NOT NULL,
    line_hold TEXT    NOT NULL UNIQUE,           -- the hold at the line
    PRIMARY KEY (hold, line, node)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE warded (                          -- up to where facts were looked through for them
    position INTEGER NOT NULL
  ) STRICT;
  INSERT INTO warded VALUES (0);
  CREATE TRIGGER ward_is_history BEFORE UPDATE ON ward
    WHEN old.released_ms IS NOT NULL OR new.name <> old.name OR new.by <> old.by
    BEGIN SELECT raise(ABORT, 'what was held is never edited'); END;
  CREATE TRIGGER ward_is_kept BEFORE DELETE ON ward
    BEGIN SELECT raise(ABORT, 'what was held is never deleted'); END;
  CREATE TRIGGER ward_line_is_kept BEFORE DELETE ON ward_line
    BEGIN SELECT raise(ABORT, 'who was asked is never deleted'); END;
  `,
];

/** A hold that central has placed: on a lot, with all that is made of it, or on an order. */
export type Ward = Readonly<{
  hold: string;
  kind: 'lot' | 'order';
  name: string;
  atMs: number;
  by: string;
  reason: string;
  place: string;
  releasedMs: number | null;
  releasedBy: string | null;
  words: string | null;
}>;
export type WardLine = Readonly<{ line: string; node: string; lineHold: string }>;

/** What a line was asked to hold a second time has a number behind it, in a line of its own. */
export const againNode = (node: string, times: number): string =>
  times === 0 ? node : `${node}\n${`${times}`.padStart(6, '0')}`;
const plainNode = ({ node, ...member }: WardLine): WardLine => ({
  ...member,
  node: node.slice(0, node.includes('\n') ? node.indexOf('\n') : undefined),
});

const columns = `hold, kind, name, at_ms AS atMs, by, reason, place, released_ms AS releasedMs,
  released_by AS releasedBy, words`;
const ever = Number.MAX_SAFE_INTEGER;
/** Facts of one lot or order that are looked at for the lines that know it: the newest. */
const factsMax = 5_000;

/** What is asked of the tables of holds from central, prepared once. */
export const wardTables = (db: Database) => ({ ...holdsIn(db), ...reachIn(db), ...askedIn(db) });

/** The holds, and who was asked. */
function holdsIn(db: Database) {
  const pluck = <A extends unknown[], R>(sql: string) => db.prepare<A, R>(sql).pluck();
  return {
    one: db.prepare<[string], Ward>(`SELECT ${columns} FROM ward WHERE hold = ?`),
    open: db.prepare<[], Ward>(
      `SELECT ${columns} FROM ward WHERE released_ms IS NULL ORDER BY hold`,
    ),
    shown: db.prepare<[number], Ward>(
      `SELECT ${columns} FROM ward ORDER BY at_ms DESC, hold LIMIT ?`,
    ),
    openOn: pluck<[string, string], string>(
      'SELECT hold FROM ward WHERE kind = ? AND name = ? AND released_ms IS NULL ORDER BY hold',
    ),
    count: pluck<[], number>('SELECT count(*) FROM ward'),
    add: db.prepare(
      'INSERT INTO ward (hold, kind, name, at_ms, by, reason, place) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    release: db.prepare(
      'UPDATE ward SET released_ms = ?, released_by = ?, words = ? WHERE hold = ?',
    ),
    isHold: pluck<[string], 1>('SELECT 1 FROM hold WHERE hold = ?'),
    addRoot: db.prepare('INSERT INTO ward_root VALUES (?, ?)'),
    addHold: db.prepare(
      `INSERT INTO hold (hold, placed, scope, line, order_number, lot) VALUES (?, 1, ?, '', ?, ?)`,
    ),
    freeHold: db.prepare('UPDATE hold SET released = 1 WHERE hold = ?'),
    roots: pluck<[string], string>('SELECT root FROM ward_root WHERE hold = ? ORDER BY root'),
  };
}

/** Who was asked to hold what. */
function askedIn(db: Database) {
  const pluck = <A extends unknown[], R>(sql: string) => db.prepare<A, R>(sql).pluck();
  const members = db.prepare<[string], WardLine>(
    `SELECT line, node, line_hold AS lineHold FROM ward_line WHERE hold = ? ORDER BY line, node`,
  );
  const asks = pluck<[string, string, string, string, string], string>(
    `SELECT line_hold FROM ward_line WHERE hold = ? AND line = ?
       AND (node = ? OR node >= ? AND node < ?) ORDER BY node`,
  );
  return {
    members: (hold: string): WardLine[] => members.all(hold).map(plainNode),
    /** The holds of a line that it was asked to place for this, the first one first. */
    asks: (hold: string, line: string, node: string): string[] =>
      asks.all(hold, line, node, `${node}\n`, `${node}\v`),
    memberCount: pluck<[string], number>('SELECT count(*) FROM ward_line WHERE hold = ?'),
    addMember: db.prepare('INSERT INTO ward_line VALUES (?, ?, ?, ?)'),
  };
}

/** What they reach, and what was looked through for it. */
function reachIn(db: Database) {
  const pluck = <A extends unknown[], R>(sql: string) => db.prepare<A, R>(sql).pluck();
  return {
    /** Lots that the order has produced, and that the hold on it does not hold by itself yet. */
    produced: pluck<[string, string], string>(
      `SELECT target FROM link WHERE source = ? AND target GLOB 'lot:*'
         AND NOT EXISTS (SELECT 1 FROM ward_root WHERE root = ? || substr(link.target, 4))
       ORDER BY target`,
    ),
    /** Lots that are reached and were not before. */
    fresh: pluck<[string, number], string>(
      `SELECT DISTINCT node FROM ward_root JOIN reach ON reach.hold = ward_root.root
       WHERE ward_root.hold = ? AND until_ms = ${ever} AND node GLOB 'lot:*'
         AND NOT EXISTS (SELECT 1 FROM ward_node
           WHERE ward_node.hold = ward_root.hold AND ward_node.node = reach.node)
       ORDER BY node LIMIT ?`,
    ),
    /** Lots that it reaches now. */
    reached: pluck<[string], string>(
      `SELECT DISTINCT node FROM ward_root JOIN reach ON reach.hold = ward_root.root
       WHERE ward_root.hold = ? AND until_ms = ${ever} AND node GLOB 'lot:*' ORDER BY node`,
    ),
    addNode: db.prepare('INSERT INTO ward_node VALUES (?, ?) ON CONFLICT DO NOTHING'),
    /** Open holds that reach it. */
    wardsOf: pluck<[string], string>(
      `SELECT ward.hold FROM ward_node JOIN ward ON ward.hold = ward_node.hold
       WHERE node = ? AND released_ms IS NULL ORDER BY ward.hold`,
    ),
    /** Lines that have stated a fact that names it. */
    linesOf: pluck<[string], string>(
      `SELECT DISTINCT path FROM (SELECT position FROM thread WHERE word = ?
         ORDER BY position DESC LIMIT ${factsMax}) AS named
       JOIN fact ON fact.position = named.position JOIN line ON line.id = fact.line ORDER BY path`,
    ),
    /** Holds of central that hold all of a lot, or of what it was made of. */
    onNode: pluck<[string], string>(
      `SELECT ward_root.hold FROM reach JOIN ward_root ON ward_root.root = reach.hold
       WHERE reach.node = ? AND until_ms = ${ever} ORDER BY ward_root.hold`,
    ),
    position: pluck<[], number>('SELECT position FROM warded'),
    move: db.prepare('UPDATE warded SET position = ?'),
    threaded: pluck<[], number>('SELECT position FROM threaded'),
    facts: db.prepare<[number, number, number], { position: number; line: string; bytes: Buffer }>(
      `SELECT position, path AS line, bytes FROM fact JOIN line ON line.id = fact.line
       WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
    ),
  };
}

/** Open holds of central that reach a lot, whether or not an order of ours has made it. */
export function openWarding(db: Database) {
  const { onNode } = wardTables(db);
  return (lot: string): string[] => onNode.all(`lot:${lot}`);
}
