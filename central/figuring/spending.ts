import type { Database } from '../../shared/database.ts';
import type { Change, LineState } from '../../statecharts/linetime.ts';
import { newLineState } from '../../statecharts/linetime.ts';
import type { Cells } from './cells.ts';
import type { Plant } from './plant.ts';
import { type Move, spentBy } from './spent.ts';

export const spendingMigration = `
  CREATE TABLE figure_line (                     -- lines that facts were read of
    line     TEXT    PRIMARY KEY,
    heard_ms INTEGER NOT NULL                    -- latest instant that a fact tells of
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE figure_move (                     -- what changed how a line spends its time
    line     TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    position INTEGER NOT NULL,                   -- of the fact in the ledger
    doubt    INTEGER NOT NULL CHECK (doubt = 0 OR doubt = 1),
    body     TEXT    NOT NULL,
    PRIMARY KEY (line, at_ms, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE figure_state (                    -- how a line was when a stretch began
    line    TEXT    NOT NULL,
    from_ms INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (line, from_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE figure_due (                      -- stretches whose time is to be summed anew
    line    TEXT    NOT NULL,
    from_ms INTEGER NOT NULL,
    PRIMARY KEY (line, from_ms)
  ) STRICT, WITHOUT ROWID;
`;

const dayMs = 86_400_000;

const writeState = ({ equipment, runs, paused }: LineState): string =>
  JSON.stringify({ equipment, runs: [...runs], paused: [...paused] });
function readState(body: string | undefined): LineState {
  if (body === undefined) return newLineState();
  const { equipment, runs, paused } = JSON.parse(body);
  return { equipment, runs: new Map(runs), paused: new Set(paused) };
}

type Told = Readonly<{
  line: string;
  atMs: number;
  position: number;
  doubt: boolean;
  change: Change | undefined;
}>;
type Row = Readonly<{ atMs: number; doubt: 0 | 1; body: string }>;
export type Spending = ReturnType<typeof openSpending>;

const statementsOf = (db: Database) => ({
  heard: db.prepare<[string], number>('SELECT heard_ms FROM figure_line WHERE line = ?').pluck(),
  hear: db.prepare(
    `INSERT INTO figure_line VALUES (?, ?)
     ON CONFLICT (line) DO UPDATE SET heard_ms = excluded.heard_ms`,
  ),
  newest: db.prepare<[], number | null>('SELECT max(heard_ms) FROM figure_line').pluck(),
  lines: db.prepare<[], { line: string; heardMs: number }>(
    'SELECT line, heard_ms AS heardMs FROM figure_line ORDER BY line',
  ),
  move: db.prepare('INSERT INTO figure_move VALUES (?, ?, ?, ?, ?)'),
  moves: db.prepare<[string, number, number], Row>(
    `SELECT at_ms AS atMs, doubt, body FROM figure_move
     WHERE line = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms, position`,
  ),
  state: db
    .prepare<[string, number], string>(
      'SELECT body FROM figure_state WHERE line = ? AND from_ms = ?',
    )
    .pluck(),
  begin: db.prepare(
    `INSERT INTO figure_state VALUES (?, ?, ?)
     ON CONFLICT (line, from_ms) DO UPDATE SET body = excluded.body`,
  ),
  due: db.prepare('INSERT INTO figure_due VALUES (?, ?) ON CONFLICT DO NOTHING'),
  next: db.prepare<[], { line: string; fromMs: number }>(
    'SELECT line, from_ms AS fromMs FROM figure_due ORDER BY line, from_ms LIMIT 1',
  ),
  done: db.prepare('DELETE FROM figure_due WHERE line = ? AND from_ms >= ? AND from_ms < ?'),
  trimMoves: db.prepare('DELETE FROM figure_move WHERE line = ? AND at_ms < ?'),
  trimStates: db.prepare('DELETE FROM figure_state WHERE line = ? AND from_ms < ?'),
});

/**
 * How lines spend their time, by the times at which that was true. What changes it is kept; a
 * stretch is summed anew when something in it or before it has changed, so that what comes late
 * counts as if it had come in time. All within transactions of whoever calls.
 */
