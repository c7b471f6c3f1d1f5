// What a plant's people would write: an inventory of the test environment, with keys and
// certificates of its own, and the secrets in a vault.
import { hash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/nats-core';
import { stringify } from 'yaml';
import { certify, certifyAll } from './pki.ts';
import { run, said } from './shell.ts';

const ansible = join(import.meta.dirname, '../../ansible');

type Machine = { name: string; address: string };
type Edge = Machine & { lines: readonly string[] };
/** Where the bridge finds its broker: on this machine, outside of all others. */
export const mqttUrl = 'mqtt://10.77.0.1:1883';
export const person = 'person:17';
export const dropPath = '/srv/quality';
export type Plan = {
  folder: string;
  /** Where bundles and the key of releases are; in the folder. */
  bundles?: string;
  sshKey: string;
  /** Its servers; central is with the first. */
  hubs: readonly Machine[];
  /** Of them those that are there at first; all. */
  servers?: number;
  edges: readonly Edge[];
};

type Key = { open: string; seed: string };
/** What is kept of a fleet, so that a later run can go on with it. */
type State = {
  release: string;
  names: string[];
  keys: Record<string, Key>;
  former: Record<string, string>;
  tls: Record<string, string>;
  edges: Edge[];
};

const quiet = { ANSIBLE_NOCOLOR: '1', ANSIBLE_HOST_KEY_CHECKING: 'False' };
const seedsOf = ({ name }: Machine) => [`${name}.edge`, `${name}.leaf`];

/** A user's key: what a server knows, and what proves it. */
function newKey(): Key {
  const pair = nkeys.createUser();
  return { open: pair.getPublicKey(), seed: Buffer.from(pair.getSeed()).toString() };
}

export async function makeInventory({
  folder,
  bundles = folder,
  sshKey,
  hubs,
  edges,
  servers,
}: Plan) {
  let count = servers ?? hubs.length;
  const [center] = hubs as [Machine];
  const place = join(folder, 'inventory');
  const pki = join(place, 'pki');
  mkdirSync(pki, { recursive: true });
  cpSync(join(ansible, 'inventories/test/group_vars'), join(place, 'group_vars'), {
    recursive: true,
  });
  const password = join(folder, 'vault.password');
  writeFileSync(password, 'not a secret: a password for one run of a test\n', { mode: 0o600 });
  const stateFile = join(folder, 'inventory.json');
  const state: State = existsSync(stateFile)
    ? JSON.parse(readFileSync(stateFile, 'utf8'))
    : {
        ...{ release: '0.0.0', names: [], keys: {}, former: {}, edges: [...edges] },
        tls: await certifyAll(pki, hubs, edges),
      };

  const { names, keys, former, tls, edges: known } = state;
  function know(...more: readonly string[]): void {
    names.push(...more);
    for (const name of more) keys[name] = newKey();
  }
  if (names.length === 0) know('central', 'mqtt', person, ...edges.flatMap(seedsOf));

  async function write(): Promise<void> {
    const hosts = {
      all: {
        vars: {
          ...{ ansible_user: 'root', ansible_ssh_private_key_file: sshKey },
          ansible_ssh_common_args: '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
        },
        children: {
          hub: {
            hosts: Object.fromEntries(hubs.slice(0, count).map((hub) => [hub.name, hubVars(hub)])),
          },
          central: { hosts: { [center.name]: centralVars(center.address, count) } },
          bridges: { hosts: { [center.name]: bridgeVars } },
          edges: { hosts: Object.fromEntries(known.map((edge) => [edge.name, edgeVars(edge)])) },
        },
      },
    };
    writeFileSync(join(place, 'hosts.yml'), stringify(hosts));
    const all = {
      release_version: state.release,
      ...{ release_public_key: join(bundles, 'release.key.pub'), release_bundle_dir: bundles },
      public_nkeys: Object.fromEntries(names.map((name) => [name, keys[name]!.open])),
      former_nkeys: former,
    };
    writeFileSync(join(place, 'group_vars/all/main.yml'), stringify(all));
    const vault = {
      vault_seeds: Object.fromEntries(names.map((name) => [name, keys[name]!.seed])),
      vault_keys: tls,
      vault_erp_password: 'nobody asks for it',
    };
    const file = join(place, 'group_vars/all/vault.yml');
    const sealed = ['encrypt', '--vault-password-file', password, '--output', file, '-'];
    await run('ansible-vault', sealed, { input: stringify(vault) });
    writeFileSync(stateFile, JSON.stringify(state), { mode: 0o600 });
  }

  await write();
  return {
    /** From now on this is the release of the inventory. */
    async setRelease(version: string): Promise<void> {
      state.release = version;
      await write();
    },
    /** From now on the hub has so many servers. */
    async grow(to: number): Promise<void> {
      count = to;
      await write();
    },
    /** One edge more, with keys and a certificate. */
    async add(edge: Edge): Promise<void> {
      known.push(edge);
      tls[edge.name] = await certify({ pki, name: edge.name, address: edge.address });
      know(...seedsOf(edge));
      await write();
    },
    /** New keys for all; the ones before are the former ones. Gives what a server knew one by. */
    async renew(): Promise<Record<string, Key>> {
      const before = { ...keys };
      for (const name of names) {
        former[name] = keys[name]!.open;
        keys[name] = newKey();
      }
      await write();
      return before;
    },
    keys,
    edges: known,
    /** Where the hub's servers and the plant's edges have their certificates from, PEM. */
    authority: () => readFileSync(join(pki, 'ca.crt'), 'utf8'),
    secrets: () => Object.values(keys).map(({ seed }) => seed),
    /** Runs a playbook; gives its words and how it ended. */
    play: (playbook: string, ...args: string[]) =>
      said(
        'ansible-playbook',
        ['-i', join(place, 'hosts.yml'), '--vault-password-file', password, playbook, ...args],
        {
          cwd: ansible,
          env: { ...quiet, ANSIBLE_LOG_PATH: join(folder, 'ansible.log') },
          timeoutMs: 1_200_000,
        },
      ),
  };
}

const centralVars = (address: string, servers: number) => ({
  central_host: address,
  central_erp: {
    url: 'http://127.0.0.1:8099',
    ...{ plant: 'HF01', storageLocation: '0001', maxInFlightMs: 2_000, clientTimeoutMs: 2_000 },
  },
  central_drop_path: dropPath,
  central_tokens: [{ name: person, id: 'fleet-1', sha256: hash('sha256', 'never used') }],
  central_settings: {
    ...{ skewMaxHours: 876_000, stream: { replicas: servers } },
    downlink: { sites: [{ plant: 'HF01', site: 'acme/lyon' }], everySeconds: 10 },
    feed: { consumers: [{ name: 'mqtt', subjects: ['hf.fact.*.*.*.*.*'], from: 'all' }] },
  },
});

const keysOf = (name: string) => ({
  nkey: `{{ public_nkeys['${name}'] }}`,
  former_nkey: `{{ former_nkeys['${name}'] | default('') }}`,
});

const hubVars = ({ address }: Machine) => ({
  ...{ ansible_host: address, hub_address: address },
  nats_hub_readers: [{ name: 'mqtt', ...keysOf('mqtt') }],
  nats_hub_people: [{ name: person, may: 'act', ...keysOf(person) }],
});

const bridgeVars = {
  ...{ bridge_consumer: 'mqtt', bridge_mqtt_url: mqttUrl },
  ...{ bridge_nkey_seed: '{{ vault_seeds.mqtt }}', bridge_nats_url: '{{ central_nats_url }}' },
  bridge_hub_ca: '{{ central_hub_ca }}',
};

const edgeVars = ({ address, lines }: Edge) => ({
  ...{ ansible_host: address, edge_host: address },
  edge_lines: lines.map((line) => ({ line, lanes: 2 })),
  ...{ edge_require_clock_sync: false, edge_disk_budget_mb: 256 },
  ...{ edge_proof_within_s: 60, edge_proof_for_s: 10 },
});

/** What ansible said of a host in the end. */
export function recap(out: string, host: string): Record<string, number> {
  const line = new RegExp(`^${host}\\s+: (.*)$`, 'm').exec(out);
  const counts = (line?.[1] ?? '').matchAll(/(\w+)=(\d+)/g);
  return Object.fromEntries([...counts].map(([, name, count]) => [name!, Number(count)]));
}
