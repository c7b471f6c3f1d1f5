// Where a bench has central's tables: a file of SQLite, or a PostgreSQL of its own.
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { migrations } from '../../central/memory.ts';
import { openShared } from '../../central/sql/sharing.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import { startCluster } from '../helpers/cluster.ts';

export type Shelf = {
  open: (path: string) => Database;
  /** CPU that the server has used for this database's connection, ms; none for a file. */
  serverMs: (db: Database) => number;
  stop: () => Promise<void>;
};

/** Of Linux's ticks, 100 a second; elsewhere it is not known. */
function cpuMsOf(pid: number): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return Number.NaN;
  const after = readFileSync(path, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(after[11]) + Number(after[12])) * 10;
}

/** On PostgreSQL its files are in `folder`, as SQLite's are: on the same disk. */
export async function benchShelf(postgres: boolean, folder: string): Promise<Shelf> {
  if (!postgres) {
    const open = (path: string) => openDatabase(path, migrations);
    return { open, serverMs: () => 0, stop: async () => undefined };
  }
  chmodSync(folder, 0o711); // the server runs as somebody else where we are root
  const cluster = await startCluster(folder);
  let made = 0;
  return {
    open() {
      const { url, password } = cluster;
      made += 1;
      return openShared({ url, password, schema: `bench_${made}` }, `bench_${made}`, migrations);
    },
    serverMs: (db) => cpuMsOf(db.prepare<[], number>('SELECT pg_backend_pid()').pluck().get()!),
    stop: cluster.stop,
  };
}
