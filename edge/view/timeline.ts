import type { Fact } from '../../shared/event.ts';
import {
  alter,
  type Change,
  changeOf,
  conditionOf,
  type LineState,
  newLineState,
} from '../../statecharts/linetime.ts';

/** So far back the line's time can be told, ms: a day, and what a shift may begin before it. */
export const backMs = 26 * 3_600_000;
/** Most changes that one line keeps; of more, the oldest can no longer be told by the hour. */
const movesMax = 20_000;
/** Old changes are let go of so many at a time. */
const spare = 512;

type Move = Readonly<{ atMs: number; change: Change }>;

/** Time of a stretch: working, stopped, and neither. */
export type Spent = { runMs: number; stopMs: number };

const copyOf = ({ equipment, runs, paused }: LineState): LineState => ({
  ...{ equipment, runs: new Map(runs), paused: new Set(paused) },
});

/** What is told of each condition; of the others nothing. */
const spentAs: Readonly<Record<string, keyof Spent>> = { run: 'runMs', stop: 'stopMs' };

function moveOf(fact: Fact): Move | undefined {
  const change = changeOf(fact);
  return change && change.kind !== 'staff' ? { atMs: fact.atMs, change } : undefined;
}

/**
 * When a line worked and when it stood, by the times at which that was true: what is told late goes
 * where it belongs. Only facts of this line count. Bounded by a day and `movesMax` changes.
 */
export function openTimeline() {
  const base = newLineState();
  let baseMs = 0; // what was before is not known one by one
  let moves: Move[] = []; // by time, and then as they were told

  function letGo(count: number): void {
    for (const move of moves.slice(0, count)) {
      alter(base, move.change);
      baseMs = Math.max(baseMs, move.atMs);
    }
    moves = moves.slice(count);
  }

  function tidy(nowMs: number): void {
    if (moves.length >= movesMax) letGo(movesMax / 2);
    if (moves.length < spare) return;
    const old = moves.findIndex(({ atMs }) => atMs >= nowMs - backMs);
    if (old >= spare / 2) letGo(old);
  }

  return {
    note(fact: Fact): void {
      const move = moveOf(fact);
      if (!move) return;
      let at = moves.length;
      while (at > 0 && moves[at - 1]!.atMs > move.atMs) at -= 1;
      moves.splice(at, 0, move);
      tidy(fact.recordedMs);
    },

    /** Since when every change is known, Unix ms; 0 if all are. */
    knownMs: () => baseMs,

    /**
     * How the time between `fromMs` and `untilMs` was spent, in as many parts of `stepMs` as it
     * takes, the last one cut at `untilMs`.
     */
    spent(fromMs: number, untilMs: number, stepMs: number): Spent[] {
      const count = Math.max(0, Math.ceil((untilMs - fromMs) / stepMs));
      const parts = Array.from({ length: count }, (): Spent => ({ runMs: 0, stopMs: 0 }));
      const state = copyOf(base);
      let atMs = fromMs;
      const pass = (toMs: number): void => {
        const condition = spentAs[conditionOf(state)];
        while (atMs < toMs) {
          const part = Math.floor((atMs - fromMs) / stepMs);
          const endMs = Math.min(toMs, fromMs + (part + 1) * stepMs);
          if (condition) parts[part]![condition] += endMs - atMs;
          atMs = endMs;
        }
      };
      for (const move of moves) {
        pass(Math.min(untilMs, move.atMs));
        alter(state, move.change);
      }
      pass(untilMs);
      return parts;
    },
  };
}
