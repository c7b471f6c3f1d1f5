import type { Database } from '../../shared/database.ts';
import { open } from './docket.ts';
import { columns, type PostingRow } from './queue.ts';

export type Blocks = ReturnType<typeof openBlocks>;

/** What a hold puts into blocked stock: it goes past a parked document of its lane. */
export function openBlocks(db: Database) {
  const behind = db.prepare<[string, number, number], PostingRow>(
    `SELECT ${columns} FROM posting
     WHERE lane = ? AND id > ? AND ${open} AND kind = 'blockStock' AND state <> 'parked'
     ORDER BY id LIMIT ?`,
  );
  /** Of a lane, behind the posting of this id, at most so many. */
  return (lane: string, after: number, limit: number) => behind.all(lane, after, limit);
}
