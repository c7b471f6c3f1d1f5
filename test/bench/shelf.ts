// Where a bench has central's tables: a file of SQLite, or a PostgreSQL of its own.
import { chmodSync } from 'node:fs';
import { migrations } from '../../central/memory.ts';
import { openShared } from '../../central/sharing.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import { startCluster } from '../helpers/cluster.ts';

export type Shelf = { open: (path: string) => Database; stop: () => Promise<void> };

/** On PostgreSQL its files are in `folder`, as SQLite's are: on the same disk. */
export async function benchShelf(postgres: boolean, folder: string): Promise<Shelf> {
  if (!postgres) {
    return { open: (path) => openDatabase(path, migrations), stop: async () => undefined };
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
    stop: cluster.stop,
  };
}
