import type { Database } from '../../shared/database.ts';
import { turnsOf } from '../sql/turns.ts';

export const leaseMigrations = [
  `
  CREATE TABLE holder (                          -- centrals that share this ledger
    boot     TEXT PRIMARY KEY,
    until_ms INTEGER NOT NULL                    -- its leases end then, by the server's clock
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lease (
    lane   TEXT PRIMARY KEY,                     -- or '': reading the hub, which one of them does
    holder TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lease_holder ON lease (holder);
  `,
];

/** No lane is named so: who holds it reads the hub for all, and keeps its stream in order. */
const hubDuty = '';

type Parts = {
  db: Database;
  /** Names this process, unlike any before. */
  boot: string;
  leaseMs: number;
  /** Never jumps; counts on while the process stands still. */
  monotonicMs: () => number;
  /** Unix time by the server's clock, which all holders go by; asked of it if absent. */
  serverMs?: (() => number) | undefined;
};
export type Leases = ReturnType<typeof openLeases>;

/**
 * Who does what, where several centrals share a ledger. A lane is leased by the transaction that
 * commits an intent in it, or that has it wait; nobody else touches it until it is released or its
 * holder has not renewed in time. What was called under a lease that is over is settled by nobody
 * but its new holder.
 */
export function openLeases({ db, boot, leaseMs, monotonicMs, serverMs }: Parts) {
  const tables = prepare(db);
  const nowMs = serverMs ?? (() => tables.now.get()!);
  let safeUntilMs = Number.NEGATIVE_INFINITY; // by our own time, told from before we asked
  let known: Set<string> | undefined; // lanes that are ours, as long as no other has written
  turnsOf(db)!.onForeign(() => {
    known = undefined;
  });

  /** Within a transaction only. */
  function mine(): Set<string> {
    known ??= new Set(tables.lanes.all(boot, hubDuty));
    return known;
  }

  return {
    ...{ boot, leaseMs },
    /** In the transaction of an intent, or of a wait. */
    hold(lane: string): void {
      if (mine().has(lane)) return;
      tables.hold.run(lane, boot);
      mine().add(lane);
    },
    release(lane: string): void {
      if (mine().delete(lane)) tables.release.run(lane, boot);
    },
    isMine: (lane: string): boolean => mine().has(lane),
    /** All lanes of a holder; its duties are none. */
    of: (holder: string): readonly string[] => tables.lanes.all(holder, hubDuty),
    /** Surely no other holds what is ours: a call may begin. */
    isSafe: (): boolean => monotonicMs() < safeUntilMs,

    /**
     * Renews all that is ours, within a transaction; until when by our own time, to be told to
     * `grant` when that is committed. `isKnown` is false if others thought us ended, or we are new.
     */
    renew(): Readonly<{ isKnown: boolean; untilMs: number }> {
      const askedMs = monotonicMs();
      const untilMs = nowMs() + leaseMs;
      const isKnown = tables.renew.run(untilMs, boot).changes > 0;
      if (!isKnown) tables.join.run(boot, untilMs);
      tables.duty.run(hubDuty, boot);
      return { isKnown, untilMs: askedMs + leaseMs };
    },
    /** The renewal is committed. */
    grant(untilMs: number): void {
      safeUntilMs = untilMs;
    },
    /** Whether we read the hub for all. */
    isOnDuty: (): boolean => tables.holder.get(hubDuty) === boot,

    /** Holders whose leases are over. */
    ended: (): readonly string[] => tables.ended.all(nowMs(), boot),
    /** It holds nothing any more, whatever it may think. */
    strike(holder: string): void {
      tables.clear.run(holder);
      tables.leave.run(holder);
    },
    /** What is ours is over at once: whoever takes it waits as after a death. */
    end(): void {
      tables.renew.run(0, boot);
      safeUntilMs = Number.NEGATIVE_INFINITY;
    },
    /** All that share the ledger, for people. */
    holders: () => tables.holders.all(),
  };
}

function prepare(db: Database) {
  const text = (sql: string) => db.prepare<unknown[], string>(sql).pluck();
  return {
    now: db
      .prepare<[], number>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint')
      .pluck(),
    hold: db.prepare(
      'INSERT INTO lease VALUES (?, ?) ON CONFLICT (lane) DO UPDATE SET holder = excluded.holder',
    ),
    release: db.prepare('DELETE FROM lease WHERE lane = ? AND holder = ?'),
    duty: db.prepare('INSERT INTO lease VALUES (?, ?) ON CONFLICT DO NOTHING'),
    holder: text('SELECT holder FROM lease WHERE lane = ?'),
    lanes: text('SELECT lane FROM lease WHERE holder = ? AND lane <> ? ORDER BY lane'),
    renew: db.prepare('UPDATE holder SET until_ms = ? WHERE boot = ?'),
    join: db.prepare('INSERT INTO holder VALUES (?, ?)'),
    ended: text('SELECT boot FROM holder WHERE until_ms <= ? AND boot <> ? ORDER BY boot'),
    clear: db.prepare('DELETE FROM lease WHERE holder = ?'),
    leave: db.prepare('DELETE FROM holder WHERE boot = ?'),
    holders: db.prepare<[], { boot: string; lanes: number }>(
      `SELECT boot, (SELECT count(*) FROM lease WHERE holder = boot) AS lanes
       FROM holder ORDER BY boot`,
    ),
  };
}
