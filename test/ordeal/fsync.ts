import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'fsync.c');

/**
 * Makes the programs that are started from now on ask whether a sync is to fail; false where there
 * is no C compiler.
 */
export function interposeSync(folder: string): boolean {
  const library = join(folder, 'fsync.so');
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source]);
  if (status !== 0) return false;
  process.env['LD_PRELOAD'] = library;
  return true;
}

/** Lets every sync of the log of a store fail until `heal`. */
export function failSyncs(storePath: string) {
  const mark = `${storePath}-wal.io-error`;
  writeFileSync(mark, '');
  return { heal: () => rmSync(mark, { force: true }) };
}
