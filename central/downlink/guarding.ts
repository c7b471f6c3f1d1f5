import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import type { MasterVersion } from '../../shared/master.ts';
import { siteOf } from '../../shared/reference.ts';
import {
  isGuarded,
  type Objection,
  orderGuard,
  type Released,
  readChecked,
} from '../../statecharts/orderguard.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { ChangeSets } from './changesets.ts';

export const guardMigrations = [
  `
  CREATE TABLE guard_verdict (                   -- what the order guard says of a fact, twice
    id           INTEGER PRIMARY KEY,
    event_id     TEXT    NOT NULL UNIQUE,
    line         TEXT    NOT NULL,
    order_number TEXT    NOT NULL,
    at_ms        INTEGER NOT NULL,
    edge_set     INTEGER,                        -- NULL: the edge asked no guard
    edge_rule    TEXT,                           -- that objected there
    set_number   INTEGER NOT NULL,               -- of central, by which it is judged here
    rule         TEXT,                           -- that objects here
    reason       TEXT CHECK ((reason IS NULL) = (rule IS NULL)),
    differs      INTEGER NOT NULL CHECK (differs IN (0, 1))
  ) STRICT;
  CREATE INDEX guard_differs ON guard_verdict (differs, id);
  CREATE TRIGGER guard_verdict_is_history BEFORE UPDATE ON guard_verdict
    BEGIN SELECT raise(ABORT, 'a verdict is never edited'); END;
  CREATE TRIGGER guard_verdict_stays BEFORE DELETE ON guard_verdict
    BEGIN SELECT raise(ABORT, 'a verdict is never deleted'); END;
  CREATE TABLE reference_line (                  -- which set is active at a line, as it stated
    line   TEXT    PRIMARY KEY,
    number INTEGER NOT NULL,
    at_ms  INTEGER NOT NULL                      -- when it became so there
  ) STRICT, WITHOUT ROWID;
  `,
];

/** What came with verdicts that are listed by order. */
export const guardMigrations2 = ['CREATE INDEX guard_order ON guard_verdict (order_number, id);'];

/** What both have said of one fact. */
export type Verdict = Readonly<{
  eventId: string;
  line: string;
  order: string;
  atMs: number;
  edgeSet: number | null;
  edgeRule: string | null;
  set: number;
  rule: string | null;
  reason: string | null;
  differs: boolean;
}>;
type Row = Omit<Verdict, 'differs'> & Readonly<{ id: number; differs: 0 | 1 }>;
/** Facts of an order that were judged: where both say the same, and where either objects. */
export type VerdictCounts = Readonly<{
  facts: number;
  agree: number;
  differ: number;
  objected: number;
}>;
type Parts = { db: Database; dossier: Dossier; sets: ChangeSets };

function prepare(db: Database) {
  const columns = `id, event_id AS eventId, line, order_number AS "order", at_ms AS atMs,
    edge_set AS edgeSet, edge_rule AS edgeRule, set_number AS "set", rule, reason, differs`;
  return {
    add: db.prepare(
      `INSERT INTO guard_verdict (event_id, line, order_number, at_ms, edge_set, edge_rule,
         set_number, rule, reason, differs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    differing: db.prepare<[number, number], Row>(
      `SELECT ${columns} FROM guard_verdict WHERE differs = 1 AND id > ? ORDER BY id LIMIT ?`,
    ),
    count: db.prepare<[], number>('SELECT count(*) FROM guard_verdict WHERE differs = 1').pluck(),
    ofOrder: db.prepare<[string, number, number], Row>(
      `SELECT ${columns} FROM guard_verdict WHERE order_number = ? AND id > ? ORDER BY id LIMIT ?`,
    ),
    counts: db.prepare<[string], VerdictCounts>(
      `SELECT count(*) AS facts, coalesce(sum(1 - differs), 0) AS agree,
         coalesce(sum(differs), 0) AS differ,
         coalesce(sum(CASE WHEN rule IS NULL AND edge_rule IS NULL THEN 0 ELSE 1 END), 0)
           AS objected
       FROM guard_verdict WHERE order_number = ?`,
    ),
    named: db.prepare<[string], MasterVersion & { line: string }>(
      'SELECT kind, record, version, line FROM order_version WHERE order_number = ?',
    ),
    applied: db.prepare(
      `INSERT INTO reference_line VALUES (?, ?, ?)
       ON CONFLICT (line) DO UPDATE SET number = excluded.number, at_ms = excluded.at_ms
       WHERE excluded.number > reference_line.number`,
    ),
    lines: db.prepare<[number], { line: string; number: number; atMs: number }>(
      'SELECT line, number, at_ms AS atMs FROM reference_line ORDER BY line LIMIT ?',
    ),
  };
}

type Page = Readonly<{ after: number; limit: number }>;
/** Of one row more than were asked for: those, and where to go on. */
function pageOf(rows: readonly Row[], limit: number) {
  const shown = rows.slice(0, limit).map((row) => ({ ...row, differs: row.differs === 1 }));
  return { shown, next: rows.length > limit ? shown.at(-1)!.id : null };
}

/** Most lines that are told. */
const linesMax = 10_000;

/**
 * The order guard once more, by the set that was active at central when the edge recorded the fact.
 * What both said is kept beside the fact; where they differ people are told, and nothing is undone.
 */
export function openGuarding({ db, dossier, sets }: Parts) {
  const tables = prepare(db);

  /** What the line's own release named, or else any release of the order. */
  function releasedOf(order: string, line: string): Released | undefined {
    const known = dossier.order(order);
    if (!known) return undefined;
    const named = tables.named.all(order);
    const own = named.filter((one) => one.line === line);
    return { material: known.material, versions: own.length > 0 ? own : named };
  }

  return {
    /** Takes in a fact, in the ledger's transaction and behind the dossier. */
    note(fact: Fact): void {
      const { line, eventId, order, recordedMs } = fact;
      if (fact.type === 'ReferenceApplied') {
        tables.applied.run(line, fact.body.set, recordedMs);
        return;
      }
      if (order === undefined || !isGuarded(fact)) return;
      const set = sets.numberAt(siteOf(line), recordedMs);
      const edge = readChecked(fact.checked);
      if (set === 0 && edge === undefined) return;
      const known = sets.by(siteOf(line), set);
      const found: Objection | undefined =
        set === 0 ? undefined : orderGuard(known, releasedOf(order, line), fact);
      const differs = (edge?.rule ?? '') !== (found?.rule ?? '');
      tables.add.run(
        ...[eventId, line, order, recordedMs, edge?.set ?? null, edge?.rule ?? null],
        ...[set, found?.rule ?? null, found?.reason ?? null, differs ? 1 : 0],
      );
    },

    /** Where both differ, behind the verdict `after`; `next` is the one to go on with. */
    differences({ after, limit }: Page) {
      const { shown, next } = pageOf(tables.differing.all(after, limit + 1), limit);
      return { differences: shown, next };
    },
    /** All verdicts of an order, whether they agree or not, behind the verdict `after`. */
    verdicts({ order, after, limit }: Page & Readonly<{ order: string }>) {
      const { shown, next } = pageOf(tables.ofOrder.all(order, after, limit + 1), limit);
      return { order, ...tables.counts.get(order)!, verdicts: shown, next };
    },
    /** How many of them there are of an order. */
    countsOf: (order: string): VerdictCounts => tables.counts.get(order)!,
    count: (): number => tables.count.get()!,
    /** Which set each line says is active there. */
    lines: () => tables.lines.all(linesMax),
  };
}
