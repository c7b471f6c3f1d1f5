import type { Database } from '../../shared/database.ts';
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

type Parts = {
  db: Database;
  /** By which lanes are due: never jumps. */
  waitMs: () => number;
  /** Names this central where others share the ledger. */
  boot?: string | undefined;
};

/**
 * Which lanes are due. Alone, all whose time has come. Beside other centrals a time is that of who
 * has leased the lane: what another has leased is left to it, and what nobody has is due.
 */
const dueOf = (boot: string | undefined): string => {
  if (boot === undefined) return 'SELECT lane, due_ms FROM lane WHERE due_ms <= ?';
  const free = 'due_ms IS NOT NULL AND holder IS NULL';
  return `SELECT lane, due_ms FROM lane LEFT JOIN lease USING (lane)
    WHERE ${free} OR holder = '${boot}' AND due_ms <= ?`;
};

/**
 * When a lane that is woken is due: now, or, where another central has leased it, at once whatever
 * that one's time is.
 */
const nowOf = (boot: string | undefined): string => {
  if (boot === undefined) return ':now';
  const foreign = `SELECT 1 FROM lease WHERE lease.lane = lane.lane AND holder <> '${boot}'`;
  return `iif(EXISTS (${foreign}), 0, :now)`;
};

/** When the first lane is due; 0 where nobody has it. */
const firstOf = (boot: string | undefined): string => {
  if (boot === undefined) return 'SELECT min(due_ms) FROM lane';
  return `SELECT min(iif(holder IS NULL, 0, due_ms)) FROM lane LEFT JOIN lease USING (lane)
    WHERE due_ms IS NOT NULL AND (holder IS NULL OR holder = '${boot}')`;
};

/**
 * When each lane is to be looked at. Waking one too often does no harm. Those that are due have
 * their turn in the order in which they came to be: what is busy for long keeps nobody waiting.
 */
export function openLanes({ db, waitMs, boot }: Parts) {
  const at = nowOf(boot);
  // Whoever is due already keeps the place.
  const later = `(lane.due_ms IS NULL OR lane.due_ms > ${at})`;
  const wake = db.prepare(
    `INSERT INTO lane VALUES (:lane, :now)
     ON CONFLICT (lane) DO UPDATE SET due_ms = ${at} WHERE ${later}`,
  );
  const rouseBy = (where: string) =>
    db.prepare(`UPDATE lane SET due_ms = ${at} WHERE ${where} AND ${later}`);
  const rouse = rouseBy('lane = :lane');
  const rouseLot = rouseBy(
    `lane IN (SELECT lane FROM posting WHERE lot = :lot AND state IN ('held', 'deferred'))`,
  );
  const rouseHeld = rouseBy(`lane IN (SELECT lane FROM posting WHERE state = 'held')`);
  const rouseAll = rouseBy(
    `EXISTS (SELECT 1 FROM posting WHERE posting.lane = lane.lane AND ${open})`,
  );
  const setDue = db.prepare('UPDATE lane SET due_ms = ? WHERE lane = ?');
  const due = db
    .prepare<[number, number], string>(`${dueOf(boot)} ORDER BY due_ms, lane LIMIT ?`)
    .pluck();
  const nextDue = db.prepare<[], number | null>(firstOf(boot)).pluck();
  const now = () => ({ now: waitMs() });

  return {
    /** Looks at the lane, which may be new. */
    wake: (lane: string) => wake.run({ lane, ...now() }),
    /** Looks at the lane again, if there is one. */
    rouse: (lane: string) => rouse.run({ lane, ...now() }),
    /** Looks again at every lane in which something about the lot waits. */
    rouseLot: (lot: string) => rouseLot.run({ lot, ...now() }),
    /** Looks again at every lane in which something is held. */
    rouseHeld: () => rouseHeld.run(now()),
    /** Looks again at every lane in which something is open. */
    rouseAll: () => rouseAll.run(now()),
    /** Looks at the lane at this time, or not before something changes. */
    setDue: (lane: string, dueMs: number | null) => setDue.run(dueMs, lane),
    /** When the first lane is due; null while none is. */
    nextDueMs: () => nextDue.get() ?? null,
    due: (nowMs: number, limit: number) => due.all(nowMs, limit),
  };
}