export function openSpending(db: Database, plant: Plant, cells: Cells, keepDays: number) {
  const { heard, hear, newest, lines, move, moves, state, begin, due, next, done, ...trims } =
    statementsOf(db);
  const stretchAt = (line: string, atMs: number) => plant.daysOf(line).calendar.stretchAt(atMs);
  const heardOf = new Map<string, number | undefined>();
  let newestMs: number | undefined;

  /** What was before is forgotten, and counts no more. */
  function horizonMs(): number {
    newestMs ??= newest.get() ?? 0;
    return Math.floor(newestMs / dayMs - keepDays) * dayMs;
  }

  /**
   * Where what begins there ends: behind its stretch, or, where nobody will ask for that, behind
   * all that is forgotten soon. A clock that was decades back costs no more than the days kept.
   */
  function endOf(line: string, fromMs: number, heardMs: number): { untilMs: number; old: boolean } {
    const { untilMs } = stretchAt(line, fromMs);
    const keptMs = Math.min(horizonMs() - dayMs, heardMs); // figures are trimmed once a day
    const { fromMs: oldMs } = stretchAt(line, keptMs);
    return oldMs > untilMs ? { untilMs: oldMs, old: true } : { untilMs, old: false };
  }

  /** Sums what is due there; the end of what was summed. */
  function sum(line: string, fromMs: number): number {
    const heardMs = heard.get(line)!;
    const { untilMs, old } = endOf(line, fromMs, heardMs);
    const now = readState(state.get(line, fromMs));
    const all = moves.all(line, fromMs, untilMs).map(
      ({ atMs, doubt, body }): Move => ({
        ...{ atMs, doubt: doubt === 1, change: JSON.parse(body) as Change },
      }),
    );
    const spent = spentBy(now, all, fromMs, Math.min(untilMs, heardMs));
    cells.spend(line, fromMs, old ? new Map() : spent);
    if (heardMs < untilMs) return untilMs;
    const after = writeState(now);
    if (state.get(line, untilMs) === after) return untilMs;
    begin.run(line, untilMs, after);
    due.run(line, untilMs);
    return untilMs;
  }

  return {
    note({ line, atMs, position, doubt, change }: Told): void {
      if (!heardOf.has(line)) heardOf.set(line, heard.get(line));
      const before = heardOf.get(line);
      if (change && atMs >= horizonMs()) {
        move.run(line, atMs, position, doubt ? 1 : 0, JSON.stringify(change));
        due.run(line, stretchAt(line, atMs).fromMs);
      }
      if (before !== undefined && atMs <= before) return;
      due.run(line, stretchAt(line, before ?? atMs).fromMs);
      heardOf.set(line, atMs);
      newestMs = Math.max(newestMs ?? newest.get() ?? 0, atMs);
    },

    /** Writes what was heard; at the end of the transaction. */
    save(): void {
      for (const [line, atMs] of heardOf) if (atMs !== undefined) hear.run(line, atMs);
      heardOf.clear();
      newestMs = undefined;
    },
    /** Forgets what was not written. */
    undone(): void {
      heardOf.clear();
      newestMs = undefined;
    },

    /** Sums at most so many stretches anew, earlier ones first; how many it were. */
    settle(most: number): number {
      for (let count = 0; count < most; count++) {
        const one = next.get();
        if (!one) return count;
        const untilMs = sum(one.line, one.fromMs);
        done.run(one.line, one.fromMs, untilMs);
      }
      return most;
    },
    isSettled: (): boolean => next.get() === undefined,

    /** Forgets what is too old, once all is settled; how a line was when last heard stays. */
    trim(): number {
      newestMs = undefined;
      const oldest = horizonMs();
      cells.trim(oldest);
      for (const { line, heardMs } of lines.all()) {
        const last = Math.min(oldest, stretchAt(line, heardMs).fromMs);
        trims.trimMoves.run(line, last);
        trims.trimStates.run(line, last);
      }
      return oldest;
    },
    lines: () => lines.all(),
    horizonMs,
  };
}
