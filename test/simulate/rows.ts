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

export const factsOf = (db: Real, table: 'event' | 'fact', after = 0): Row[] =>
  db
    .prepare<[number], Row>(
      `SELECT position, path, t.epoch, t.sequence, bytes, t.hash
       ${table === 'event' ? ', command_id AS commandId' : ''}
       FROM ${table} AS t JOIN line ON line.id = t.line WHERE position > ? ORDER BY position`,
    )
    .all(after);
/** The number that a person gives to what was booked by hand. */
export const byHand = 'by hand';
const columns = 'key, state, lot, document, reason';
type PostingRow = {
  key: string;
  state: string;
  lot: string | null;
  document: string | null;
  reason: string | null;
};
/** Lines by their path, with one of their marks; none before the store was made. */
export function headsOf(db: Real, mark: 'sequence' | 'kept'): Map<string, number> {
  if (db.pragma('user_version', { simple: true }) === 0) return new Map();
  const rows = db.prepare<[], [string, number]>(`SELECT path, ${mark} FROM line`).raw().all();
  return new Map(rows);
}
export const postingsOf = (db: Real): PostingRow[] =>
  db.prepare<[], PostingRow>(`SELECT ${columns} FROM posting ORDER BY id`).all();
export const placeOf = ({ path, epoch, sequence }: Row) => `${path} ${epoch}/${sequence}`;
