import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { platforms, refuseForeign } from '../cli/bundle/parts.ts';
import { packRelease, type Release } from '../cli/bundle/payload.ts';
import { readKey, seal, unseal, writeKeys } from '../cli/bundle/signature.ts';
import { packTar, unpackTar } from '../cli/bundle/tar.ts';

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bundle-'));
const [platform] = platforms;

function put(folder: string, files: Record<string, unknown>): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(scratch, folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return join(scratch, folder);
}

const says = (about: unknown) => `process.stdout.write(${JSON.stringify(JSON.stringify(about))});`;
const sha512 = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
const ours = {
  'package.json': { version: '1.2.3', dependencies: { node: '24.0.0', one: '1.0.0' } },
  'package-lock.json': {
    packages: {
      '': { version: '1.2.3' },
      'node_modules/one': { version: '1.0.0', integrity: sha512, dependencies: { '@a/two': '2' } },
      'node_modules/@a/two': { version: '2.0.0' },
      'node_modules/three': { version: '3.0.0', optional: true },
      'node_modules/four': { version: '4.0.0', dev: true },
    },
  },
  LICENSE: 'Apache-2.0',
  'README.md': '# Small',
  'edge/main.ts': says({ schema: 6, reader: 5, facts: 60, charts: 'line 2' }),
  'edge/.secret': 'stays here',
  'central/main.ts': says({ schema: 18, reader: 18, facts: 60 }),
};
const theirs = {
  'node_modules/one/package.json': { name: 'one', version: '1.0.0', license: 'MIT' },
  'node_modules/one/LICENSE.md': 'MIT text',
  'node_modules/one/prebuilds/linux-x64.node': 'x64',
  'node_modules/one/prebuilds/linux-arm64.node': 'arm64',
  'node_modules/@a/two/package.json': { version: '2.0.0', license: { type: 'ISC' } },
  'node_modules/.bin/one': 'nothing',
};

async function pack(name: string, changed: Record<string, unknown> = {}) {
  const node = put(`${name}/node`, { 'bin/node': 'a node', LICENSE: 'its licence' });
  const nats = {
    path: join(put(`${name}/nats`, { server: 'a server' }), 'server'),
    version: '2.15.0',
  };
  const root = put(`${name}/root`, { ...ours, ...changed });
  const dependencies = put(`${name}/dependencies`, theirs);
  return packRelease({ root, dependencies, node, nats, platform: platform! });
}

describe('a release of a small tree', () => {
  let release: Release;
  let files: Map<string, string>;
  let payload: Buffer;
  let folder: string;

  beforeAll(async () => {
    ({ release, payload } = await pack('first'));
    folder = mkdtempSync(join(scratch, 'unpacked-'));
    execFileSync('tar', ['-xzf', '-', '-C', folder], { input: payload });
    const listed = execFileSync('tar', ['-tzf', '-'], { input: payload, encoding: 'utf8' });
    files = new Map(
      listed
        .trim()
        .split('\n')
        .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
    );
  });

  test('is the same bytes when it is made again from other folders', async () => {
    const again = await pack('second');
    expect(again.payload.equals(payload)).toBe(true);
    const other = await pack('third', { 'README.md': '# Smaller' });
    expect(other.payload.equals(payload)).toBe(false);
  });

  test('says what it is, and by which charts and schemas it decides', () => {
    expect(JSON.parse(files.get('release.json')!)).toEqual(release);
    expect(release).toEqual({
      ...{ name: 'holdfast', version: '1.2.3', platform: 'linux-x64', node: '24.0.0' },
      ...{ natsServer: '2.15.0', schemas: { edge: 6, central: 18 }, charts: 'line 2' },
      ...{ readers: { edge: 5, central: 18 }, facts: 60 },
    });
  });

  test('has what it needs to run, and nothing of other machines, of npm or of a person', () => {
    expect([...files.keys()].filter((path) => path.startsWith('app/')).sort()).toEqual([
      'app/LICENSE',
      'app/README.md',
      'app/central/main.ts',
      'app/edge/main.ts',
      'app/node_modules/@a/two/package.json',
      'app/node_modules/one/LICENSE.md',
      'app/node_modules/one/package.json',
      'app/node_modules/one/prebuilds/linux-x64.node',
      'app/package-lock.json',
      'app/package.json',
    ]);
    expect(files.has('bin/node') && files.has('bin/nats-server')).toBe(true);
    const long = execFileSync('tar', ['-tvzf', '-'], { input: payload, encoding: 'utf8' });
    for (const line of long.trim().split('\n')) {
      expect(line).toMatch(/^-rw[-x]r-[-x]r-[-x] root\/root +\d+ 1970-01-01/);
    }
  });

  test('has the sum of every file but the sums', () => {
    const check = ['-c', '--strict', 'SHA256SUMS'];
    const said = execFileSync('sha256sum', check, { cwd: folder, encoding: 'utf8' });
    expect(said.trim().split('\n')).toHaveLength(files.size - 1);
  });

  test('lists every package and program, its licence and what needs it (CycloneDX 1.6)', () => {
    const bom = JSON.parse(files.get('sbom.cdx.json')!);
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
    const uuid = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(bom.serialNumber).toMatch(uuid);
    expect(bom.components.map(({ purl }: { purl: string }) => purl)).toEqual([
      'pkg:generic/node@24.0.0',
      'pkg:generic/nats-server@2.15.0',
      'pkg:npm/one@1.0.0',
      'pkg:npm/%40a/two@2.0.0',
    ]);
    expect(bom.components[2]).toMatchObject({
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
    });
    const needs = Object.fromEntries(
      bom.dependencies.map(({ ref, dependsOn }: Record<string, unknown>) => [ref, dependsOn]),
    );
    const [, , one, two] = bom.components.map((part: Record<string, string>) => part['bom-ref']);
    expect(needs[one]).toEqual([two]);
    expect(needs[bom.metadata.component['bom-ref']]).toContain(one);
    expect(files.get('licences/PACKAGES')).toBe('@a/two 2.0.0: ISC\none 1.0.0: MIT\n');
    expect(files.get('licences/one/LICENSE.md')).toBe('MIT text');
  });

  test('is refused where npm has installed another version than the lock names', async () => {
    const packages = { 'node_modules/one': { version: '1.0.1' } };
    const made = pack('fourth', { 'package-lock.json': { packages } });
    await expect(made).rejects.toThrow(/one\/package.json: is 1.0.0, the lock says 1.0.1/);
  });

  test('is refused where what production needs is not installed', async () => {
    const packages = { 'node_modules/five': { version: '1.0.0' } };
    const made = pack('fifth', { 'package-lock.json': { packages } });
    await expect(made).rejects.toThrow(/five\/package.json: is not installed/);
  });
});

