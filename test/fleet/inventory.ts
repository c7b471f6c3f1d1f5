// What a plant's people would write: an inventory of the test environment, with keys and
// certificates of its own, and the secrets in a vault.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/nats-core';
import { stringify } from 'yaml';
import { run, said } from './shell.ts';

const ansible = join(import.meta.dirname, '../../ansible');

type Edge = { name: string; address: string; lines: readonly string[] };
export type Plan = {
  folder: string;
  sshKey: string;
  hub: { name: string; address: string };
  edges: readonly Edge[];
};

/** A user's key: what a server knows, and what proves it. */
function newKey() {
  const pair = nkeys.createUser();
  return { open: pair.getPublicKey(), seed: Buffer.from(pair.getSeed()).toString() };
}

export async function makeInventory({ folder, sshKey, hub, edges }: Plan) {
  const place = join(folder, 'inventory');
  const known = [...edges];
  const pki = join(place, 'pki');
  mkdirSync(pki, { recursive: true });
  cpSync(join(ansible, 'inventories/test/group_vars'), join(place, 'group_vars'), {
    recursive: true,
  });
  const password = join(folder, 'vault.password');
  writeFileSync(password, 'not a secret: a password for one run of a test\n', { mode: 0o600 });
  await makeAuthority(pki);
  const tls = { hub: await certify(pki, 'hub', hub.address) } as Record<string, string>;
  for (const { name, address } of edges) tls[name] = await certify(pki, name, address);

  const keysOf = ({ name }: Edge) => [`${name}.edge`, `${name}.leaf`];
  const names = ['central', ...edges.flatMap(keysOf)];
  const keys: Record<string, { open: string; seed: string }> = Object.fromEntries(
    names.map((name) => [name, newKey()]),
  );
  const former: Record<string, string> = {};
  let release = '0.0.0';

  async function write(): Promise<void> {
    const hosts = {
      all: {
        vars: {
          ...{ ansible_user: 'root', ansible_ssh_private_key_file: sshKey },
          ansible_ssh_common_args: '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
        },
        children: {
          hub: { hosts: { [hub.name]: { ansible_host: hub.address, hub_address: hub.address } } },
          central: { hosts: { [hub.name]: centralVars(hub.address) } },
          edges: { hosts: Object.fromEntries(known.map((edge) => [edge.name, edgeVars(edge)])) },
        },
      },
    };
    writeFileSync(join(place, 'hosts.yml'), stringify(hosts));
    const all = {
      release_version: release,
      ...{ release_public_key: join(folder, 'release.key.pub'), release_bundle_dir: folder },
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
  }

  return {
    /** From now on this is the release of the inventory. */
    async setRelease(version: string): Promise<void> {
      release = version;
      await write();
    },
    /** One edge more, with keys and a certificate. */
    async add(edge: Edge): Promise<void> {
      known.push(edge);
      tls[edge.name] = await certify(pki, edge.name, edge.address);
      for (const name of keysOf(edge)) {
        names.push(name);
        keys[name] = newKey();
      }
      await write();
    },
    /** New keys for all; the ones before are the former ones. Gives what a server knew one by. */
    async renew(): Promise<Record<string, { open: string; seed: string }>> {
      const before = { ...keys };
      for (const name of names) {
        former[name] = keys[name]!.open;
        keys[name] = newKey();
      }
      await write();
      return before;
    },
    keys,
    secrets: () => Object.values(keys).map(({ seed }) => seed),
    /** Runs a playbook; gives its words and how it ended. */
    play: (playbook: string, ...args: string[]) =>
      said(
        'ansible-playbook',
        ['-i', place, '--vault-password-file', password, playbook, ...args],
        {
          cwd: ansible,
          env: { ANSIBLE_NOCOLOR: '1', ANSIBLE_HOST_KEY_CHECKING: 'False' },
          timeoutMs: 1_200_000,
        },
      ),
  };
}

const centralVars = (address: string) => ({
  central_host: address,
  central_erp: {
    url: 'http://127.0.0.1:8099',
    ...{ plant: 'HF01', storageLocation: '0001', maxInFlightMs: 2_000, clientTimeoutMs: 2_000 },
  },
  central_settings: { skewMaxHours: 876_000 },
});

const edgeVars = ({ address, lines }: Edge) => ({
  ...{ ansible_host: address, edge_host: address },
  edge_lines: lines.map((line) => ({ line, lanes: 2 })),
  ...{ edge_require_clock_sync: false, edge_disk_budget_mb: 256 },
  ...{ edge_proof_within_s: 60, edge_proof_for_s: 10 },
});

async function makeAuthority(pki: string): Promise<void> {
  const subject = ['-subj', '/CN=Holdfast fleet test'];
  const key = ['-newkey', 'ed25519', '-nodes', '-keyout', join(pki, 'ca.key')];
  await run('openssl', [
    'req',
    '-x509',
    ...key,
    '-out',
    join(pki, 'ca.crt'),
    '-days',
    '2',
    ...subject,
  ]);
}

/** A certificate for an address; gives the PEM of its key. */
async function certify(pki: string, name: string, address: string): Promise<string> {
  const [key, request, cert, extra] = ['key', 'csr', 'crt', 'ext'].map((end) =>
    join(pki, `${name}.${end}`),
  );
  writeFileSync(extra!, `subjectAltName=IP:${address}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  const asked = ['-newkey', 'ed25519', '-nodes', '-keyout', key!, '-out', request!];
  await run('openssl', ['req', ...asked, '-subj', `/CN=${name}`]);
  const by = ['-CA', join(pki, 'ca.crt'), '-CAkey', join(pki, 'ca.key'), '-CAcreateserial'];
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    request!,
    ...by,
    '-out',
    cert!,
    '-days',
    '2',
    '-extfile',
    extra!,
  ]);
  return readFileSync(key!, 'utf8').trim();
}

/** What ansible said of a host in the end. */
export function recap(out: string, host: string): Record<string, number> {
  const line = new RegExp(`^${host}\\s+: (.*)$`, 'm').exec(out);
  const counts = (line?.[1] ?? '').matchAll(/(\w+)=(\d+)/g);
  return Object.fromEntries([...counts].map(([, name, count]) => [name!, Number(count)]));
}
