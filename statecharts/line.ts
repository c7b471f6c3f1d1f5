import { equipmentStates } from '../shared/event.ts';
import { all, defineChart, type Rule } from './engine.ts';

type LineEvent = { type: 'EquipmentStateChanged'; state: string };
type Equipment = (typeof equipmentStates)[number];

const rules: Record<string, Rule<LineEvent>> = Object.fromEntries(
  equipmentStates.map((target) => [
    target,
    { holds: ({ state }) => state === target, why: ({ state }) => `${state} is no PackML state` },
  ]),
);

const observed = equipmentStates.map((target) => ({
  target,
  guard: all(target),
  actions: 'note' as const,
}));

/**
 * The life of a line as it is observed, in the words of PackML (ISA-TR88.00.02).
 *
 * Reality is not refused: a machine may be seen in any state after any other. `isRegular` says
 * whether the standard knows the way.
 */
export const line = defineChart<LineEvent>({
  id: 'line',
  version: 2,
  initial: 'idle',
  rules,
  states: Object.fromEntries(
    equipmentStates.map((state) => [state, { on: { EquipmentStateChanged: observed } }]),
  ),
});

/** To `aborting` from every state but two; to `stopping` from all that are not on a way down. */
const noAbort: Equipment[] = ['aborting', 'aborted'];
const noStop: Equipment[] = [...noAbort, 'stopped', 'stopping', 'clearing'];

/** Beside stop and abort: ANSI/ISA-TR88.00.02-2015, and what OPC 30050 adds as optional. */
const ways: Record<Equipment, readonly Equipment[]> = {
  clearing: ['stopped'],
  stopped: ['resetting'],
  starting: ['execute', 'holding'],
  idle: ['starting'],
  suspended: ['unsuspending', 'holding'],
  execute: ['completing', 'holding', 'suspending'],
  stopping: ['stopped'],
  aborting: ['aborted'],
  aborted: ['clearing'],
  holding: ['held'],
  held: ['unholding'],
  unholding: ['execute', 'holding'],
  suspending: ['suspended', 'holding'],
  unsuspending: ['execute', 'holding'],
  resetting: ['idle'],
  completing: ['complete'],
  complete: ['resetting'],
};

/** True if PackML knows a transition from one state to the other, or both are one state. */
export function isRegular(from: string, to: string): boolean {
  if (from === to) return true;
  if (to === 'aborting') return !noAbort.includes(from as Equipment);
  if (to === 'stopping') return !noStop.includes(from as Equipment);
  return ways[from as Equipment].includes(to as Equipment);
}
