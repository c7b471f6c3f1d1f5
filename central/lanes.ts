import type { Database } from '../shared/database.ts';
import { open } from './docket.ts';

export const laneMigrations = [
  `
  CREATE TABLE lane (
    lane   TEXT PRIMARY KEY,
    due_ms INTEGER                               -- NULL: nothing to do until something changes
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lane_due ON lane (due_ms) WHERE due_ms IS NOT NULL;
  `,
];

export type Lanes = ReturnType<typeof openLanes>;

/**
 * When each lane is to be looked at. Waking one too often does no harm. With `boot`, lanes that are
 * leased to other centrals are left to them: what they are due by is their own time.
 */
export function openLanes(db: Database, boot?: string) {
  const wake = db.prepare(
    `INSERT INTO lane VALUES (?, 0)
     ON CONFLICT (lane) DO UPDATE SET due_ms = 0 WHERE lane.due_ms IS NOT 0`,
  );
  const rouse = db.prepare('UPDATE lane SET due_ms = 0 WHERE lane = ?');
  const rouseWith = (where: string) =>
    db.prepare<string[]>(
      `UPDATE lane SET due_ms = 0 WHERE lane IN (SELECT lane FROM posting WHERE ${where})`,
    );
  const rouseLot = rouseWith("lot = ? AND state IN ('held', 'deferred')");
  const rouseHeld = rouseWith("state = 'held'");
  const rouseAll = db.prepare(
    `UPDATE lane SET due_ms = 0
     WHERE EXISTS (SELECT 1 FROM posting WHERE posting.lane = lane.lane AND ${open})`,
  );
  const setDue = db.prepare('UPDATE lane SET due_ms = ? WHERE lane = ?');
  const ours =
    boot === undefined
      ? ''
      : `AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.lane = lane.lane AND holder <> '${boot}')`;
  const nextDue = db
    .prepare<[], number | null>(`SELECT min(due_ms) FROM lane ${ours.replace('AND', 'WHERE')}`)
    .pluck();
  const due = db
    .prepare<[number, number], string>(
      `SELECT lane FROM lane WHERE due_ms <= ? ${ours} ORDER BY due_ms, lane LIMIT ?`,
    )
    .pluck();

  return {
    /** Looks at the lane, which may be new. */
    wake: (lane: string) => wake.run(lane),
    /** Looks at the lane again, if there is one. */
    rouse: (lane: string) => rouse.run(lane),
    /** Looks again at every lane in which something about the lot waits. */
    rouseLot: (lot: string) => rouseLot.run(lot),
    /** Looks again at every lane in which something is held. */
    rouseHeld: () => rouseHeld.run(),
    /** Looks again at every lane in which something is open. */
    rouseAll: () => rouseAll.run(),
    /** Looks at the lane at this time, or not before something changes. */
    setDue: (lane: string, dueMs: number | null) => setDue.run(dueMs, lane),
    /** When the first lane is due; null while none is. */
    nextDueMs: () => nextDue.get() ?? null,
    due: (nowMs: number, limit: number) => due.all(nowMs, limit),
  };
}
