import { parseArgs } from 'node:util';
import { openCalendar } from '../../shared/calendar.ts';
import { openDatabase } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { kindOf, withReplica } from '../../shared/replica.ts';
import { readJson } from '../../shared/service.ts';
import { openUnits } from '../../shared/unit.ts';
import { type EdgeConfig, linesOf, readEdgeConfig } from '../config.ts';
import { migrations } from './schema.ts';
import { type Judged, type Means, type Rehearsal, rehearse } from './trial.ts';

/**
 * Rehearses on a copy of the store at `path`; the store itself is only read. Throws Fault CONFLICT
 * while an edge has it open, Fault INVALID if it is not there or no store, Fault CORRUPT if it is
 * damaged or newer than this program.
 */
export const rehearseFile = (
  path: string,
  lines?: readonly Judged[],
  means?: Means,
): Promise<Rehearsal> =>
  withReplica(path, '--store', (copy) => {
    if (kindOf(copy) !== 'edge') {
      throw new Fault('INVALID', `--store: ${path}: is no store of an edge`);
    }
    const db = openDatabase(copy, migrations);
    try {
      return rehearse(db, lines, means);
    } finally {
      db.close();
    }
  });

/** Prints the rehearsal as one line of JSON; on an expected failure one line, and exit code 2. */
async function main(): Promise<void> {
  const options = { store: { type: 'string' }, config: { type: 'string' } } as const;
  const { store = '', config } = parseArgs({ options }).values;
  try {
    const given = config === undefined ? undefined : readEdgeConfig(readJson(config));
    const found = await rehearseFile(store, given && linesOf(given), given && meansOf(given));
    process.stdout.write(`${JSON.stringify(found)}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

const meansOf = ({ calendar, units }: EdgeConfig): Means => ({
  calendar: calendar && openCalendar(calendar),
  units: openUnits(units),
});

if (import.meta.main) await main();
