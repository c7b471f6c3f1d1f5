import { alter, type Change, conditionOf, type LineState } from '../../statecharts/linetime.ts';
import { addSums, type Sums } from './cells.ts';

/** A change of how a line spends its time. `doubt`: whether it was then, nobody knows for sure. */
export type Move = Readonly<{ atMs: number; doubt: boolean; change: Change }>;

/**
 * How so much time was spent, ms. Of the line: `run`, `setup`, `stop` and `idle` are together
 * `known`. Of each operation: `run` while any of its runs made something; the others are of each
 * run by itself, two at once twice; `labour` is of each person who was named, pauses included.
 */
function passed(state: LineState, ms: bigint, spent: Map<string, Sums>): void {
  const add = (work: string, more: Sums): void => {
    const sums = spent.get(work) ?? {};
    spent.set(work, sums);
    addSums(sums, more);
  };
  const condition = conditionOf(state);
  add('', { [condition]: ms, known: ms });
  const making = new Set<string>();
  for (const { phase, work, rework, people } of state.runs.values()) {
    add(work, { [rework ? 'reworkLabour' : 'labour']: BigInt(people) * ms });
    if (state.paused.has(work)) add(work, { paused: ms });
    else if (phase === 'breakdown') add(work, { breakdown: ms });
    else {
      if (phase === 'setup') add(work, { setup: ms });
      if (rework) add(work, { rework: ms, reworkAlone: people === 0 ? ms : 0n });
      if (phase === 'run' && condition === 'run') making.add(work);
    }
  }
  for (const work of making) add(work, { run: ms });
}

/**
 * How the time from `fromMs` to `endMs` was spent, by operation, and of the whole line under ''.
 * `state` is how the line was at the begin, and becomes what it is at the end. Time between two
 * changes of which one is in doubt counts all the same, and once more as `doubt`.
 */
export function spentBy(state: LineState, moves: readonly Move[], fromMs: number, endMs: number) {
  const spent = new Map<string, Sums>();
  let [atMs, wasDoubtful] = [fromMs, false];
  const pass = (toMs: number, isDoubtful: boolean): void => {
    const ms = BigInt(Math.max(0, toMs - atMs));
    if (ms === 0n) return;
    passed(state, ms, spent);
    if (isDoubtful || wasDoubtful) addSums(spent.get('')!, { doubt: ms });
    atMs = toMs;
  };
  for (const move of moves) {
    pass(Math.min(endMs, move.atMs), move.doubt);
    alter(state, move.change);
    wasDoubtful = move.doubt;
  }
  pass(endMs, false);
  return spent;
}
