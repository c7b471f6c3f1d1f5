import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import { type MachineConfig, unitsOf } from './config.ts';

/** Most bytes of what a machine remembers. */
const memoryBytesMax = 64 * 1024;
const blockBytes = 4_096;

/** Where the units of a machine keep what they keep, in the order of their names. */
export const memoryPaths = (config: MachineConfig): string[] =>
  unitsOf(config).map((_, index) =>
    join(config.folder, index === 0 ? 'memory' : `memory-${index + 1}`),
  );

/**
 * What a controller keeps without power: one value in a file, written at one stroke and in place,
 * so that it is whole whenever the process is killed. A power cut of ours may damage it.
 */
export function openMemory<T>(path: string) {
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+');
  let size = statSync(path).size;
  return {
    /** What was kept, or undefined if nothing was. */
    read(): T | undefined {
      const kept = readFileSync(path, 'utf8').trim();
      return kept === '' ? undefined : (JSON.parse(kept) as T);
    },
    /** Throws Fault FULL if it is more than 64 kB. */
    keep(value: T): void {
      const bytes = Buffer.from(JSON.stringify(value));
      if (bytes.length > memoryBytesMax) throw new Fault('FULL', "the machine's memory is full");
      size = Math.max(size, Math.ceil(bytes.length / blockBytes) * blockBytes);
      const whole = Buffer.alloc(size, ' ');
      bytes.copy(whole);
      writeSync(file, whole, 0, size, 0);
    },
    close: () => closeSync(file),
  };
}
