import type { Fact } from '../../shared/event.ts';
import { keyOf } from '../../statecharts/tables.ts';

/** The line makes nothing in these states (PackML), whatever is open on it. */
export const stopStates: ReadonlySet<string> = new Set([
  ...['stopping', 'stopped', 'aborting', 'aborted', 'clearing'],
  ...['holding', 'held', 'suspending', 'suspended'],
]);
/** So far back the line's time can be told, ms: a day, and what a shift may begin before it. */
export const backMs = 26 * 3_600_000;
/** Most changes that one line keeps; of more, the oldest can no longer be told by the hour. */
const movesMax = 20_000;
/** Old changes are let go of so many at a time. */
const spare = 512;

type Move = Readonly<{ atMs: number }> &
  (
    | Readonly<{ kind: 'state'; state: string }>
    | Readonly<{ kind: 'open'; run: string; phase: string; work: string }>
    | Readonly<{ kind: 'close'; run: string }>
    | Readonly<{ kind: 'pause' | 'resume'; work: string }>
  );
type State = {
  equipment: string;
  runs: Map<string, Readonly<{ phase: string; work: string }>>;
  paused: Set<string>;
};

/** Time of a stretch: working, stopped, and neither. */
export type Spent = { runMs: number; stopMs: number };

const copyOf = ({ equipment, runs, paused }: State): State => ({
  ...{ equipment, runs: new Map(runs), paused: new Set(paused) },
});

function apply(state: State, move: Move): void {
  if (move.kind === 'state') state.equipment = move.state;
  else if (move.kind === 'open') {
    state.runs.set(move.run, { phase: move.phase, work: move.work });
    state.paused.delete(move.work); // only what is not paused can be begun
  } else if (move.kind === 'close') state.runs.delete(move.run);
  else if (move.kind === 'pause') state.paused.add(move.work);
  else state.paused.delete(move.work);
}

/**
 * Stopped: the equipment says so, a breakdown is open, or all that is open is paused. Working: a
 * run of the phase `run` is open and not paused, and the line is not stopped.
 */
function conditionOf({ equipment, runs, paused }: State): keyof Spent | undefined {
  if (stopStates.has(equipment)) return 'stopMs';
  const open = [...runs.values()];
  if (open.some(({ phase }) => phase === 'breakdown')) return 'stopMs';
  if (open.length > 0 && open.every(({ work }) => paused.has(work))) return 'stopMs';
  return open.some(({ phase, work }) => phase === 'run' && !paused.has(work)) ? 'runMs' : undefined;
}

const workOf = ({ order, operation }: Fact): string => keyOf(order!, operation!);

function moveOf(fact: Fact): Move | undefined {
  const { atMs } = fact;
  switch (fact.type) {
    case 'EquipmentStateChanged':
      return { atMs, kind: 'state', state: fact.body.state };
    case 'PhaseStarted':
      return { atMs, kind: 'open', run: fact.body.run, phase: fact.body.phase, work: workOf(fact) };
    case 'PhaseEnded':
      return { atMs, kind: 'close', run: fact.body.run };
    case 'OperationPaused':
      return { atMs, kind: 'pause', work: workOf(fact) };
    case 'OperationResumed':
      return { atMs, kind: 'resume', work: workOf(fact) };
    default:
      return undefined;
  }
}

/**
 * When a line worked and when it stood, by the times at which that was true: what is told late goes
 * where it belongs. Only facts of this line count. Bounded by a day and `movesMax` changes.
 */
export function openTimeline() {
  const base: State = { equipment: 'idle', runs: new Map(), paused: new Set() };
  let baseMs = 0; // what was before is not known one by one
  let moves: Move[] = []; // by time, and then as they were told

  function letGo(count: number): void {
    for (const move of moves.slice(0, count)) {
      apply(base, move);
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
        const condition = conditionOf(state);
        while (atMs < toMs) {
          const part = Math.floor((atMs - fromMs) / stepMs);
          const endMs = Math.min(toMs, fromMs + (part + 1) * stepMs);
          if (condition) parts[part]![condition] += endMs - atMs;
          atMs = endMs;
        }
      };
      for (const move of moves) {
        pass(Math.min(untilMs, move.atMs));
        apply(state, move);
      }
      pass(untilMs);
      return parts;
    },
  };
}
