// Goal: whatever a machine has, a fit nats-server is found, or a person is told what to do.
// Method: programs that only know their version, and a release served from this machine.
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNatsServer, type Source } from '../cli/provision.ts';
import { downloadRelease } from '../cli/release.ts';
import { Fault } from '../shared/fault.ts';
import { tarball } from './helpers/tarball.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provision-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const script = (version: string): string => `#!/bin/sh\necho "nats-server: v${version}"\n`;

function program(name: string, version: string): string {
  const path = join(folder, name, 'nats-server');
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(path, script(version));
  chmodSync(path, 0o755);
  return path;
}

const source =
  (version: string): Source =>
  async (into) => {
    const path = join(into, 'found');
    writeFileSync(path, script(version), { mode: 0o755 });
    return path;
  };
const closed: Source = async () => {
  throw new Fault('UNREACHABLE', 'the mirror is out of reach');
};

/** What this machine has: folders of the PATH, by name, and perhaps a NATS_SERVER. */
const env = (path: string[], named?: string): NodeJS.ProcessEnv => ({
  PATH: path.map((name) => join(folder, name)).join(':'),
  HOLDFAST_CACHE: join(folder, 'cache'),
  ...(named === undefined ? {} : { NATS_SERVER: named }),
});

const cached = () => join(folder, 'cache/nats-server/nats-server');

test('the server that NATS_SERVER names goes before the one on the PATH', async () => {
  const named = program('named', '2.14.0');
  program('path', '2.15.1');
  expect(await findNatsServer({ env: env(['path'], named), sources: [] })).toBe(named);
});

test('the PATH goes before the cache, and the cache before any fetching', async () => {
  const onPath = program('path', '2.15.1');
  program('cache/nats-server', '2.15.0');
  expect(await findNatsServer({ env: env(['path']), sources: [closed] })).toBe(onPath);
  expect(await findNatsServer({ env: env(['nothing']), sources: [closed] })).toBe(cached());
});

test('a server on the PATH that is too old is passed over for a newer one behind it', async () => {
  program('old', '2.12.3');
  const fit = program('new', '3.0.0');
  expect(await findNatsServer({ env: env(['old', 'new']), sources: [closed] })).toBe(fit);
});

test('a NATS_SERVER that is too old is refused by name and version', async () => {
  const old = program('named', '2.13.9');
  await expect(findNatsServer({ env: env([], old), sources: [source('2.15.0')] })).rejects.toThrow(
    `NATS_SERVER: ${old} is nats-server: v2.13.9; must be 2.14 or later`,
  );
});

test.each(['missing', 'broken'])('a NATS_SERVER that is %s is refused by name', async (kind) => {
  const path = program(kind, '2.15.0');
  if (kind === 'broken') writeFileSync(path, '#!/bin/sh\nexit 3\n');
  else rmSync(path);
  await expect(findNatsServer({ env: env([], path), sources: [] })).rejects.toThrow(
    `NATS_SERVER: ${path} is not a nats-server that runs here`,
  );
});

test('the first source that has a fit server fills the cache, for the next time too', async () => {
  const sources = [closed, source('2.12.0'), source('2.15.0')];
  expect(await findNatsServer({ env: env([]), sources })).toBe(cached());
  expect(await findNatsServer({ env: env([]), sources: [closed] })).toBe(cached());
});

test('a cached server that has become too old is replaced', async () => {
  program('cache/nats-server', '2.13.0');
  expect(await findNatsServer({ env: env([]), sources: [source('2.15.0')] })).toBe(cached());
  expect(await findNatsServer({ env: env([]), sources: [closed] })).toBe(cached());
});

test('many that fetch at once each find a whole server, and leave nothing else', async () => {
  const finds = Array.from({ length: 8 }, () =>
    findNatsServer({ env: env([]), sources: [source('2.15.0')] }),
  );
  expect(new Set(await Promise.all(finds))).toEqual(new Set([cached()]));
  expect(readdirSync(join(folder, 'cache/nats-server'))).toEqual(['nats-server']);
});

test('where none can be had, the message says what was tried and what to do', async () => {
  const found = findNatsServer({ env: env([]), sources: [closed, source('2.0.0')] });
  await expect(found).rejects.toMatchObject({ name: 'Fault', code: 'UNREACHABLE' });
  await expect(found).rejects.toThrow(/the mirror is out of reach[\s\S]*v2\.0\.0; must be 2\.14/);
  await expect(found).rejects.toThrow(/Install nats-server 2\.14 or later[\s\S]*set NATS_SERVER/);
});

const archive = tarball('nats-server-v2.15.0-plan9-arm64/nats-server', script('2.15.0'));

/** Serves one release on this machine to `use`, which waits so long for an answer, and stops. */
async function withRelease<T>(
  answer: RequestListener,
  use: (release: Parameters<typeof downloadRelease>[1]) => Promise<T>,
  answerTimeoutMs = 30_000,
): Promise<T> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const checksums = { 'plan9-arm64': hash('sha256', archive) };
  return use({ version: '2.15.0', url, checksums, answerTimeoutMs }).finally(() => {
    server.closeAllConnections();
    server.close();
  });
}

test('a release whose checksum is the pinned one is unpacked and runs', async () => {
  const path = await withRelease(
    (request, reply) => {
      const known = request.url === '/nats-server-v2.15.0-plan9-arm64.tar.gz';
      reply.writeHead(known ? 200 : 404).end(archive);
    },
    (release) =>
      findNatsServer({
        env: env([]),
        sources: [(into) => downloadRelease(into, release, 'plan9-arm64')],
      }),
  );
  expect(path).toBe(cached());
});

test('a release with one other byte is refused', async () => {
  const other = Buffer.concat([archive, Buffer.of(0)]);
  await withRelease(
    (_, reply) => reply.end(other),
    (release) =>
      expect(downloadRelease(folder, release, 'plan9-arm64')).rejects.toMatchObject({
        code: 'CORRUPT',
        message: expect.stringMatching(/SHA-256 is [0-9a-f]{64}, must be [0-9a-f]{64}/),
      }),
  );
});

test('a release server that does not answer is given up in the time it has', async () => {
  const startMs = performance.now();
  await withRelease(
    () => undefined,
    (release) =>
      expect(downloadRelease(folder, release, 'plan9-arm64')).rejects.toThrow('no answer in time'),
    300,
  );
  expect(performance.now() - startMs).toBeLessThan(3_000);
});

test('a platform without a release, and a release that is gone, are named', async () => {
  await withRelease(
    (_, reply) => reply.writeHead(404).end(),
    async (release) => {
      await expect(downloadRelease(folder, release, 'plan9-mips')).rejects.toThrow('plan9-mips');
      await expect(downloadRelease(folder, release, 'plan9-arm64')).rejects.toThrow('HTTP 404');
    },
  );
});
