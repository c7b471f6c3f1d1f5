import type { Database } from '../../shared/database.ts';
import type { Timed } from './timed.ts';

export const momentMigration = `
  CREATE TABLE figure_run (                      -- runs that are open
    line       TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    phase      TEXT    NOT NULL,
    started_ms INTEGER NOT NULL,
    PRIMARY KEY (line, run)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE figure_order (                    -- from when to when an order was worked on
    order_number TEXT    PRIMARY KEY,
    first_ms     INTEGER NOT NULL,
    last_ms      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX figure_order_last ON figure_order (last_ms);
  CREATE TABLE figure_hold (                     -- when a hold was placed, and decided last
    hold         TEXT    PRIMARY KEY,
    line         TEXT    NOT NULL,               -- where it was placed, if that is known
    order_number TEXT    NOT NULL,               -- '' for none
    placed_ms    INTEGER,
    decided_ms   INTEGER,
    doubt        INTEGER NOT NULL DEFAULT 0 CHECK (doubt = 0 OR doubt = 1)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX figure_hold_placed ON figure_hold (placed_ms);
  CREATE INDEX figure_hold_decided ON figure_hold (decided_ms);
  CREATE TABLE figure_inspected (                -- what was inspected once already
    about   TEXT    PRIMARY KEY,
    last_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX figure_inspected_last ON figure_inspected (last_ms);
`;

type Run = Readonly<{ phase: string; startedMs: number }>;
/** From the first phase of an order to the last start or end of one, Unix ms. */
export type Worked = Readonly<{ firstMs: number; lastMs: number }>;
/** A hold that was placed; `decidedMs` is null until anybody has decided on it. */
export type HoldMoment = Readonly<{
  hold: string;
  line: string;
  order: string;
  placedMs: number;
  decidedMs: number | null;
  doubt: 0 | 1;
  isOpen: 0 | 1;
}>;
export type Moments = ReturnType<typeof openMoments>;

const decisions = new Set(['HoldDispositioned', 'HoldReleased', 'HoldCancelled']);

function openHoldMoments(db: Database) {
  const place = db.prepare(
    `INSERT INTO figure_hold VALUES (?, ?, ?, ?, NULL, ?)
     ON CONFLICT (hold) DO UPDATE SET line = excluded.line, order_number = excluded.order_number,
       placed_ms = excluded.placed_ms, doubt = max(figure_hold.doubt, excluded.doubt)`,
  );
  const decide = db.prepare(
    `INSERT INTO figure_hold VALUES (?, ?, ?, NULL, ?, ?)
     ON CONFLICT (hold) DO UPDATE SET
       decided_ms = max(coalesce(figure_hold.decided_ms, excluded.decided_ms), excluded.decided_ms),
       doubt = max(figure_hold.doubt, excluded.doubt)`,
  );
  return ({ fact, atMs, doubt }: Timed): void => {
    const isPlaced = fact.type === 'HoldPlaced';
    if (!isPlaced && !decisions.has(fact.type)) return;
    const { hold } = fact.body as { hold: string };
    const put = isPlaced ? place : decide;
    put.run(hold, fact.line, fact.order ?? '', atMs, doubt ? 1 : 0);
  };
}

/** When things began and ended; in transactions of whoever calls. */
export function openMoments(db: Database) {
  const begin = db.prepare(
    `INSERT INTO figure_run VALUES (?, ?, ?, ?) ON CONFLICT (line, run)
       DO UPDATE SET phase = excluded.phase, started_ms = excluded.started_ms`,
  );
  const runOf = db.prepare<[string, string], Run>(
    'SELECT phase, started_ms AS startedMs FROM figure_run WHERE line = ? AND run = ?',
  );
  const end = db.prepare('DELETE FROM figure_run WHERE line = ? AND run = ?');
  const work = db.prepare(
    `INSERT INTO figure_order VALUES (?, ?, ?)
     ON CONFLICT (order_number) DO UPDATE SET
       first_ms = min(figure_order.first_ms, excluded.first_ms),
       last_ms = max(figure_order.last_ms, excluded.last_ms)`,
  );
  const worked = db.prepare<[string], Worked>(
    'SELECT first_ms AS firstMs, last_ms AS lastMs FROM figure_order WHERE order_number = ?',
  );
  const seen = db.prepare<[string], number>('SELECT last_ms FROM figure_inspected WHERE about = ?');
  const see = db.prepare(
    `INSERT INTO figure_inspected VALUES (?, ?)
     ON CONFLICT (about) DO UPDATE SET last_ms = max(figure_inspected.last_ms, excluded.last_ms)`,
  );
  // Those that were decided in the time, and those that were placed before its end and are open.
  const holds = db.prepare<[number, number, number, number], HoldMoment>(
    `SELECT f.hold, f.line, f.order_number AS "order", f.placed_ms AS placedMs,
       f.decided_ms AS decidedMs, f.doubt, h.is_open AS isOpen
     FROM figure_hold AS f JOIN hold AS h ON h.hold = f.hold
     WHERE f.placed_ms IS NOT NULL AND (f.decided_ms >= ? AND f.decided_ms < ?
       OR f.placed_ms < ? AND h.is_open = 1) ORDER BY f.hold LIMIT ?`,
  );
  const trims = [
    'DELETE FROM figure_order WHERE last_ms < ?',
    'DELETE FROM figure_hold WHERE coalesce(decided_ms, placed_ms) < ?',
    'DELETE FROM figure_inspected WHERE last_ms < ?',
  ].map((sql) => db.prepare(sql));
  const noteHold = openHoldMoments(db);

  return {
    /** Takes in a fact; the run that it ends, if it ends one. */
    note(stated: Timed): Run | undefined {
      const { fact, atMs } = stated;
      noteHold(stated);
      if (fact.type !== 'PhaseStarted' && fact.type !== 'PhaseEnded') return undefined;
      const { line, order, body } = fact;
      if (order !== undefined) work.run(order, atMs, atMs);
      if (fact.type === 'PhaseStarted') {
        begin.run(line, body.run, fact.body.phase, fact.atMs);
        return undefined;
      }
      const run = runOf.get(line, body.run);
      end.run(line, body.run);
      return run;
    },
    /** True the first time that it is inspected. */
    inspected(about: string, atMs: number): boolean {
      const isFirst = seen.get(about) === undefined;
      see.run(about, atMs);
      return isFirst;
    },
    worked: (order: string): Worked | undefined => worked.get(order),
    holds: (fromMs: number, untilMs: number, limit: number): HoldMoment[] =>
      holds.all(fromMs, untilMs, untilMs, limit),
    trim(beforeMs: number): void {
      for (const statement of trims) statement.run(beforeMs);
    },
  };
}
