// Runs test files again, on PostgreSQL.
import { afterAll, describe, test } from 'vitest';
import { Fault } from '../../shared/fault.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { isDrawn, leftOut } from './draw.ts';
import { choosePostgres } from './medium.ts';

/** A server for the tests of this file; or, where there can be none, why. */
export async function postgresOrWhy(): Promise<Cluster | string> {
  try {
    const cluster = await startCluster();
    afterAll(() => cluster.stop());
    return cluster;
  } catch (error) {
    if (error instanceof Fault && error.code === 'UNREACHABLE') return error.message;
    throw error;
  }
}

/** One of so many of these files is run for a change of the code. */
const parts = 3;

/** Declares the tests of these files anew, on a server; or one that says why it is not run. */
export async function againOnPostgres(files: Record<string, () => Promise<unknown>>) {
  const cluster = await postgresOrWhy();
  if (typeof cluster === 'string') {
    test(`on PostgreSQL: ${Object.keys(files).join(', ')}`, ({ skip }) => skip(cluster));
    return;
  }
  choosePostgres(cluster);
  for (const [index, [name, load]] of Object.entries(files).entries()) {
    if (isDrawn(index, parts)) describe(name, async () => void (await load()));
    else test(name, ({ skip }) => skip(leftOut));
  }
}