describe('a signed bundle', () => {
  const about = { name: 'holdfast', version: '1.2.3', platform: 'linux-x64' };
  const payload = Buffer.from('what goes to the plant'.repeat(100));
  const { secret, open } = writeKeys(join(scratch, 'key'));
  const bundle = seal(payload, about, readKey(secret, 'private'));
  const key = readKey(open, 'public');

  test('is opened by the public key, and by tar and openssl', () => {
    const found = unseal(bundle, 'bundle', key);
    expect(found.payload.equals(payload)).toBe(true);
    expect(found.manifest).toMatchObject(about);
    const folder = mkdtempSync(join(scratch, 'by-hand-'));
    execFileSync('tar', ['-xf', '-', '-C', folder], { input: bundle });
    expect(readFileSync(join(folder, 'payload.tar.gz')).equals(payload)).toBe(true);
    expect(readFileSync(join(folder, 'manifest.sig'))).toHaveLength(64);
  });

  test('is refused when any one byte of it is another', () => {
    for (let at = 0; at < bundle.length; at++) {
      const changed = Buffer.from(bundle);
      changed[at]! ^= 1 << (at % 8);
      expect(() => unseal(changed, 'bundle', key), `byte ${at}`).toThrow();
    }
  });

  test.each([0, 1, 511, 512, 2_000, bundle.length - 1])(
    'is refused when it ends after %i bytes',
    (size) => {
      expect(() => unseal(bundle.subarray(0, size), 'bundle', key)).toThrow(/bundle/);
    },
  );

  test('is refused when somebody else has signed it', () => {
    const { secret: theirs } = writeKeys(join(scratch, 'stranger'));
    const forged = seal(payload, about, readKey(theirs, 'private'));
    expect(() => unseal(forged, 'bundle', key)).toThrow('is not signed with this key');
  });

  test('is refused when a file stands in it that nobody signed', () => {
    const extra = { path: 'more', bytes: Buffer.from('more'), runs: true };
    const padded = packTar([...unpackTar(bundle, 'bundle'), extra]);
    expect(() => unseal(padded, 'bundle', key)).toThrow('and no more');
  });

  test.each(['not JSON', 'null', '{}'])('is no bundle with the manifest "%s"', (manifest) => {
    const files = { 'manifest.json': manifest, 'manifest.sig': '', 'payload.tar.gz': '' };
    const entries = Object.entries(files).map(([path, text]) => {
      return { path, bytes: Buffer.from(text), runs: false };
    });
    expect(() => unseal(packTar(entries), 'bundle')).toThrow(/^bundle: (?:is not JSON|must be of)/);
  });

  test('no key is written over another, and none is used that others may read', () => {
    expect(() => writeKeys(secret)).toThrow(/EEXIST/);
    chmodSync(secret, 0o640);
    expect(() => readKey(secret, 'private')).toThrow('others may read it');
    chmodSync(secret, 0o600);
    expect(() => readKey(secret, 'public')).toThrow('is a private key');
  });
});

test('a program for another processor is told from its first bytes', () => {
  const [x64, arm64] = platforms;
  expect(existsSync(process.execPath)).toBe(true);
  const [here, other] = process.arch === 'x64' ? [x64!, arm64!] : [arm64!, x64!];
  expect(() => refuseForeign(process.execPath, here)).not.toThrow();
  expect(() => refuseForeign(process.execPath, other)).toThrow(`no program for ${other.name}`);
});
