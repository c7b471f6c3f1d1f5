import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../shared/fault.ts';

const run = promisify(execFile);
const stepTimeoutMs = 120_000;

/** The suite that has the newest package; the machine's own is as a rule too old. */
const suite = 'sid';
const keyrings = ['gpg', 'pgp'].map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`);

/** What to fetch once the lists of a suite are there: names of packages, by asking apt-cache. */
export type Choose = (cache: (...args: string[]) => Promise<string>) => Promise<readonly string[]>;

/**
 * Unpacks packages of one suite into `folder`: no root, nothing installed, no maintainer script
 * run, apt's own lists untouched. The mirror is the one this machine uses, and apt checks its
 * signature. `architecture` is this machine's unless it is said, by Debian's word for it. Throws
 * Fault UNREACHABLE if that cannot be done here.
 */
export async function unpackPackages(
  folder: string,
  from: string,
  choose: Choose,
  architecture?: string,
): Promise<void> {
  const keyring = keyrings.find((path) => existsSync(path));
  if (!keyring) throw new Fault('UNREACHABLE', 'Debian package: this is not a Debian machine');
  const mirror = await mirrorHere();
  const sources = join(folder, 'sources.list');
  writeFileSync(sources, `deb [signed-by=${keyring}] ${mirror} ${from} main\n`);
  const apart = apartIn(folder, sources, architecture);
  await step('apt-get', [...apart, 'update'], folder);
  const names = await choose((...args) => step('apt-cache', [...apart, ...args], folder));
  process.stderr.write(`Fetching ${names[0]} of Debian ${from}\n`);
  await step('apt-get', [...apart, 'download', ...names], folder);
  const archives = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  if (archives.length < names.length) {
    throw new Fault('UNREACHABLE', `Debian package: ${mirror} lacks some of ${names.join(', ')}`);
  }
  for (const archive of archives) {
    await step('dpkg-deb', ['--extract', archive, '.'], folder);
    rmSync(join(folder, archive));
  }
}

/** Unpacks the nats-server of Debian, and gives its path; see `unpackPackages`. */
export async function unpackDebian(folder: string, architecture?: string): Promise<string> {
  await unpackPackages(folder, suite, async () => ['nats-server'], architecture);
  return join(folder, 'usr/sbin/nats-server');
}

/** This machine's first mirror that is not the security archive, which lacks most packages. */
export async function mirrorHere(): Promise<string> {
  const listing = await step('apt-get', ['indextargets', '--format', '$(REPO_URI)']);
  const mirrors = listing.split('\n').filter((uri) => uri !== '' && !uri.includes('security'));
  const mirror = mirrors.find((uri) => uri.endsWith('/debian/')) ?? mirrors[0];
  if (mirror) return mirror;
  throw new Fault('UNREACHABLE', 'Debian package: apt has no mirror configured');
}

/** Options under which apt keeps all it knows and writes inside `folder`. */
function apartIn(folder: string, sources: string, architecture: string | undefined): string[] {
  for (const name of ['lists/partial', 'archives/partial']) {
    mkdirSync(join(folder, 'apt', name), { recursive: true });
  }
  return [
    ...(architecture === undefined
      ? []
      : [`APT::Architecture=${architecture}`, `APT::Architectures=${architecture}`]),
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'apt/lists')}`,
    `Dir::Cache=${join(folder, 'apt')}`,
    'Dir::State::status=/dev/null',
    'APT::Sandbox::User=',
    'Acquire::Languages=none',
    'Acquire::Retries=1',
    'Acquire::http::Timeout=10',
    'Acquire::https::Timeout=10',
  ].flatMap((option) => ['-o', option]);
}

async function step(command: string, args: string[], cwd = '/'): Promise<string> {
  try {
    const { stdout } = await run(command, args, { cwd, timeout: stepTimeoutMs });
    return stdout;
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    const words = (stderr || message).trim().split('\n').at(-1);
    throw new Fault('UNREACHABLE', `Debian package: ${command}: ${words}`, { cause });
  }
}
