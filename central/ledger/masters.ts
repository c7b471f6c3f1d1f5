import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import type { MasterKind, MasterVersion } from '../../shared/master.ts';

export const masterMigrations = [
  `
  CREATE TABLE master_set (                      -- approved as a whole, by a person
    id     INTEGER PRIMARY KEY,
    site   TEXT    NOT NULL,                     -- what its lines' paths begin with
    at_ms  INTEGER NOT NULL,
    by     TEXT    NOT NULL CHECK (by <> ''),
    reason TEXT    NOT NULL CHECK (reason <> '')
  ) STRICT;
  CREATE TABLE master_version (
    kind       TEXT    NOT NULL,
    record     TEXT    NOT NULL,
    version    TEXT    NOT NULL,
    site       TEXT    NOT NULL,
    master_set INTEGER NOT NULL,                 -- with which it came first
    PRIMARY KEY (kind, record, version, site)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE order_version (                   -- what the releases of an order name
    order_number TEXT NOT NULL,
    kind         TEXT NOT NULL,
    record       TEXT NOT NULL,
    version      TEXT NOT NULL,
    line         TEXT NOT NULL,                  -- that stated it
    PRIMARY KEY (order_number, kind, record, version, line)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX order_version_record ON order_version (kind, record, version);
  CREATE TRIGGER master_set_is_history BEFORE UPDATE ON master_set
    BEGIN SELECT raise(ABORT, 'what a person has approved is never edited'); END;
  CREATE TRIGGER master_set_is_kept BEFORE DELETE ON master_set
    BEGIN SELECT raise(ABORT, 'what a person has approved is never deleted'); END;
  `,
];

/** Most orders of which it is remembered that they lack nothing. */
const wholeMax = 20_000;
/** Most sets, and most versions that orders lack, that are told. */
const setsMax = 50;
const lackedMax = 1_000;

/** What a person approves: these versions, at the lines whose paths begin with `site`. */
export type Approval = Readonly<{
  site: string;
  by: string;
  reason: string;
  versions: readonly MasterVersion[];
}>;
export type MasterSet = Readonly<Omit<Approval, 'versions'> & { atMs: number; versions: number }>;
/** A version that an order names and its site does not know. */
export type Lacked = MasterVersion & Readonly<{ order: string; line: string }>;
export type Masters = ReturnType<typeof openMasters>;

const unknown = `NOT EXISTS (SELECT 1 FROM master_version AS known
  WHERE known.kind = named.kind AND known.record = named.record AND known.version = named.version
    AND (named.line = known.site
      OR substr(named.line, 1, length(known.site) + 1) = known.site || '/'))`;
const lackedColumns =
  'named.order_number AS "order", named.kind, named.record, named.version, line';

/**
 * Which versions of master records are known at which site, and which ones orders were released
 * with. What is known once stays known.
 */
export function openMasters(db: Database) {
  const name = db.prepare(
    'INSERT INTO order_version VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const lackedBy = db.prepare<[string], Lacked>(
    `SELECT ${lackedColumns} FROM order_version AS named
     WHERE named.order_number = ? AND ${unknown} ORDER BY named.kind, named.record, named.version`,
  );
  const lackedByAny = db.prepare<[number], Lacked>(
    `SELECT ${lackedColumns} FROM order_version AS named JOIN production_order USING (order_number)
     WHERE closed = 0 AND ${unknown} ORDER BY named.order_number, named.kind, named.record LIMIT ?`,
  );
  const addSet = db
    .prepare<[string, number, string, string], number>(
      'INSERT INTO master_set (site, at_ms, by, reason) VALUES (?, ?, ?, ?) RETURNING id',
    )
    .pluck();
  const add = db.prepare(
    'INSERT INTO master_version VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const naming = db
    .prepare<[string, string, string], string>(
      `SELECT DISTINCT order_number FROM order_version
       WHERE kind = ? AND record = ? AND version = ?`,
    )
    .pluck();
  const sets = db.prepare<[number], MasterSet>(
    `SELECT site, at_ms AS atMs, by, reason,
       (SELECT count(*) FROM master_version WHERE master_set = master_set.id) AS versions
     FROM master_set ORDER BY id DESC LIMIT ?`,
  );
  const whole = new Set<string>(); // orders that lack nothing

  return {
    /** Takes in what a release names, in the ledger's transaction. */
    note(fact: Fact<'OrderReleased'>): void {
      const { order, line, body } = fact;
      if (order === undefined || body.versions === undefined) return;
      whole.delete(order);
      for (const { kind, record, version } of body.versions) {
        name.run(order, kind, record, version, line);
      }
    },

    /** The first version of these kinds that the order names and its site does not know. */
    lacking(order: string, kinds: readonly MasterKind[]): MasterVersion | undefined {
      if (whole.has(order)) return undefined;
      const lacked = lackedBy.all(order);
      if (lacked.length > 0) return lacked.find(({ kind }) => kinds.includes(kind));
      if (whole.size >= wholeMax) whole.clear();
      whole.add(order);
      return undefined;
    },

    /** Versions that the order names and its site does not know. */
    lackedBy: (order: string): readonly Lacked[] => lackedBy.all(order),

    /** Keeps what was approved; returns the orders that name some of it. */
    approve({ site, by, reason, versions }: Approval, atMs: number): ReadonlySet<string> {
      const set = addSet.get(site, atMs, by, reason)!;
      const orders = new Set<string>();
      for (const { kind, record, version } of versions) {
        add.run(kind, record, version, site, set);
        for (const order of naming.all(kind, record, version)) orders.add(order);
      }
      return orders;
    },

    /** Forgets what was not committed. */
    undone: (): void => whole.clear(),
    /** What was approved, the newest first. */
    sets: () => sets.all(setsMax),
    /** What orders that are not closed name and their sites do not know. */
    lacked: () => lackedByAny.all(lackedMax),
  };
}
