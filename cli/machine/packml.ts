import { equipmentStates } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';

export type State = (typeof equipmentStates)[number];
/** Commands of ISA-TR88.00.02 by the number that is written to a PackTag, from 1. */
export const commands = [
  ...(['Reset', 'Start', 'Stop', 'Hold', 'Unhold', 'Suspend', 'Unsuspend'] as const),
  ...(['Abort', 'Clear', 'Complete'] as const),
] as const;
export type Command = (typeof commands)[number];

/** The number of a state in the standard: 1 Clearing to 17 Complete. */
export const numberOf = (state: State): number => equipmentStates.indexOf(state) + 1;

const ends: readonly State[] = ['aborting', 'aborted'];
const down: readonly State[] = [...ends, 'stopped', 'stopping', 'clearing'];
const all = (but: readonly State[]) => equipmentStates.filter((state) => !but.includes(state));

const ways: Record<Command, Readonly<{ from: readonly State[]; to: State }>> = {
  Reset: { from: ['stopped', 'complete'], to: 'resetting' },
  Start: { from: ['idle'], to: 'starting' },
  Stop: { from: all(down), to: 'stopping' },
  Hold: { from: ['execute'], to: 'holding' },
  Unhold: { from: ['held'], to: 'unholding' },
  Suspend: { from: ['execute'], to: 'suspending' },
  Unsuspend: { from: ['suspended'], to: 'unsuspending' },
  Abort: { from: all(ends), to: 'aborting' },
  Clear: { from: ['aborted'], to: 'clearing' },
  Complete: { from: ['execute'], to: 'completing' },
};

/** Where a state that does something leads to by itself once that is done. */
const done: Partial<Record<State, State>> = {
  ...{ clearing: 'stopped', starting: 'execute', stopping: 'stopped', aborting: 'aborted' },
  ...{ holding: 'held', unholding: 'execute', suspending: 'suspended', unsuspending: 'execute' },
  ...{ resetting: 'idle', completing: 'complete' },
};

/** ANSI/ISA-TR88.00.02-2015. Throws Fault REFUSED where the standard knows no such way. */
export function commanded(state: State, command: Command): State {
  const { from, to } = ways[command];
  if (from.includes(state)) return to;
  throw new Fault('REFUSED', `${command} is not for ${state}`);
}

export const completed = (state: State): State | undefined => done[state];
