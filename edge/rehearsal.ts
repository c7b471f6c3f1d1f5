import { parseArgs } from 'node:util';
import { openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { kindOf, withReplica } from '../shared/replica.ts';
import { readJson } from '../shared/service.ts';
import { linesOf, readEdgeConfig } from './config.ts';
import { migrations } from './schema.ts';
import { type Judged, type Rehearsal, rehearse } from './trial.ts';

/**
 * Rehearses on a copy of the store at `path`; the store itself is only read. Throws Fault CONFLICT
 * while an edge has it open, Fault INVALID if it is not there or no store, Fault CORRUPT if it is
 * damaged or newer than this program.
 */
export const rehearseFile = (path: string, lines?: readonly Judged[]): Promise<Rehearsal> =>
  withReplica(path, '--store', (copy) => {
    if (kindOf(copy) !== 'edge') {
      throw new Fault('INVALID', `--store: ${path}: is no store of an edge`);
    }
    const db = openDatabase(copy, migrations);
    try {
      return rehearse(db, lines);
    } finally {
      db.close();
    }
  });

/** Prints the rehearsal as one line of JSON; on an expected failure one line, and exit code 2. */
async function main(): Promise<void> {
  const options = { store: { type: 'string' }, config: { type: 'string' } } as const;
  const { store = '', config } = parseArgs({ options }).values;
  try {
    const given = config === undefined ? undefined : linesOf(readEdgeConfig(readJson(config)));
    process.stdout.write(`${JSON.stringify(await rehearseFile(store, given))}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

if (import.meta.main) await main();
