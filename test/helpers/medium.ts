// Where central's tables of a test are: SQLite, unless the test file has chosen PostgreSQL.
import { hash } from 'node:crypto';
import { openFit, openShared } from '../../central/sql/sharing.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import type { Cluster } from './cluster.ts';

let medium: ReturnType<typeof openServer> | undefined;

/** From now on all that is opened here is on this server, each path in a database of its own. */
export function choosePostgres(cluster: Cluster): void {
  medium = openServer(cluster);
}

export const onPostgres = (): boolean => medium !== undefined;

const shortHash = (text: string): string => hash('sha256', text).slice(0, 16);

/** Databases in memory that may be over and are not yet dropped: each takes 10 MB. */
const idleMax = 16;

/** Tables are made once, and copied for each path: to make them takes longer than most tests. */
function openServer({ url, password }: Cluster) {
  const where = { password, schema: 'holdfast' };
  const admin = openFit({ ...where, url }, `test_${process.pid}`);
  const known = new Set<string>();
  let opened = 0;

  const inDatabase = (name: string) => ({ ...where, url: url.replace(/\/\w+$/, `/${name}`) });
  const open = (name: string, migrations: readonly string[]): Database =>
    openShared(inDatabase(name), `test_${process.pid}_${++opened}`, migrations);

  /** What was in memory is gone once it is closed, as with SQLite. */
  function dropIdle(): void {
    const used = 'SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL';
    const idle = `datname LIKE 'memory\\_%' AND datname NOT IN (${used})`;
    const { rows } = admin.script(`SELECT datname FROM pg_database WHERE ${idle}`);
    for (const [name] of rows) admin.script(`DROP DATABASE ${String(name)}`);
  }
  function create(name: string, template: string): boolean {
    if (known.has(name)) return false;
    if (known.size % idleMax === 0) dropIdle();
    admin.script(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
    known.add(name);
    return true;
  }

  return (path: string, migrations: readonly string[]): Database => {
    const template = `tables_${shortHash(migrations.join())}`;
    if (create(template, 'template0')) open(template, migrations).close();
    // The same for the same path; another one for each that is in memory.
    const name = path === ':memory:' ? `memory_${opened}` : `file_${shortHash(path)}`;
    create(name, template);
    return open(name, migrations);
  };
}

/** Central's tables as `openDatabase` gives them, wherever the test has them. */
export function openMedium(path: string, migrations: readonly string[]): Database {
  return medium ? medium(path, migrations) : openDatabase(path, migrations);
}
