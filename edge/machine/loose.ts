import type { Database } from '../../shared/database.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import type { Kind, Why } from './counting.ts';

/** Pieces, or material, that nobody can say whose they are. */
export type Loose = Readonly<{
  unit: string;
  kind: Kind | 'consumed';
  why: Why;
  pieces: bigint; // millionths
  fromMs: number;
  untilMs: number;
  run: string; // open before the gap; '' for none
  job: string; // that the machine named; '' for none
  material: string; // of what was consumed, with the next two; '' of pieces
  lot: string; // '' if nobody knows
  measure: string;
}>;
export type LooseRow = Omit<Loose, 'pieces'> &
  Readonly<{ id: number; line: string; pieces: string }>;

/** Of pieces that were made, and of no material. */
export const ofPieces = { material: '', lot: '', measure: '' } as const;

/** What waits for a person's decision, and is never forgotten. */
export function openLooseShelf(db: Database) {
  const like = db.prepare<string[], { id: number; pieces: string }>(
    `SELECT unattributed.id, pieces FROM unattributed JOIN line ON line.id = unattributed.line
     WHERE became IS NULL AND line.path = ? AND unit = ? AND kind = ? AND why = ? AND run = ?
       AND job = ? AND material = ? AND lot = ? AND measure = ?`,
  );
  const add = db.prepare(
    `INSERT INTO unattributed (line, unit, kind, why, run, job, material, lot, measure,
       pieces, from_ms, until_ms)
     VALUES ((SELECT id FROM line WHERE path = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const grow = db.prepare(
    `UPDATE unattributed SET pieces = ?, from_ms = min(from_ms, ?), until_ms = max(until_ms, ?)
     WHERE id = ?`,
  );
  const open = db.prepare<[], LooseRow>(
    `SELECT unattributed.id, line.path AS line, unit, kind, why, pieces, from_ms AS fromMs,
       until_ms AS untilMs, run, job, material, lot, measure
     FROM unattributed JOIN line ON line.id = unattributed.line
     WHERE became IS NULL ORDER BY unattributed.id`,
  );
  const waiting = db.prepare<[], { entries: number; sinceMs: number | null }>(
    `SELECT count(*) AS entries, min(from_ms) AS sinceMs FROM unattributed WHERE became IS NULL`,
  );
  const decide = db.prepare('UPDATE unattributed SET became = ?, decided_by = ? WHERE id = ?');

  return {
    /** Something a person must decide on, with what lacks the same. Within a commit only. */
    addLoose(line: string, loose: Loose): void {
      const { unit, kind, why, run, job, material, lot, measure } = loose;
      const { pieces, fromMs, untilMs } = loose;
      const names = [line, unit, kind, why, run, job, material, lot, measure];
      const known = like.get(...names);
      if (!known) {
        add.run(...names, quantityText(pieces), fromMs, untilMs);
        return;
      }
      const sum = quantity(known.pieces, 'pieces') + pieces;
      grow.run(quantityText(sum), fromMs, untilMs, known.id);
    },

    loose: (): LooseRow[] => open.all(),
    /** How much waits, and since when; `null` for nothing. */
    waiting: (): { entries: number; sinceMs: number | null } => waiting.get()!,

    /** Within a commit only. */
    decide: (id: number, became: string, by: string): void => void decide.run(became, by, id),
  };
}
