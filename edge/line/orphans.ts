import type { Content } from '../../shared/event.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { OpenRun } from '../../statecharts/tally.ts';

/**
 * Stands in the place of the fingerprint of a fact that no chart accepts and that stays all the
 * same: history from central, or of another line, that rests on what is lost.
 */
export const orphan: Buffer = Buffer.from('orphaned');

export const isOrphan = (state: Uint8Array | null): boolean =>
  state !== null && orphan.equals(state);

/** What a book remembers of its orphans. */
export type Orphaned = Readonly<{
  counts: readonly [line: string, facts: number][];
  /** Runs that facts without effect have begun, or ended (null): what their ends are counted by. */
  runs: readonly [key: string, run: OpenRun | null][];
}>;

/** How many facts of each line have no effect, and how their runs are counted all the same. */
export function openOrphans() {
  const counts = new Map<string, number>();
  const runs = new Map<string, OpenRun | null>();

  return {
    of: (line: string): number => counts.get(line) ?? 0,

    /** The run that a fact ends, as everybody counts it who reads the log without charts. */
    runOf(line: string, fact: Content, known: OpenRun | undefined): OpenRun | undefined {
      if (runs.size === 0 || fact.type !== 'PhaseEnded') return known;
      const run = runs.get(keyOf(line, fact.body.run));
      return run === undefined ? known : (run ?? undefined);
    },

    /** A fact was taken in, with effect or as an orphan; told after it was counted. */
    note(line: string, fact: Content, isBare: boolean): void {
      if (isBare) counts.set(line, (counts.get(line) ?? 0) + 1);
      if (fact.type !== 'PhaseStarted' && fact.type !== 'PhaseEnded') return;
      const key = keyOf(line, fact.body.run);
      if (!isBare) runs.delete(key);
      else if (fact.type === 'PhaseEnded') runs.set(key, null);
      else runs.set(key, { phase: fact.body.phase, startedMs: fact.atMs });
    },

    /** All of it; undefined while there is none. */
    contents: (): Orphaned | undefined =>
      counts.size === 0 ? undefined : { counts: [...counts], runs: [...runs] },

    restore(orphaned: Orphaned): void {
      for (const [line, count] of orphaned.counts) counts.set(line, count);
      for (const [key, run] of orphaned.runs) runs.set(key, run);
    },

    clear(): void {
      counts.clear();
      runs.clear();
    },
  };
}
