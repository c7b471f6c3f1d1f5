import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { serversOf, working } from './changing.ts';
import type { Host } from './hosts.ts';
import { monitored } from './hubbing.ts';
import { assertDone } from './installing.ts';
import type { Fleet, Story } from './story.ts';
import { drained, edgeStand } from './work.ts';

type Edge = Fleet['edges'][0];

export async function upAgain({ url }: Edge): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const stand = await edgeStand(url).catch(() => undefined);
    if (stand?.lines.every(({ failure, way }) => failure === null && way.state === 'up')) return;
    assert(attempt < 120, `not up: ${JSON.stringify(stand?.lines)}`);
    await delay(1_000);
  }
}

async function cut(fleet: Fleet): Promise<string> {
  const [edge] = fleet.edges as [Edge];
  const before = await edgeStand(edge.url);
  await edge.host.cut();
  const beganMs = performance.now();
  await edge.host.boot();
  await upAgain(edge);
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  const after = await edgeStand(edge.url);
  for (const { line, head } of before.lines) {
    assert(after.lines.find((one) => one.line === line)!.head >= head, line);
  }
  return `a machine that was cut off works again by itself, ${seconds} s after it is switched on`;
}

async function backUp(fleet: Fleet): Promise<string> {
  const { inventory, folder, edges } = fleet;
  const { told } = await working(fleet, async () => {
    const done = await inventory.play('backup.yml', '-e', `backup_fetch_to=${folder}/backups`);
    assertDone(fleet, done);
  });
  const drilled = await inventory.play('restore-drill.yml');
  assertDone(fleet, drilled);
  const back = [...drilled.out.matchAll(/edge-\S+\.db: (\d+) lines, (\d+) facts/g)];
  assert.equal(back.length, edges.length);
  return [...back.map(([words]) => words), ...told].join('\n');
}

async function restore(fleet: Fleet): Promise<string> {
  const { inventory, centralUrl } = fleet;
  const [edge] = fleet.edges as [Edge];
  const before = await edgeStand(edge.url);
  const args = ['-e', 'restore_in_place=true', '--limit', edge.host.name];
  assertDone(fleet, await inventory.play('restore-drill.yml', ...args));
  await upAgain(edge);
  const { told } = await working(fleet, () => delay(3_000));
  const after = await edgeStand(edge.url);
  const epochs = after.lines.map(({ line, epoch }) => {
    const was = before.lines.find((one) => one.line === line)!;
    return `${line}: epoch ${was.epoch} to ${epoch}`;
  });
  await drained(edge.url, centralUrl);
  return [...epochs, ...told].join('\n');
}

async function swap(fleet: Fleet): Promise<string> {
  const { lab, inventory, centralUrl } = fleet;
  const edge = fleet.edges[1]!;
  const facts = await drained(edge.url, centralUrl);
  await edge.host.cut();
  edge.host = await lab.host(edge.host.name, edge.host.address);
  assert.equal((await edge.host.ssh('ls /opt')).trim(), '', 'a box that nobody has touched');
  const args = ['-e', `edge=${edge.host.name}`, '-e', 'by=person:17'];
  const unanswered = await inventory.play('swap-edge.yml', ...args);
  assert.match(unanswered.out, /old_box_is_off=true once it is/);
  const done = await inventory.play('swap-edge.yml', ...args, '-e', 'old_box_is_off=true');
  assertDone(fleet, done);
  const stand = await edgeStand(edge.url);
  const back = stand.lines.reduce((sum, { head }) => sum + head, 0);
  const { told } = await working(fleet, () => delay(3_000));
  return [
    `${facts} facts were stated; epoch ${stand.lines[0]!.epoch} begins at ${back}`,
    ...told,
  ].join('\n');
}

async function add(fleet: Fleet): Promise<string> {
  const { lab, inventory, hubs, edges } = fleet;
  const pids = () => serversOf(fleet);
  const links = async () => {
    const told = await Promise.all(hubs.map((hub) => leafsOf(fleet, hub)));
    return told.flat();
  };
  const [pid, known] = [await pids(), await links()];
  const host = await lab.host('lyon-6', '10.77.0.16');
  const lines = ['acme/lyon/assembly/A1'];
  await inventory.add({ name: host.name, address: host.address, lines });
  const edge = { host, lines, url: `http://${host.address}:8080` };
  assertDone(fleet, await inventory.play('add-edge.yml', '-e', `edge=${host.name}`));
  await upAgain(edge);
  edges.push(edge);
  assert.deepEqual(await pids(), pid, 'the hub was not started anew');
  const kept = await links();
  assert(known.length === edges.length - 1 && known.every((id) => kept.includes(id)), 'cut off');
  const { told } = await working(fleet, () => delay(3_000));
  return ['the hub read its users anew, and cut nobody off', ...told].join('\n');
}

/** The connections of leaves at a server of the hub. */
async function leafsOf(fleet: Fleet, hub: Host): Promise<string[]> {
  const { leafs = [] } = (await monitored(fleet, hub, 'leafz')) as { leafs?: { id: number }[] };
  return leafs.map(({ id }) => `${hub.name} ${id}`);
}

export const replacing: readonly Story[] = [
  { name: 'a power cut needs nobody', story: cut },
  { name: 'backup under load, and the drill that shows it is worth something', story: backUp },
  { name: 'a backup takes the place of a store', story: restore },
  { name: 'another box takes the place of one that was lost', story: swap },
  { name: 'one edge more cuts nobody off', story: add },
];
