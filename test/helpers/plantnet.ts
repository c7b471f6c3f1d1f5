import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Accounts } from '../../cli/accounts.ts';
import { startHub, startLeaf } from '../../cli/broker.ts';
import type { Tls } from '../../cli/leaftls.ts';
import type { User } from '../../cli/natsserver.ts';
import { startProxy } from '../../cli/proxy.ts';

export type Plantnet = Awaited<ReturnType<typeof startPlantnet>>;

/**
 * Who is let in at each server; everybody where absent. `seed` is the leaf's own at the hub, `tls`
 * what each shows to the other.
 */
export type Guests = {
  hub?: readonly User[];
  accounts?: Accounts;
  leaf?: readonly User[];
  seed?: string;
  tls?: { hub: Tls; leaf: Tls };
};

const usersOf = (users: readonly User[] | undefined) => (users === undefined ? {} : { users });

/** A real hub and a real leaf in a folder of their own, and the link between them in our hands. */
export async function startPlantnet(guests: Guests = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'plantnet-'));
  const { accounts, tls } = guests;
  const hub = await startHub({
    ...{ directory: join(directory, 'hub'), ...usersOf(guests.hub) },
    ...(accounts && { accounts }),
    ...(tls && { tls: tls.hub }),
  });
  const proxy = await startProxy({ targetPort: hub.leafPort });
  const leaf = await startLeaf({
    ...{ directory: join(directory, 'leaf'), hubLeafPort: proxy.port, ...usersOf(guests.leaf) },
    ...(guests.seed === undefined ? {} : { seed: guests.seed }),
    ...(tls && { tls: tls.leaf }),
  });
  await waitFor(() => isLinked(hub.httpUrl), 30_000, 'the leaf to reach the hub');
  return {
    directory,
    hub,
    leaf,
    link: proxy,
    /** Stops all and removes the folder. */
    async close(): Promise<void> {
      await Promise.all([leaf.stop(), hub.stop()]);
      await proxy.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** True if the server at `httpUrl` has a leaf connection. */
export async function isLinked(httpUrl: string): Promise<boolean> {
  const response = await fetch(`${httpUrl}/leafz`);
  const { leafs } = (await response.json()) as { leafs?: unknown[] };
  return (leafs?.length ?? 0) > 0;
}

/** Waited for at the least, ms: a busy machine stops a program for many seconds. */
const patienceMs = 60_000;

/** Looks so often, ms, and, of what takes long, after each tenth of what was waited. */
const [lookMinMs, lookMaxMs] = [10, 200];

/**
 * Resolves once `condition` holds; throws, naming `what`, after `timeoutMs`, or a minute where that
 * is less. To look costs whoever is asked, too.
 */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what = condition.toString(),
): Promise<void> {
  const limitMs = Math.max(timeoutMs, patienceMs);
  const beganMs = performance.now();
  while (!(await condition())) {
    const waitedMs = performance.now() - beganMs;
    if (waitedMs > limitMs) throw new Error(`waited ${limitMs} ms for ${what}`);
    await delay(Math.min(lookMaxMs, Math.max(lookMinMs, waitedMs / 10)));
  }
}
