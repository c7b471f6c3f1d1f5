import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { releases } from './bundles.ts';
import type { Host } from './hosts.ts';
import { recap } from './inventory.ts';
import type { Said } from './shell.ts';
import type { Fleet, Story } from './story.ts';
import { edgeStand } from './work.ts';

export const hostsOf = ({ hubs, edges }: Fleet) => [...hubs, ...edges.map(({ host }) => host)];
const scoreMax = 2;
const units = {
  center: ['nats-hub', 'holdfast-central', 'holdfast-bridge'],
  hub: ['nats-hub'],
  edge: ['nats-leaf', 'holdfast-edge'],
} as const;

function unitsOf({ hub, hubs }: Fleet, host: Host): readonly string[] {
  if (host === hub) return units.center;
  return hubs.includes(host) ? units.hub : units.edge;
}

/** All that stands on a host's disk where a role may write, as one line for each host. */
async function standing(fleet: Fleet): Promise<string> {
  const all = `find /etc /opt /srv -xdev -printf '%p %s %m %U %T@\\n' | sort | sha256sum`;
  return (await Promise.all(hostsOf(fleet).map((host) => host.ssh(all)))).join('');
}

/** Throws unless it did all that it was asked for, on every host. */
export function assertDone(fleet: Fleet, { code, out }: Said): void {
  const bad = hostsOf(fleet).filter(({ name }) => {
    const { failed = 0, unreachable = 0 } = recap(out, name);
    return failed + unreachable > 0;
  });
  assert(code === 0 && bad.length === 0, `ended with ${code}:\n${failures(out)}`);
}
export const failures = (out: string): string => {
  const found = out.split('\n').filter((line) => /^(?:fatal|failed|ERROR)/.test(line));
  return (found.length === 0 ? out.slice(-2_000) : found.join('\n')).slice(0, 4_000);
};

const changes = (fleet: Fleet, out: string): number =>
  hostsOf(fleet).reduce((sum, { name }) => sum + (recap(out, name)['changed'] ?? 0), 0);

async function install(fleet: Fleet): Promise<string> {
  const { inventory, edges, hubs } = fleet;
  await inventory.setRelease(releases.first);
  for (const host of hostsOf(fleet)) {
    assert.equal((await host.ssh('ip route show default')).trim(), '', 'no way to the outside');
    assert.equal((await host.ssh('systemctl is-system-running')).trim(), 'running');
  }
  const untouched = await standing(fleet);
  const some = [...hubs.map(({ name }) => name), edges[0]!.host.name];
  const rehearsed = await inventory.play('site.yml', '--check', '--limit', some.join(','));
  assertDone(fleet, rehearsed);
  assert.equal(await standing(fleet), untouched, 'check mode writes nothing');
  const beganMs = performance.now();
  const done = await inventory.play('site.yml');
  assertDone(fleet, done);
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  await startErp(fleet);
  for (const { url, lines } of edges) {
    const stand = await edgeStand(url);
    assert.deepEqual(stand.lines.map(({ line }) => line).sort(), [...lines].sort());
    assert.equal(stand.program.release, releases.first);
  }
  return `${hostsOf(fleet).length} fresh Debians without a network: ready after ${seconds} s`;
}

/** The ERP of the demo, from the same bundle, on the hub's machine. */
async function startErp({ hub }: Fleet): Promise<void> {
  const config = JSON.stringify({
    ...{ path: '/var/lib/erp/erp.sqlite', port: 8099, plant: 'HF01', storageLocation: '0001' },
    maxInFlightMs: 2_000,
  });
  await hub.ssh(`mkdir -p /var/lib/erp && echo '${config}' > /var/lib/erp/erp.json`);
  const release = `/opt/holdfast/releases/${releases.first}`;
  const program = `${release}/bin/node ${release}/app/central/sandbox/main.ts`;
  const unit = [
    ...['[Service]', `ExecStart=${program} --config /var/lib/erp/erp.json`],
    ...['[Install]', 'WantedBy=multi-user.target', ''],
  ];
  await hub.ssh(`echo '${unit.join('\n')}' > /etc/systemd/system/erp.service`);
  await hub.ssh('systemctl enable --quiet --now erp');
}

async function again(fleet: Fleet): Promise<string> {
  const before = await standing(fleet);
  const done = await fleet.inventory.play('site.yml');
  assertDone(fleet, done);
  assert.equal(changes(fleet, done.out), 0, 'the second run changes nothing');
  const some = ['--limit', `${fleet.hub.name},${fleet.edges[0]!.host.name}`];
  const checked = await fleet.inventory.play('site.yml', '--check', '--diff', ...some);
  assertDone(fleet, checked);
  assert.equal(changes(fleet, checked.out), 0, 'nor would a third');
  assert.equal(await standing(fleet), before, 'and no file is another');
  for (const seed of fleet.inventory.secrets()) {
    assert(!done.out.includes(seed) && !checked.out.includes(seed), 'no seed is shown');
  }
  return 'changed=0 on every host, and in check mode on one of each kind';
}

