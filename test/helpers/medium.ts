// Where central's tables of a test are: SQLite, unless the test file has chosen PostgreSQL.
import { hash } from 'node:crypto';
import { openShared } from '../../central/sql/sharing.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import type { Cluster } from './cluster.ts';

let cluster: Cluster | undefined;
let made = 0;

/** From now on all that is opened here is on this server, each path in a schema of its own. */
export function choosePostgres(chosen: Cluster): void {
  cluster = chosen;
}

export const onPostgres = (): boolean => cluster !== undefined;

/** A schema for a path: the same for the same one; another one for each that is in memory. */
const schemaOf = (path: string): string =>
  path === ':memory:' ? `memory_${++made}` : `file_${hash('sha256', path).slice(0, 16)}`;

/** Central's tables as `openDatabase` gives them, wherever the test has them. */
export function openMedium(path: string, migrations: readonly string[]): Database {
  if (!cluster) return openDatabase(path, migrations);
  made += 1;
  const where = { url: cluster.url, password: cluster.password, schema: schemaOf(path) };
  return openShared(where, `test_${process.pid}_${made}`, migrations);
}
