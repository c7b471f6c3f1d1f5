import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Fault } from '../../shared/fault.ts';
import { unpackDebian } from '../debian.ts';
import { fetchFrom, type Source } from '../provision.ts';
import { downloadRelease, pinned } from '../release.ts';

const run = promisify(execFile);
const stepTimeoutMs = 10 * 60_000;

/** A platform that a bundle is made for: what npm, Debian and the ELF header call its processor. */
export type Platform = Readonly<{
  name: string;
  cpu: string;
  debian: string;
  elf: number;
  /** SHA-512 of the npm package `node-linux-<cpu>`, in the version that package.json names. */
  nodeSum: string;
}>;

/** To raise Node, change package.json and the two sums. */
export const platforms: readonly Platform[] = [
  {
    ...{ name: 'linux-x64', cpu: 'x64', debian: 'amd64', elf: 62 },
    nodeSum:
      '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  {
    ...{ name: 'linux-arm64', cpu: 'arm64', debian: 'arm64', elf: 183 },
    nodeSum:
      'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
];

/** Throws Fault UNREACHABLE with the last words of a program that failed. */
async function step(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const limits = { timeout: stepTimeoutMs, maxBuffer: 64 * 1024 * 1024 };
    return (await run(command, args, { cwd, ...limits })).stdout;
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    const words = (stderr || message).trim().split('\n').slice(-3).join(' ');
    throw new Fault('UNREACHABLE', `${command} ${args[0]}: ${words}`, { cause });
  }
}

/** Throws Fault CORRUPT for a program that runs on no such machine. */
export function refuseForeign(path: string, { name, elf }: Platform): void {
  const head = readFileSync(path).subarray(0, 20);
  const isElf = head.subarray(0, 4).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]));
  if (isElf && head.readUInt16LE(18) === elf) return;
  throw new Fault('CORRUPT', `${path}: is no program for ${name}`);
}

/**
 * Puts what a bundle needs and is not ours into `folder`, by the lock file: the dependencies of
 * production, without any install script. Throws Fault UNREACHABLE without a network.
 */
export async function installDependencies(root: string, folder: string, { cpu }: Platform) {
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(root, file), join(folder, file));
  }
  const target = ['--os=linux', `--cpu=${cpu}`, '--libc=glibc'];
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  await step('npm', ['ci', '--omit=dev', '--ignore-scripts', ...target, ...quiet], folder);
}

/** The Node runtime, from its npm package, whose sum is pinned. Gives the path of its folder. */
export async function fetchNode(cache: string, platform: Platform, version: string) {
  const name = `node-linux-${platform.cpu}`;
  const file = join(cache, `${name}-${version}.tgz`);
  if (!existsSync(file)) await step('npm', ['pack', '--silent', `${name}@${version}`], cache);
  const found = hash('sha512', readFileSync(file), 'base64');
  if (found !== platform.nodeSum) {
    rmSync(file);
    throw new Fault('CORRUPT', `${file}: is ${found}, must be ${platform.nodeSum}`);
  }
  const folder = join(cache, `${name}-${version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const wanted = ['package/bin/node', 'package/LICENSE'];
  await step('tar', ['-xzf', file, '-C', folder, '--strip-components=1', ...wanted], cache);
  refuseForeign(join(folder, 'bin/node'), platform);
  return folder;
}

/** A nats-server for the platform and its version: its release, else Debian's; kept in a cache. */
export async function fetchNats(cache: string, platform: Platform): Promise<Nats> {
  const path = join(cache, `nats-server-${pinned.version}-${platform.name}`);
  const told = `${path}.version`;
  if (!existsSync(path) || !existsSync(told)) await fetchNatsInto(cache, path, platform);
  refuseForeign(path, platform);
  return { path, version: readFileSync(told, 'utf8').trim() };
}
export type Nats = Readonly<{ path: string; version: string }>;

async function fetchNatsInto(cache: string, kept: string, platform: Platform): Promise<void> {
  const sources: readonly Source<Nats>[] = [
    async (folder) => ({
      path: await downloadRelease(folder, pinned, `linux-${platform.debian}`),
      version: pinned.version,
    }),
    async (folder) => {
      const path = await unpackDebian(folder, platform.debian);
      return { path, version: debianVersion(folder) };
    },
  ];
  const complaints = await fetchFrom(cache, sources, ({ path, version }) => {
    refuseForeign(path, platform);
    writeFileSync(`${kept}.version`, `${version}\n`);
    renameSync(path, kept);
  });
  if (complaints === null) return;
  throw new Fault(
    'UNREACHABLE',
    [
      `no nats-server for ${platform.name} could be fetched:`,
      complaints,
      `Put one at ${kept}, and its version, e.g. ${pinned.version}, into ${kept}.version`,
    ].join('\n'),
  );
}

/** The version of the nats-server that was unpacked there, by Debian's own record of changes. */
function debianVersion(folder: string): string {
  const file = join(folder, 'usr/share/doc/nats-server/changelog.Debian.gz');
  const found = /\((2\.\d+\.\d+)[^)]*\)/.exec(gunzipSync(readFileSync(file)).toString());
  if (found) return found[1]!;
  throw new Fault('CORRUPT', `${file}: tells no version`);
}

/** Every file below `folder`, as paths with `/` from there; links are not followed, nor told of. */
export function walk(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return walk(folder, path);
    return entry.isFile() ? [path] : [];
  });
}
