import type { Database } from '../../shared/database.ts';
import { quietly } from './quietly.ts';

/** The wrong try from which on each one locks, and the longest that it locks out for, ms. */
const limits = {
  person: { locks: 5, longestMs: 3_600_000, forgivenMs: Number.POSITIVE_INFINITY },
  /** Many share a screen: one try is forgiven every 3 min. */
  address: { locks: 20, longestMs: 900_000, forgivenMs: 180_000 },
} as const;
type Kind = keyof typeof limits;
/** The first lock; each further wrong try doubles it. */
const firstMs = 30_000;
/** Tries are forgotten after so long without another. */
const forgottenMs = 24 * 3_600_000;
/** Most names and addresses that are remembered; the ones that were quiet longest go first. */
export const rememberedMax = 5_000;

type Entry = { tries: number; lastMs: number; untilMs: number };
type Row = { name: string; tries: number; last_ms: number; until_ms: number };
export type Lockout = ReturnType<typeof openLockout>;

/**
 * Who has tried wrongly too often. Kept in the store's file, so that a restart lets nobody try
 * again. `nowMs` must never jump while the program runs.
 */
export function openLockout(db: Database, nowMs: () => number) {
  const put = db.prepare<[string, number, number, number]>(
    'INSERT OR REPLACE INTO lockout (name, tries, last_ms, until_ms) VALUES (?, ?, ?, ?)',
  );
  const remove = db.prepare<[string]>('DELETE FROM lockout WHERE name = ?');
  const entries = new Map<string, Entry>();
  const rows = db.prepare<[], Row>('SELECT * FROM lockout ORDER BY last_ms').all();
  for (const { name, tries, last_ms: lastMs, until_ms: untilMs } of rows) {
    // A clock that was set back while the edge was off must lock nobody out for longer.
    const longestMs = limits[kindOf(name)].longestMs;
    const entry = { tries, lastMs: Math.min(lastMs, nowMs()), untilMs };
    entries.set(name, { ...entry, untilMs: Math.min(untilMs, nowMs() + longestMs) });
  }

  function forget(name: string): void {
    if (entries.delete(name) && !isHidden(name)) quietly(db, () => remove.run(name));
  }

  /** What is remembered of a name now. */
  function known(name: string): Entry | undefined {
    const entry = entries.get(name);
    if (entry && nowMs() - entry.lastMs < forgottenMs) return entry;
    if (entry) forget(name);
    return undefined;
  }

  /** What somebody has typed at random goes first: it must not drive out who is known. */
  function makeRoom(): void {
    if (entries.size <= rememberedMax) return;
    const names = [...entries.keys()];
    forget(names.find(isHidden) ?? names[0]!);
  }

  return {
    /** Until when nobody is let in by this name; undefined if it is not locked. */
    lockedUntil(name: string): number | undefined {
      const { untilMs = 0 } = known(name) ?? {};
      return untilMs > nowMs() ? untilMs : undefined;
    },

    /**
     * Counts a try before it is known whether it is right, so that many at once are many. Returns
     * the tries so far, and until when it is locked from now on.
     */
    count(name: string): { tries: number; untilMs: number | undefined } {
      const { locks, longestMs, forgivenMs } = limits[kindOf(name)];
      const { tries: before = 0, lastMs = nowMs() } = known(name) ?? {};
      const passedMs = nowMs() - lastMs;
      const left = Math.max(0, before - Math.floor(passedMs / forgivenMs));
      // What has passed of the next one's time goes on: else a busy screen is never forgiven.
      const begunMs = left > 0 && forgivenMs < forgottenMs ? passedMs % forgivenMs : 0;
      const tries = left + 1;
      const lockMs = Math.min(longestMs, firstMs * 2 ** Math.min(20, tries - locks));
      const untilMs = tries >= locks ? nowMs() + lockMs : 0;
      entries.delete(name);
      entries.set(name, { tries, lastMs: nowMs() - begunMs, untilMs });
      makeRoom();
      return { tries, untilMs: untilMs === 0 ? undefined : untilMs };
    },

    /** Writes down what was counted; within a commit, or as one of its own. */
    keep(name: string): void {
      const entry = entries.get(name);
      if (entry && !isHidden(name)) put.run(name, entry.tries, entry.lastMs, entry.untilMs);
    },

    /** The try was right: nothing is held against the person. */
    forgive: forget,

    /** Takes one try back, which was right. */
    less(name: string): void {
      const entry = entries.get(name);
      if (!entry) return;
      if (entry.tries <= 1) forget(name);
      else entries.set(name, { ...entry, tries: entry.tries - 1, untilMs: 0 });
    },

    /** When the last try was counted; undefined where none is remembered. */
    lastMs: (name: string): number | undefined => known(name)?.lastMs,
    size: () => entries.size,
  };
}

const addressName = 'address ';
const hiddenName = 'unknown ';
const kindOf = (name: string): Kind => (name.startsWith(addressName) ? 'address' : 'person');
/** What somebody typed instead of a name may be a secret: it is never written down. */
const isHidden = (name: string): boolean => name.startsWith(hiddenName);

export const addressOf = (address: string): string => `${addressName}${address.slice(0, 64)}`;
export const unknownOf = (hashed: string): string => `${hiddenName}${hashed}`;
