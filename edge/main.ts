import { systemClock } from '../shared/clock.ts';
import { openDatabase } from '../shared/database.ts';
import { systemRandom } from '../shared/identity.ts';
import { openLog } from '../shared/log.ts';
import { runService } from '../shared/service.ts';
import { assembleEdge, meansOf } from './assembly.ts';
import { openBackups } from './backup.ts';
import { readBalance } from './balance.ts';
import { type EdgeConfig, fields, readEdgeConfig } from './config.ts';
import { buildHttp } from './http.ts';
import { openHub } from './hub.ts';
import { readPedigree } from './pedigree.ts';
import { migrations } from './schema.ts';
import { upgradeWith } from './upgrade.ts';

/** Starts the edge: opens upwards, closes downwards. Resolves once it listens. */
export async function startEdge(config: EdgeConfig) {
  const clock = systemClock;
  const log = openLog('edge', config.logLevel);
  const means = meansOf(config, clock, systemRandom);
  const db = openDatabase(config.storePath, migrations, upgradeWith(config, means));
  const edge = assembleEdge({ config, db, clock, random: systemRandom, log, openHub });
  const { book, intake, changed, status, metrics, signal } = edge;
  const backups = openBackups(db, signal);
  const app = await buildHttp({
    ...{ intake, status, metrics, changed, clock, signal },
    charted: book.moved,
    pedigree: (lot) => readPedigree(book, lot),
    balance: (order) => readBalance(book, order),
    backup: backups.make,
  });
  const url = await app.listen({ host: config.host, port: config.httpPort });

  return {
    url,
    async close(): Promise<void> {
      const stopped = edge.stop();
      await app.close();
      await Promise.all([stopped, backups.idle()]);
      edge.leave();
      db.close();
    },
  };
}

if (import.meta.main) {
  await runService({ name: 'edge', fields, start: (given) => startEdge(readEdgeConfig(given)) });
}
