// Central's configs for the commands, and a small shop whose ledger is on PostgreSQL.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '../../central/memory.ts';
import { openShared } from '../../central/sql/sharing.ts';
import type { Cluster } from './cluster.ts';
import { giveAll, storeOfShop } from './disk.ts';
import { testFolder } from './folder.ts';

export const holdfast = (...args: string[]) =>
  spawnSync(process.execPath, ['cli/holdfast.ts', ...args], { encoding: 'utf8' });

const others = {
  ...{ natsUrl: 'nats://h:1', hubMonitorUrl: 'http://h:1' },
  erp: {
    kind: 'sap',
    ...{ url: 'http://127.0.0.1:1', plant: '1000', storageLocation: '0001' },
    ...{ maxInFlightMs: 1_000, clientTimeoutMs: 1_000 },
  },
};

/** A file with central's config, this and whatever else it needs. */
export function configFile(config: object): string {
  const path = join(testFolder(), 'central.json');
  writeFileSync(path, JSON.stringify({ ...others, ...config }));
  return path;
}

let made = 0;

/** A shop's store, closed, and its ledger in a schema of its own. */
export function shopOn(cluster: Cluster, upTo?: number) {
  const { url, password, passwordPath } = cluster;
  const schema = `shop_${++made}`;
  const { path, box } = storeOfShop();
  const where = { url, password, schema };
  giveAll(box, openShared(where, `shop_${made}`, migrations), upTo);
  box.db.close();
  return {
    ...{ where, store: path, config: configFile({ postgres: { url, passwordPath, schema } }) },
    /** Changes it behind the back of its schema. */
    harm: (sql: string) =>
      cluster.query(`SET search_path = ${schema}; SET session_replication_role = replica; ${sql}`),
  };
}
