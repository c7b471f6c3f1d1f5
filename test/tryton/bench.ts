import { afterAll, test as bare, type TestContext } from 'vitest';
import { Fault } from '../../shared/fault.ts';
import { type Depot, provision } from './provision.ts';
import { startWorks, type Works } from './works.ts';

/** Making the depot for the first time: packages, schema, seed. */
const provisionMaxMs = 1_200_000;

let depot: Promise<Depot | string> | undefined;

/** What a server is started from, or why this machine has none. */
export function findDepot(): Promise<Depot | string> {
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

let shared: Promise<Works> | undefined;

/** One server for the tests of a file that do not stand in each other's way. */
export function sharedWorks(depot: Depot): Promise<Works> {
  shared ??= startWorks(depot);
  return shared;
}
afterAll(async () => (await shared)?.close());
