// A hub that was one server becomes three, by the role, while people work at an edge.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { releases } from './bundles.ts';
import { working } from './changing.ts';
import { whole } from './hubbing.ts';
import { assertDone } from './installing.ts';
import { makeInventory } from './inventory.ts';
import type { Fleet, Story } from './story.ts';

const lines = ['acme/nice/turning/N01'];

/** Machines of their own, beside all others: one server, central and one edge; two wait. */
async function open({ folder: bundles, lab }: Fleet): Promise<Fleet> {
  const folder = join(bundles, 'growing');
  mkdirSync(folder, { recursive: true });
  const named = [1, 2, 3].map((at) => ({ name: `nice-hub-${at}`, address: `10.77.0.${40 + at}` }));
  const hubs = [];
  for (const { name, address } of named) hubs.push(await lab.host(name, address));
  const host = await lab.host('nice-1', '10.77.0.31');
  const inventory = await makeInventory({
    ...{ folder, bundles, sshKey: lab.key, hubs: named, servers: 1 },
    edges: [{ name: host.name, address: host.address, lines }],
  });
  const edges = [{ host, lines, url: `http://${host.address}:8080` }];
  const centralUrl = `http://${hubs[0]!.address}:8090`;
  return { folder, lab, hub: hubs[0]!, hubs, edges, inventory, centralUrl };
}

async function grow(all: Fleet): Promise<string> {
  const fleet = await open(all);
  const { inventory, hubs } = fleet;
  await inventory.setRelease(releases.first);
  const installed = await inventory.play('site.yml');
  assertDone({ ...fleet, hubs: hubs.slice(0, 1) }, installed);
  const one = await hubs[0]!.ssh('ss -ltnH');
  assert.match(one, /127\.0\.0\.1:4222/);
  const beganMs = performance.now();
  const { told } = await working(fleet, async () => {
    await delay(3_000);
    await inventory.grow(hubs.length);
    assertDone(fleet, await inventory.play('site.yml'));
    await whole(fleet);
  });
  const again = await inventory.play('site.yml');
  assertDone(fleet, again);
  assert.match(again.out, new RegExp(`^${hubs[0]!.name}\\s+:.*changed=0 `, 'm'));
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  return [`one server was there, three have every stream; ${seconds} s in all`, ...told].join('\n');
}

export const growing: readonly Story[] = [
  { name: 'a hub of one server becomes one of three', story: grow },
];
