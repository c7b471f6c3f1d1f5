import { lasting } from '../../shared/clock.ts';
import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import { hasFlag } from '../../statecharts/tables.ts';

export const clockMigrations = [
  `
  CREATE TABLE clock (
    line    TEXT    PRIMARY KEY,
    seen_ms INTEGER NOT NULL             -- latest time at which a fact was recorded, if it can be
  ) STRICT, WITHOUT ROWID;
  `,
];

/** A document whose fact is further off than this in time waits for a person, ms, unless said. */
export const skewUsualMs = 24 * 3_600_000;

/** When a document is posted: never after its fact arrived. `doubt` says why a person must look. */
export type Timed = Readonly<{ atMs: number; doubt?: string }>;
/** Judges the time of a fact. */
export type Timing = (fact: Fact) => Timed;
export type Clocks = ReturnType<typeof openClocks>;

/** The fact's own time, whatever it is. */
export const asItSays: Timing = ({ atMs }) => ({ atMs });

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
const words = (why: string): string =>
  `its time is in doubt: ${why}; a retry posts it under the day of its arrival`;

/**
 * Judges the times of facts by when they arrived: to be late is usual, an edge may have been away
 * for weeks; to be early is not, nor to be recorded before what the line has recorded already.
 * Written in the ledger's transaction.
 */
export function openClocks(db: Database, skewMaxMs: number) {
  const load = db.prepare<[string], number>('SELECT seen_ms FROM clock WHERE line = ?').pluck();
  const store = db.prepare(
    `INSERT INTO clock VALUES (?, ?) ON CONFLICT (line) DO UPDATE SET seen_ms = excluded.seen_ms`,
  );
  const seen = new Map<string, number>();
  const dirty = new Set<string>();

  function seenOf(line: string): number {
    const known = seen.get(line) ?? load.get(line) ?? 0;
    seen.set(line, known);
    return known;
  }

  function doubt(fact: Fact, receivedMs: number): string | undefined {
    const { atMs, recordedMs, line } = fact;
    const aheadMs = Math.max(atMs, recordedMs) - receivedMs;
    if (aheadMs > skewMaxMs) {
      const shown = dayOf(Math.max(atMs, recordedMs));
      return words(`${shown} UTC is ${lasting(aheadMs)} after central received it`);
    }
    const behindMs = receivedMs - Math.min(atMs, recordedMs);
    if (hasFlag(fact, 'clockSuspect') && behindMs > skewMaxMs) {
      const shown = dayOf(Math.min(atMs, recordedMs));
      const before = `${shown} UTC is ${lasting(behindMs)} before central received it`;
      return words(`${before}, and its edge does not trust the time`);
    }
    const backMs = seenOf(line) - recordedMs;
    if (backMs <= skewMaxMs) return undefined;
    return words(`it was recorded ${lasting(backMs)} before an earlier fact of its line`);
  }

  return {
    /** How facts are to be timed with one that has just arrived, which is taken in. */
    note(fact: Fact, receivedMs: number): Timing {
      const timing: Timing = (given) => {
        const why = doubt(given, receivedMs);
        if (why !== undefined) return { atMs: receivedMs, doubt: why };
        return { atMs: Math.min(given.atMs, receivedMs) };
      };
      const { line, recordedMs } = fact;
      if (recordedMs > seenOf(line) && recordedMs - receivedMs <= skewMaxMs) {
        seen.set(line, Math.min(recordedMs, Math.max(receivedMs, seenOf(line))));
        dirty.add(line);
      }
      return timing;
    },

    /** Writes what was taken in; at the end of the ledger's transaction. */
    save(): void {
      for (const line of dirty) store.run(line, seenOf(line));
      dirty.clear();
    },

    /** Forgets what was not committed. */
    undone(): void {
      seen.clear();
      dirty.clear();
    },
  };
}
