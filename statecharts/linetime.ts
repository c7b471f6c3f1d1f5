import type { Content } from '../shared/event.ts';
import { keyOf } from './tables.ts';

/** The line makes nothing in these states (PackML), whatever is open on it. */
export const stopStates: ReadonlySet<string> = new Set([
  ...['stopping', 'stopped', 'aborting', 'aborted', 'clearing'],
  ...['holding', 'held', 'suspending', 'suspended'],
]);

/**
 * What changes how a line spends its time. `work` is an operation of an order; a run that a person
 * has begun is that person's until others are named.
 */
export type Change =
  | Readonly<{ kind: 'state'; state: string }>
  | (Readonly<{ kind: 'open'; run: string; phase: string; work: string }> &
      Readonly<{ rework: boolean; people: number }>)
  | Readonly<{ kind: 'staff'; run: string; people: number }>
  | Readonly<{ kind: 'close'; run: string }>
  | Readonly<{ kind: 'pause' | 'resume'; work: string }>;

type Open = Readonly<{ phase: string; work: string; rework: boolean; people: number }>;
export type LineState = {
  equipment: string;
  runs: Map<string, Open>;
  paused: Set<string>;
};

export const newLineState = (): LineState => ({
  ...{ equipment: 'idle', runs: new Map(), paused: new Set() },
});

const workOf = ({ order, operation }: Content): string => keyOf(order!, operation!);

/** What this fact changes, if it does. */
export function changeOf(fact: Content): Change | undefined {
  switch (fact.type) {
    case 'EquipmentStateChanged':
      return { kind: 'state', state: fact.body.state };
    case 'PhaseStarted': {
      const { run, phase, rework } = fact.body;
      const people = fact.actor.startsWith('person:') ? 1 : 0;
      return { kind: 'open', run, phase, work: workOf(fact), rework, people };
    }
    case 'RunStaffed':
      return { kind: 'staff', run: fact.body.run, people: new Set(fact.body.people).size };
    case 'PhaseEnded':
      return { kind: 'close', run: fact.body.run };
    case 'OperationPaused':
      return { kind: 'pause', work: workOf(fact) };
    case 'OperationResumed':
      return { kind: 'resume', work: workOf(fact) };
    default:
      return undefined;
  }
}

/** Changes `state`, in place. */
export function alter(state: LineState, change: Change): void {
  if (change.kind === 'state') state.equipment = change.state;
  else if (change.kind === 'open') {
    const { run, phase, work, rework, people } = change;
    state.runs.set(run, { phase, work, rework, people });
    state.paused.delete(work); // only what is not paused can be begun
  } else if (change.kind === 'staff') {
    const open = state.runs.get(change.run);
    if (open) state.runs.set(change.run, { ...open, people: change.people });
  } else if (change.kind === 'close') state.runs.delete(change.run);
  else if (change.kind === 'pause') state.paused.add(change.work);
  else state.paused.delete(change.work);
}

/**
 * Stopped: the equipment says so, a breakdown is open, or all that is open is paused. Working: a
 * run of the phase `run` is open and not paused, and the line is not stopped. Set up: as working,
 * with a set-up alone.
 */
export function conditionOf({ equipment, runs, paused }: LineState) {
  if (stopStates.has(equipment)) return 'stop';
  const open = [...runs.values()];
  if (open.some(({ phase }) => phase === 'breakdown')) return 'stop';
  const going = open.filter(({ work }) => !paused.has(work));
  if (open.length > 0 && going.length === 0) return 'stop';
  if (going.some(({ phase }) => phase === 'run')) return 'run';
  return going.some(({ phase }) => phase === 'setup') ? 'setup' : 'idle';
}
