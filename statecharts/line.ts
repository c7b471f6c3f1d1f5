import { equipmentStates } from '../shared/event.ts';
import { all, defineChart, type Rule } from './engine.ts';

type LineEvent = { type: 'EquipmentStateChanged'; state: string };

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
 * Reality is not refused: a machine may be seen in any state after any other.
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
