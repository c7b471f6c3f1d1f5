import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trytonErp } from '../../central/tryton/connector.ts';
import { openOffice } from './office.ts';
import { openPlanning } from './plant.ts';
import { type Depot, serve } from './provision.ts';
import { admin, poster } from './seed.ts';
import { startServer } from './server.ts';

export type Works = Awaited<ReturnType<typeof startWorks>>;

/** What the connector is told about the seeded Tryton at `url`. */
export const options = (url: string, folder: string, more = {}) => ({
  ...{ kind: 'tryton', url, database: 'erp', user: poster.user },
  passwordPath: join(folder, `${poster.user}.password`),
  ...{ warehouse: 'WH', quarantine: 'QUAR', scrap: 'SCRAP', clientTimeoutMs: 20_000 },
  ...more,
});

/** A server of its own with a copy of the seeded database, its people, and a connector to it. */
export async function startWorks(depot: Depot, retries?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tryton-'));
  let server = await serve(depot, folder, retries);
  const { url } = server;
  const office = openOffice({ url, ...admin, folder });
  openOffice({ url, ...poster, folder });
  const planning = await openPlanning(office);
  const erpAt = (at: string, more = {}) => trytonErp(options(at, folder, more));
  return {
    ...{ folder, url, office, planning, erpAt },
    erp: erpAt(url),
    /** SIGKILL, in the middle of whatever it does; resolves when it serves the same again. */
    async restart(): Promise<void> {
      const { port } = server;
      await server.kill();
      server = await startServer({ ...depot, folder, port });
    },
    async close(): Promise<void> {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
