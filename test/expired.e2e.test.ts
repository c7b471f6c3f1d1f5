// Goal: a leaf whose certificate is over, or whose key was revoked, keeps its line working: the
// edge says auth, and drains once that is renewed, without its own restart.
// Method: a hub with a plant's accounts and TLS, a real leaf, edge and central.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hubAccounts } from '../cli/accounts.ts';
import { read } from '../cli/drive.ts';
import { edgePermissions } from '../cli/permissions.ts';
import { openAuthority } from './helpers/authority.ts';
import { testFolder } from './helpers/folder.ts';
import { isLinked, waitFor } from './helpers/plantnet.ts';
import { newKey } from './helpers/rogue.ts';
import { m01 } from './helpers/shop.ts';
import { openWire } from './helpers/wire.ts';

const timeoutMs = 300_000;

async function openGuarded() {
  const folder = testFolder();
  const authority = openAuthority();
  onTestFinished(() => authority.close());
  const [central, carrier, own] = [newKey(), newKey(), newKey()];
  const file = (name: string) => join(folder, name);
  writeFileSync(file('central.nk'), central.seed, { mode: 0o600 });
  writeFileSync(file('edge.nk'), own.seed, { mode: 0o600 });
  const leaf = { caPath: authority.caPath, certPath: file('leaf.crt'), keyPath: file('leaf.key') };
  const show = (days: number): void => {
    const { certPath, keyPath } = authority.issue('leaf', days);
    copyFileSync(keyPath, leaf.keyPath);
    copyFileSync(certPath, leaf.certPath);
  };
  show(90);
  const accountsOf = (...nkeys: string[]) =>
    hubAccounts([central.nkey], [{ nkeys, edges: [[m01]] }]);
  const wire = await openWire({
    ...{ accounts: accountsOf(carrier.nkey), seed: carrier.seed },
    leaf: [{ nkey: own.nkey, permissions: edgePermissions([m01]) }],
    tls: { hub: authority.issue('hub'), leaf },
  });
  const ledger = await wire.central('ledger', { natsNkeyPath: file('central.nk') });
  const certificates = [{ name: 'leaf', path: leaf.certPath }];
  const guarded = { natsNkeyPath: file('edge.nk'), certificates };
  const edge = await wire.edge('edge', m01, { ...guarded, leafMonitorUrl: wire.leaf.httpUrl });
  await edge.state(10);
  await edge.until('kept', 10);
  return { wire, ledger, edge, show, accountsOf, carrier };
}

test(
  'a certificate that is over: facts wait, auth is said, and all is at central once renewed',
  async () => {
    const { wire, ledger, edge, show } = await openGuarded();
    show(-1);
    await wire.leaf.restart();
    await edge.state(10);
    const detail = async () => (await edge.status()).way.detail ?? '';
    await waitFor(async () => (await detail()).startsWith('auth:'), 30_000, 'auth to be said');
    expect(await detail()).toMatch(/^auth: the certificate "leaf" is over since 20\S+Z: renew it$/);
    const metrics = await (await fetch(`${edge.url}/metrics`)).text();
    expect(metrics).toMatch(/^holdfast_edge_credentials_refused\{line="[^"]+"\} 1$/m);
    expect(await isLinked(wire.hub.httpUrl)).toBe(false);
    expect(await edge.status()).toMatchObject({ head: 20, kept: 10 });

    show(90);
    await wire.leaf.restart();
    await edge.until('kept', 20);
    // An answer of the hub that was late is said for a moment, though its facts are kept.
    await waitFor(async () => (await detail()) === '', 30_000, 'nothing to be wrong');
    expect(await ledger.status()).toMatchObject({ facts: 20, gaps: [], arrivalsParked: 0 });
  },
  timeoutMs,
);

test(
  'a revoked key of the leaf: facts wait, auth is said, and all is at central once let in again',
  async () => {
    const { wire, ledger, edge, accountsOf, carrier } = await openGuarded();
    const way = async () => (await edge.status()).way;
    wire.hub.change((config) => ({ ...config, accounts: accountsOf(newKey().nkey) }));
    await wire.hub.stop();
    await edge.state(10);
    await waitFor(async () => (await way()).state === 'down', 30_000, 'to be cut off');
    expect((await way()).detail).not.toMatch(/^auth:/); // nobody refuses anything yet
    await wire.hub.restart();
    await waitFor(async () => (await way()).detail?.startsWith('auth:') ?? false, 30_000, 'auth');
    expect((await way()).detail).toMatch(/^auth: the hub refuses the leaf's key since 20\S+Z$/);
    expect(wire.leaf.log()).toContain("Leafnode Error 'Authorization Violation'");
    const metrics = await (await fetch(`${edge.url}/metrics`)).text();
    expect(metrics).toMatch(/^holdfast_edge_credentials_refused\{line="[^"]+"\} 1$/m);
    const { header } = await read<{ header: { way: string } }>(edge.url, `/v1/line?line=${m01}`);
    expect(header.way).toBe('auth');
    await edge.state(5); // the line works on
    expect(await edge.status()).toMatchObject({ head: 25, kept: 10 });

    wire.hub.adopt({ accounts: accountsOf(carrier.nkey) });
    await edge.until('kept', 25);
    await waitFor(async () => (await way()).detail === undefined, 30_000, 'nothing to be wrong');
    expect(await ledger.status()).toMatchObject({ facts: 25, gaps: [], arrivalsParked: 0 });
  },
  timeoutMs,
);
