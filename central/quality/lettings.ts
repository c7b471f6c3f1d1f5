import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { type Quantity, quantityText } from '../../shared/quantity.ts';
import type { Dispatch, Sending } from './dispatch.ts';
import type { Sent } from './sent.ts';
import { type Letting, placing, releasing, sendRelease } from './wardlines.ts';

export const lettingMigrations = [
  `
  CREATE TABLE letting (                         -- lines that are asked to let a decided lot go
    line_hold TEXT    NOT NULL,
    act       INTEGER NOT NULL,
    line      TEXT    NOT NULL,
    lot       TEXT    NOT NULL,
    rest      TEXT,                              -- what stays held there, in a lot of its own
    unit      TEXT,
    proposer  TEXT    NOT NULL,
    by        TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    at_ms     INTEGER NOT NULL,
    state     TEXT    NOT NULL CHECK (state = 'open' OR state = 'done' OR state = 'refused'),
    words     TEXT,
    PRIMARY KEY (line_hold, act)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX letting_open ON letting (line, act) WHERE state = 'open';
  `,
];

/** Most lettings that are gone on with in one transaction. */
const atOnce = 500;

type Row = Readonly<{
  lineHold: string;
  act: number;
  line: string;
  lot: string;
  rest: string | null;
  unit: string | null;
  proposer: string;
  by: string;
  reason: string;
  atMs: number;
  state: 'open' | 'done' | 'refused';
  words: string | null;
}>;
/** Who has decided it, and what of it stays held, at one of the lines. */
export type Freeing = Pick<Row, 'act' | 'proposer' | 'by' | 'reason'> &
  Readonly<{ parting: { line: string; unit: string | null; rest: Quantity } | undefined }>;
export type Lettings = ReturnType<typeof openLettings>;

const columns = `line_hold AS lineHold, act, line, lot, rest, unit, proposer, by, reason,
  at_ms AS atMs, state, words`;

/** A line's lot with what of a decided lot stays held. */
export const restName = (lineHold: string, act: number): string => `${lineHold}.${act}`;

/**
 * Lines let a lot go that was decided, step by step, each after the line has said what came of the
 * one before: what stays held is split off, and is a lot of its own under the line's hold; then the
 * hold lets the lot go. Where it holds nothing else it is released instead, by a review.
 */
export function openLettings(db: Database, dispatch: Dispatch) {
  const add = db.prepare(
    `INSERT INTO letting (line_hold, act, line, lot, rest, unit, proposer, by, reason, at_ms, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')`,
  );
  const open = db.prepare<[number], Row>(
    `SELECT ${columns} FROM letting WHERE state = 'open' ORDER BY line, act LIMIT ?`,
  );
  const last = db.prepare<[string], Row>(
    `SELECT ${columns} FROM letting WHERE line_hold = ? ORDER BY act DESC LIMIT 1`,
  );
  const end = db.prepare(
    `UPDATE letting SET state = ?, words = ? WHERE line_hold = ? AND act = ? AND state = 'open'`,
  );
  const isFree = db
    .prepare<[string, string, string], 1>(
      `SELECT 1 FROM hold WHERE hold = ? AND released = 1
       UNION SELECT 1 FROM let_go WHERE hold = ? AND lot = ? LIMIT 1`,
    )
    .pluck();

  /** Whether the line has said that its hold has let the lot go, or is over. */
  const isLetGo = (lineHold: string, lot: string): boolean =>
    isFree.get(lineHold, lineHold, lot) !== undefined;
  function done({ lineHold, act }: Row): void {
    end.run('done', null, lineHold, act);
  }
  function refuse({ lineHold, act }: Row, { words }: Sent): void {
    end.run('refused', words ?? 'the line has refused it', lineHold, act);
  }

  /** A step: what came of it, once the line has said so; it is asked for where it was not. */
  function asked(row: Row, verb: string, command: Pick<Sending, 'type' | 'about' | 'body'>) {
    const { lineHold, act, line, by, reason } = row;
    const source = `${verb}:${lineHold}#${act}`;
    const known = dispatch.bySource(line, source);
    if (!known) dispatch.send({ line, by, reason, source, ...command });
    return known;
  }
  const applied = (sent: Sent | undefined): boolean => sent?.state === 'applied';
  const denied = (sent: Sent | undefined): sent is Sent => sent?.state === 'refused';

  function split(row: Row): Sent | undefined {
    const { lot, lineHold, act, rest: quantity, unit } = row;
    const children = [{ lot: restName(lineHold, act), quantity }];
    return asked(row, 'split', { type: 'SplitLot', about: { lot }, body: { children, unit } });
  }

  function reduce(row: Row): Sent | undefined {
    const body = { hold: row.lineHold, lots: [row.lot], reason: row.reason };
    return asked(row, 'reduce', { type: 'ReduceHold', body });
  }

  /** The hold holds nothing but this lot there. */
  function release(row: Row): void {
    const { line, lineHold, act, proposer, by, reason } = row;
    const freed = dispatch.bySource(line, `${releasing(lineHold)}#${act}`);
    if (applied(freed)) done(row);
    else if (denied(freed)) refuse(row, freed);
    else if (!freed) {
      const said = { proposer, by, reason, reviewed: true, from: `${act}` };
      sendRelease(dispatch, line, lineHold, said);
    }
  }

  function step(row: Row): void {
    const { line, lineHold, lot, rest } = row;
    const placed = dispatch.bySource(line, placing(lineHold));
    if (isLetGo(lineHold, lot) || denied(placed)) done(row);
    else if (applied(placed)) free(row, rest === null ? undefined : split(row)); // else it is away
  }

  /** Once what stays held is a lot of its own. */
  function free(row: Row, parted: Sent | undefined): void {
    if (denied(parted)) refuse(row, parted);
    if (row.rest !== null && !applied(parted)) return;
    const reduced = reduce(row);
    if (applied(reduced)) done(row);
    else if (denied(reduced) && reduced.rule === 'reached') release(row);
    else if (denied(reduced)) refuse(row, reduced);
  }

  return {
    isLetGo,
    begin(at: Pick<Row, 'line' | 'lineHold' | 'lot'>, freeing: Freeing, atMs: number): void {
      const { line, lineHold, lot } = at;
      const { act, proposer, by, reason, parting } = freeing;
      const isHere = parting !== undefined && parting.line === line;
      const rest = isHere ? quantityText(parting.rest) : null;
      const unit = isHere ? parting.unit : null;
      add.run(lineHold, act, line, lot, rest, unit, proposer, by, reason, atMs);
    },
    /** The last one of a line's hold. */
    of: (lineHold: string): Letting | undefined => last.get(lineHold),
    /**
     * Whether the line is to be asked anew to hold the lot: not while its hold stands, nor where it
     * has ended that by itself. What it was not asked yet to let go, it keeps.
     */
    isOver(lineHold: string): boolean {
      const row = last.get(lineHold);
      if (row?.state !== 'open') return row?.state === 'done';
      if (dispatch.bySource(row.line, `reduce:${lineHold}#${row.act}`)) return true;
      end.run('refused', 'it is held again since', lineHold, row.act);
      return false;
    },
    /** All of the hold ends: nothing is let go by itself any more. */
    end(lineHold: string): void {
      const row = last.get(lineHold);
      if (row) done(row);
    },
    /** Goes on with what is open; one for which the line has too much to do waits. */
    pass(): void {
      for (const row of open.all(atOnce)) {
        try {
          step(row);
        } catch (error) {
          if (!(error instanceof Fault) || error.code !== 'FULL') throw error;
        }
      }
    },
  };
}
