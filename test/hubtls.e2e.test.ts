// Goal: nobody between central and the hub hears or says anything.
// Method: real servers that show certificates of an authority, of another, for another name, over.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { nkeys } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readCentralConfig } from '../central/config.ts';
import { hubTlsIn } from '../central/hub.ts';
import { verifyHub } from '../central/ledger/hub.ts';
import { startCentral } from '../central/main.ts';
import { startBridge } from '../cli/bridge/bridge.ts';
import { readBridgeConfig } from '../cli/bridge/config.ts';
import { startHub } from '../cli/broker.ts';
import { readEdgeConfig } from '../edge/config.ts';
import { joinLeaf, leafTlsIn } from '../edge/uplink/hub.ts';
import { dial, openStanding } from '../shared/connection.ts';
import { hubTlsOf, isHere } from '../shared/hubtls.ts';
import { type Authority, openAuthority } from './helpers/authority.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { startSecureHub } from './helpers/securehub.ts';
import { m01 } from './helpers/shop.ts';

let plant: Authority;
let other: Authority;
beforeAll(() => {
  plant = openAuthority();
  other = openAuthority('other');
});
afterAll(() => {
  plant?.close();
  other?.close();
});

const configOf = (more: object) =>
  readCentralConfig({
    ...{ storePath: join(testFolder(), 'ledger.sqlite'), httpPort: 0, logLevel: 'silent' },
    stream: { megabytesMax: 100, keepDays: 1 },
    erp: { url: 'http://127.0.0.1:9', plant: 'HF01', storageLocation: '0001' },
    ...more,
  });

function newSeed() {
  const pair = nkeys.createUser();
  const path = join(testFolder(), 'user.nk');
  writeFileSync(path, Buffer.from(pair.getSeed()), { mode: 0o600 });
  return { nkey: pair.getPublicKey(), path };
}

/** Connects as central does, once. */
async function reach(url: string, caPath: string | undefined) {
  const tls = hubTlsOf({ urls: url, caPath, names: ['natsUrl', 'natsCaPath'] });
  const standing = openStanding('the hub refuses', Date.now, () => undefined);
  const connection = await dial(
    { servers: url, name: 't', inboxPrefix: '_INBOX.t', tls },
    standing,
  );
  onTestFinished(() => connection.close());
  return { connection, ca: tls?.ca };
}

test('central, the desk and a bridge come by TLS, and outlive another certificate', async () => {
  const { nkey, path: natsNkeyPath } = newSeed();
  const hub = await startSecureHub(plant.issue('hub'), nkey);
  const way = { natsUrl: hub.url, natsNkeyPath, natsCaPath: plant.caPath };
  const central = await startCentral(configOf({ ...way, hubMonitorUrl: hub.httpUrl }));
  onTestFinished(() => central.close());
  const bridge = await startBridge(
    readBridgeConfig({
      ...{ ...way, consumer: 'mqtt', mqttUrl: 'mqtt://127.0.0.1:9', logLevel: 'silent' },
    }),
  );
  onTestFinished(() => bridge.close());

  async function desk(): Promise<string> {
    const where = ['--nats', hub.url, '--ca-path', plant.caPath, '--nkey-path', natsNkeyPath];
    const child = spawn(process.execPath, ['cli/holdfast.ts', 'desk', 'health', ...where]);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return out + err;
  }
  expect(await desk()).toMatch(/^state: ok\nsays: none\n/);
  await hub.start(plant.issue('hub'));
  await waitFor(async () => (await desk()).startsWith('state: ok'), 30_000, 'central to be back');
});

test('an edge comes to a leaf of another machine the same way', async () => {
  const leaf = await startSecureHub(plant.issue('leaf'));
  const given = { natsUrl: leaf.url, lines: [{ line: m01 }], storePath: ':memory:' };
  const config = readEdgeConfig({ ...given, natsCaPath: plant.caPath });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const standing = openStanding('the leaf refuses', Date.now, () => undefined);
  const { connection } = await joinLeaf()(config, [m01], standing, stop.signal);
  expect(connection.info?.tls_required).toBe(true);
  await connection.close();
  expect(() => leafTlsIn(readEdgeConfig({ ...given, natsCaPath: '/nowhere' }))).toThrow(
    /^config.natsCaPath: .* cannot be read: ENOENT/,
  );
});

test.each<[string, boolean]>([
  ['nats://127.0.0.1:4222', true],
  ['nats://localhost:4222', true],
  ['nats://[::1]:4222', true],
  ['nats://hub.example:4222', false],
  ['nats://10.0.0.1:4222', false],
  ['hub.example:4222', false],
])('%s is of this machine: %s', (url, here) => {
  expect(isHere(url)).toBe(here);
});

test.each<[string, () => ReturnType<Authority['issue']>, RegExp]>([
  ['another authority', () => other.issue('hub'), /: .*; name the authority that signed the/],
  [
    'a certificate that is over',
    () => plant.issue('hub', -1),
    /has expired; renew the certificate there/,
  ],
])('%s is not believed, and it is said why', async (_name, shown, why) => {
  const hub = await startSecureHub(shown());
  await expect(reach(hub.url, plant.caPath)).rejects.toMatchObject({
    ...{ code: 'UNREACHABLE', message: expect.stringMatching(why) },
  });
});

test('a server that speaks no TLS is refused, and hears no key', async () => {
  const hub = await startHub({ directory: testFolder() });
  onTestFinished(() => hub.stop());
  const url = hub.url.replace('nats:', 'tls:');
  await expect(reach(url, plant.caPath)).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

test('what monitors is believed by the same authorities', async () => {
  const hub = await startSecureHub(plant.issue('hub'));
  const { connection, ca } = await reach(hub.url, plant.caPath);
  expect(await verifyHub(connection, [hub.httpUrl], ca)).toEqual({ members: 1, silent: [] });
  const why = 'name the authority that signed the certificate there';
  await expect(verifyHub(connection, [hub.httpUrl], undefined)).rejects.toMatchObject({
    message: `hub: no answer from ${hub.httpUrl} (${why})`,
  });
});

const [tlsUrl, plainUrl] = ['tls://h:1', 'nats://h:1'];
const [https, http] = ['https://h:1', 'http://h:1'];
const none = /^config.natsCaPath: has no meaning unless config.natsUrl begins with tls:/;
const only = /^config.hubMonitorUrl: must begin with https:\/\/ where natsUrl begins with tls:/;
test.each<[string, object, RegExp]>([
  ['one server of two', { natsUrl: `${tlsUrl},${plainUrl}` }, /^config.natsUrl: must begin with/],
  ['an authority for nothing', { natsUrl: plainUrl, hubMonitorUrl: http, ca: true }, none],
  ['a look without TLS', { hubMonitorUrl: http }, only],
  ['one look of two', { hubMonitorUrl: `${https},${http}` }, /^config.hubMonitorUrl: must begin/],
  ['a look with, facts without', { natsUrl: plainUrl }, only],
  ['no file', { natsCaPath: '/nowhere/ca.crt' }, /^config.natsCaPath: .* cannot be read: ENOENT/],
])('%s is refused, and the field is named', (_name, { ca, ...more }: { ca?: true }, words) => {
  const given = { natsUrl: tlsUrl, hubMonitorUrl: https, ...more };
  const config = configOf({ ...given, ...(ca && { natsCaPath: plant.caPath }) });
  expect(() => hubTlsIn(config)).toThrow(words);
});
