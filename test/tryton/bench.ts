import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test as bare, type TestContext } from 'vitest';
import { trytonErp } from '../../central/tryton/connector.ts';
import { Fault } from '../../shared/fault.ts';
import { openOffice } from './office.ts';
import { openPlanning } from './plant.ts';
import { type Depot, provision, serve } from './provision.ts';
import { admin, poster } from './seed.ts';

/** Making the depot for the first time: packages, schema, seed. */
const provisionMaxMs = 420_000;

let depot: Promise<Depot | string> | undefined;

/** What a server is started from, or why this machine has none. */
function findDepot(): Promise<Depot | string> {
  depot ??= provision().catch((error: unknown) => {
    if (error instanceof Fault) return error.message;
    throw error;
  });
  return depot;
}

/** A test against the real Tryton; where it cannot be had it counts as not run, and says why. */
export function testTryton(
  title: string,
  body: (depot: Depot, context: TestContext) => Promise<void>,
  timeoutMs = 120_000,
): void {
  bare(
    title,
    async (context) => {
      const found = await findDepot();
      if (typeof found === 'string') return context.skip(`no Tryton here: ${found}`);
      return body(found, context);
    },
    provisionMaxMs + timeoutMs,
  );
}

export type Bench = Awaited<ReturnType<typeof startBench>>;

/** What the connector is told about the seeded Tryton at `url`. */
export const options = (url: string, folder: string, more = {}) => ({
  ...{ kind: 'tryton', url, database: 'erp', user: poster.user },
  passwordPath: join(folder, `${poster.user}.password`),
  ...{ warehouse: 'WH', quarantine: 'QUAR', scrap: 'SCRAP', clientTimeoutMs: 20_000 },
  ...more,
});

/** A server of its own with a copy of the seeded database, its people, and a connector to it. */
export async function startBench(depot: Depot) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tryton-'));
  const server = await serve(depot, folder);
  const { url } = server;
  const office = openOffice({ url, ...admin, folder });
  openOffice({ url, ...poster, folder });
  const planning = await openPlanning(office);
  const erpAt = (at: string, more = {}) => trytonErp(options(at, folder, more));
  return {
    ...{ folder, server, url, office, planning, erpAt },
    erp: erpAt(url),
    async close(): Promise<void> {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let shared: Promise<Bench> | undefined;

/** One server for the tests of a file that do not stand in each other's way. */
export function sharedBench(depot: Depot): Promise<Bench> {
  shared ??= startBench(depot);
  return shared;
}
afterAll(async () => (await shared)?.close());
