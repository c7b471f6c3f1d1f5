import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import type { At } from './control.ts';
import { openMachine, type Simulated } from './simulated.ts';

const machinesMax = 50;

/**
 * Machines by their names in this process, each with an OPC UA server of its own. Throws what
 * opening one of them throws; then none is open.
 */
export async function openHall(given: unknown) {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid('machines', 'must be an object of machines by their names');
  }
  const all = Object.entries(given);
  if (all.length < 1 || all.length > machinesMax) {
    throw invalid('machines', `must be from 1 to ${machinesMax}`);
  }
  const machines = new Map<string, Simulated>();
  const close = async (): Promise<void> => {
    await Promise.all([...machines.values()].map((machine) => machine.close()));
  };
  try {
    for (const [name, config] of all) machines.set(name, await openMachine(config));
  } catch (error) {
    await close();
    throw error;
  }
  const at: At = ([name = '', ...path]) => {
    const machine = machines.get(name);
    if (machine) return machine.at(path);
    const known = [...machines.keys()].join(', ');
    throw new Fault('UNKNOWN', `${name.slice(0, 40)} is no machine; known are ${known}`);
  };
  return { url: [...machines.values()].map(({ url }) => url).join(' '), at, close };
}
