import assert from 'node:assert/strict';
import { releases } from './bundles.ts';
import { assertDone, failures } from './installing.ts';
import type { Fleet, Story } from './story.ts';
import { drained, edgeStand, startWork } from './work.ts';

let orders = 0;

/** Lets people work at the first line of every edge while `act` goes on; nothing may be lost. */
export async function working<T>(fleet: Fleet, act: () => Promise<T>) {
  const { edges, centralUrl } = fleet;
  const headsBefore = new Map<string, number>();
  for (const { url } of edges) {
    for (const { line, head } of (await edgeStand(url)).lines) headsBefore.set(line, head);
  }
  const works = edges.map(({ url, lines }) => startWork(url, lines[0]!, `WO-${++orders}`));
  let result: T;
  const told: string[] = [];
  try {
    result = await act();
  } finally {
    for (const [index, work] of works.entries()) {
      const { accepted, refused, waits } = await work.stop();
      assert.equal(refused.length, 0, `${refused.length} taps are refused: ${refused[0]}`);
      const { url, lines, host } = edges[index]!;
      await drained(url, centralUrl);
      const stand = (await edgeStand(url)).lines.find(({ line }) => line === lines[0]!)!;
      const stated = stand.head - headsBefore.get(stand.line)!;
      assert(stated >= accepted, `${host.name}: ${accepted} accepted, ${stated} stored`);
      assert.equal(stand.failure, null);
      told.push(`${host.name}: ${accepted} taps, all at central: ${waits}`);
    }
  }
  return { result, told };
}

const releaseOf = async (url: string) => (await edgeStand(url)).program.release;
const pidOf = async ({ host }: Fleet['edges'][0]) =>
  (await host.ssh('systemctl show holdfast-edge --property MainPID --value')).trim();

/** The process of each server of the hub. */
export const serversOf = ({ hubs }: Fleet) =>
  Promise.all(hubs.map((host) => host.ssh('systemctl show nats-hub -p MainPID --value')));

async function upgrade(fleet: Fleet): Promise<string> {
  const { inventory, edges } = fleet;
  const [{ host: first }] = edges as [Fleet['edges'][0]];
  await first.ssh(
    'cd /opt/holdfast && mkdir releases/8.9.9 && touch -d 2020-01-01 releases/8.9.9' +
      ' && touch bundles/holdfast-8.9.9-linux-x64.tar',
  );
  const servers = await serversOf(fleet);
  const beganMs = performance.now();
  const { told } = await working(fleet, async () => {
    const args = ['-e', `release_version=${releases.next}`, '-e', 'release_keep=2'];
    assertDone(fleet, await inventory.play('upgrade.yml', ...args));
  });
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  for (const { url } of edges) assert.equal(await releaseOf(url), releases.next);
  const kept = await first.ssh('cd /opt/holdfast && ls releases && readlink previous');
  const wanted = [releases.first, releases.next, `/opt/holdfast/releases/${releases.first}`];
  assert.deepEqual(kept.trim().split('\n'), wanted);
  const now = await serversOf(fleet);
  assert(!servers.some((pid) => now.includes(pid)), 'every server of the hub is the other one');
  await inventory.setRelease(releases.next);
  return [`${seconds} s for three servers of the hub and ${edges.length} edges`, ...told].join(
    '\n',
  );
}

/** What becomes of a bad release: why it is stopped, and whether the edge was started with it. */
const goneWrong =
  (version: string, why: RegExp, isStarted: boolean) =>
  async (fleet: Fleet): Promise<string> => {
    const { inventory, edges } = fleet;
    const [first, ...others] = edges as [Fleet['edges'][0], ...Fleet['edges']];
    const pidsOf = () => Promise.all(others.map(pidOf));
    const [pid, untouched] = [await pidOf(first), await pidsOf()];
    let reason = '';
    const { told } = await working(fleet, async () => {
      const args = ['-e', `release_version=${version}`, '--limit', 'edges'];
      const done = await inventory.play('upgrade.yml', ...args);
      assert.notEqual(done.code, 0, 'it must not go through');
      reason = why.exec(done.out)?.[0] ?? assert.fail(failures(done.out));
      if (isStarted) assert.match(done.out, new RegExp(`Release ${releases.next} runs again`));
    });
    assert.equal((await pidOf(first)) !== pid, isStarted);
    assert.deepEqual(await pidsOf(), untouched, 'the other edges were left alone');
    for (const { url } of edges) assert.equal(await releaseOf(url), releases.next);
    const { host } = first;
    const link = (await host.ssh('readlink /opt/holdfast/current')).trim();
    assert.equal(link, `/opt/holdfast/releases/${releases.next}`);
    return [
      `stopped at ${host.name}: ${reason}`,
      `the ${others.length} others were not touched`,
      ...told,
    ].join('\n');
  };

async function rotate(fleet: Fleet): Promise<string> {
  const { inventory, edges, hubs } = fleet;
  const before = await inventory.renew();
  const { told } = await working(fleet, async () => {
    assertDone(fleet, await inventory.play('rotate-credentials.yml'));
  });
  const [first] = edges as [Fleet['edges'][0]];
  for (const host of hubs) {
    const conf = await host.ssh('cat /etc/holdfast/nats/hub.conf');
    for (const name of [`${first.host.name}.leaf`, 'central', 'mqtt']) {
      assert(!conf.includes(before[name]!.open) && conf.includes(inventory.keys[name]!.open), name);
    }
  }
  const place = '/etc/holdfast/credentials/nats-leaf';
  const now = inventory.keys[`${first.host.name}.leaf`]!.seed;
  const old = before[`${first.host.name}.leaf`]!.seed;
  const said = await first.host.ssh(
    `cd ${place} && sed 's/${now}/${old}/; s/:4222/:14222/; s/:8222/:18222/' leaf.conf` +
      ' > /run/old.conf' +
      ' && (timeout 5 /opt/holdfast/current/bin/nats-server -c /run/old.conf 2>&1 || true);' +
      ' rm /run/old.conf',
  );
  assert.match(said, /Authorization Violation/);
  return ['a leaf with the old key: Authorization Violation', ...told].join('\n');
}

export const changing: readonly Story[] = [
  { name: 'a rolling upgrade under load loses nothing', needed: true, story: upgrade },
  {
    name: 'a release that remembers otherwise is stopped before the first edge is given it',
    story: goneWrong(releases.other, /does not lead to the state that was stored with it/, false),
  },
  {
    name: 'a release whose facts do not reach the ledger is stopped at the first edge, and undone',
    story: goneWrong(releases.mute, /the ledger holds \d+ of \d+ facts/, true),
  },
  {
    name: 'a release that does not come up is stopped at the first edge, and undone',
    story: goneWrong(releases.dead, /9\.0\.4 did not prove itself here: .{0,120}/, true),
  },
  { name: 'keys are renewed under load, and the old ones are let in no more', story: rotate },
];
