import { type MachineConfig, readConfig } from './config.ts';
import { memoryPaths, openMemory } from './memory.ts';
import { type Kept, makeUnit } from './unit.ts';

/**
 * What became of a machine's counters while it was off: zeroed; or wrapped, as each unit made good
 * pieces until they were past their end. Throws Fault REFUSED where that takes over 10,000 pieces.
 */
export function rewrite(
  folder: string,
  options: object,
  counters: 'kept' | 'zeroed' | 'wrapped',
): void {
  if (counters === 'kept') return;
  const config = readConfig({ ...options, folder });
  for (const path of memoryPaths(config)) rewriteOne(path, config, counters);
}

function rewriteOne(
  path: string,
  { bits, signed, counterFrom }: MachineConfig,
  counters: 'zeroed' | 'wrapped',
): void {
  const memory = openMemory<Kept>(path);
  try {
    const unit = makeUnit({ width: { bits, signed }, counterFrom, kept: memory.read() });
    if (counters === 'zeroed') unit.zero();
    else unit.wrap();
    memory.keep(unit.now as Kept);
  } finally {
    memory.close();
  }
}