async function hardened(fleet: Fleet): Promise<string> {
  const told: string[] = [];
  for (const host of hostsOf(fleet)) {
    for (const unit of unitsOf(fleet, host)) {
      const out = await host.ssh(`systemd-analyze security --no-pager ${unit}.service | tail -n 1`);
      const score = Number(/: ([\d.]+)/.exec(out)?.[1]);
      assert(score <= scoreMax, `${host.name}, ${unit}: ${score}, must be at most ${scoreMax}`);
      told.push(`${unit} ${score}`);
    }
  }
  return [...new Set(told)].join(', ');
}

async function secret(fleet: Fleet): Promise<string> {
  const seeds = fleet.inventory.secrets();
  for (const host of hostsOf(fleet)) {
    const places = [
      'ps axeww',
      'journalctl --no-pager',
      'find /etc/holdfast /opt/holdfast/bundles /run/systemd' +
        ' -path /etc/holdfast/credentials -prune' +
        ' -o -type f -size -1M -print0 | xargs -0 cat',
    ];
    for (const place of places) {
      const out = await host.ssh(`${place} 2>/dev/null || true`);
      assert(!seeds.some((seed) => out.includes(seed)), `${host.name}: a seed in: ${place}`);
    }
    const open = await host.ssh('find /etc/holdfast/credentials ! -user root -o -perm /077');
    assert.equal(open.trim(), '', 'secrets are for root alone');
  }
  return `${seeds.length} seeds: in no process list, environment, journal or config`;
}

async function watched({ edges }: Fleet): Promise<string> {
  const [{ host, url }] = edges as [Fleet['edges'][0]];
  await host.ssh('kill -STOP $(systemctl show holdfast-edge --property MainPID --value)');
  const beganMs = performance.now();
  for (;;) {
    const restarts = await host.ssh('systemctl show holdfast-edge --property NRestarts --value');
    if (Number(restarts) >= 1) break;
    assert(performance.now() - beganMs < 150_000, 'systemd has not noticed');
    await delay(2_000);
  }
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  for (let attempt = 1; ; attempt++) {
    const stand = await edgeStand(url).catch(() => undefined);
    if (stand?.lines.every(({ failure }) => failure === null)) break;
    assert(attempt < 60, 'the edge has not come back');
    await delay(1_000);
  }
  const log = await host.ssh(
    'journalctl --unit holdfast-edge --no-pager --grep "[Ww]atchdog" || true',
  );
  assert.match(log, /watchdog timeout/i);
  return `an edge that hangs (SIGSTOP) is started anew after ${seconds} s`;
}

async function tampered(fleet: Fleet): Promise<string> {
  const { folder, inventory, hub } = fleet;
  const changed = join(folder, 'changed');
  mkdirSync(changed, { recursive: true });
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.tar'))) {
    copyFileSync(join(folder, name), join(changed, name));
    const bytes = readFileSync(join(folder, name));
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(join(changed, name), bytes);
  }
  const before = await hub.ssh('ls -a /opt/holdfast/releases /opt/holdfast/bundles');
  const args = ['-e', `release_version=${releases.next}`, '-e', 'release_change=true'];
  const done = await inventory.play('site.yml', ...args, '-e', `release_bundle_dir=${changed}`);
  assert.notEqual(done.code, 0);
  assert.match(done.out, /the payload is not the one that was signed/);
  assert.equal(await hub.ssh('ls -a /opt/holdfast/releases /opt/holdfast/bundles'), before);
  const passing = await inventory.play('site.yml', '-e', `release_version=${releases.next}`);
  assert.notEqual(passing.code, 0);
  assert.match(passing.out, /upgrade\.yml changes a release/);
  return 'one bit of 62 MB: refused before anything is copied; and site.yml changes no release';
}

export const installing: readonly Story[] = [
  {
    name: 'install from the bundle, after a rehearsal in check mode',
    needed: true,
    story: install,
  },
  { name: 'a second run changes nothing', story: again },
  { name: `units score at most ${scoreMax} (systemd-analyze security)`, story: hardened },
  { name: 'no seed is to be seen', story: secret },
  { name: 'the watchdog starts an edge anew that hangs', story: watched },
  { name: 'a bundle that was changed is refused', story: tampered },
];
