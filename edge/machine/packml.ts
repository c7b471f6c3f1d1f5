import { equipmentStates } from '../../shared/event.ts';
import type { Plain } from './sample.ts';

export type Equipment = (typeof equipmentStates)[number];

/** A state by its number in ISA-TR88.00.02, from 1; Running and Cleared of OPC 30050 are none. */
export const stateOf = (number: Plain | undefined): Equipment | undefined =>
  typeof number === 'bigint' || typeof number === 'number'
    ? equipmentStates[Number(number) - 1]
    : undefined;

/**
 * State numbers by the identifier of the state's node in the namespace of OPC 30050; they are nodes
 * of the type, and so the same on every server.
 */
const stateNumbers: Readonly<Record<number, number>> = {
  ...{ 27: 15, 28: 4, 29: 3, 30: 13, 31: 5, 32: 14, 33: 10, 34: 11, 35: 12, 36: 6, 37: 16 },
  ...{ 38: 17, 53: 2, 54: 7, 55: 1, 61: 8, 62: 9, 71: 19, 75: 18 },
};
const running = 18;
const cleared = 19;

/**
 * The state that the three state machines of OPC 30050 are in together: the one within, where the
 * one around it says that there is one. Undefined while a level that is needed is not known.
 */
export function nestedState(
  base: Plain | undefined,
  machine: Plain | undefined,
  execute: Plain | undefined,
): Equipment | undefined {
  const around = numberOf(base);
  if (around !== cleared) return stateOf(around);
  const within = numberOf(machine);
  return stateOf(within === running ? numberOf(execute) : within);
}

/** A number, or the identifier of a state's node as `i=36`. */
function numberOf(value: Plain | undefined): number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
  const [, id] = (typeof value === 'string' && /^i=(\d{1,9})$/.exec(value)) || [];
  return id === undefined ? undefined : stateNumbers[Number(id)];
}

/** Pieces that are made in these modes are production: 1 is Produce in either list of modes. */
export const produce = 1;
