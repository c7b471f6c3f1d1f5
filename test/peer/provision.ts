import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackPackages } from '../../cli/debian.ts';
import { Fault } from '../../shared/fault.ts';

const run = promisify(execFile);
const stepMs = 120_000;

/** open62541 1.4 and what it needs, of the first Debian that has it. */
const packages = [
  ...['libopen62541-1.4', 'libopen62541-1.4-dev'],
  ...['libmbedcrypto16', 'libmbedx509-7', 'libmbedtls21'],
];
const cache = join(
  process.env['HOLDFAST_CACHE'] || join(import.meta.dirname, '../../.cache'),
  'open62541',
);

export type Peer = Readonly<{ program: string; libraries: string }>;

/**
 * The peer, compiled from peer.c beside this file against Debian's open62541, 3 MB, fetched once.
 * Throws Fault UNREACHABLE with the reason where there is no compiler or no package.
 */
export async function findPeer(): Promise<Peer> {
  const root = await findLibraries();
  const libraries = join(
    root,
    `usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
  );
  const folder = mkdtempSync(join(cache, 'build-'));
  const program = join(folder, 'peer');
  try {
    const source = join(import.meta.dirname, 'peer.c');
    const include = join(root, 'usr/include');
    const link = [`-L${libraries}`, '-lopen62541', `-Wl,-rpath-link,${libraries}`];
    const args = ['-O1', '-o', program, source, `-I${include}`, ...link];
    await run('gcc', args, { timeout: stepMs });
    const built = join(cache, 'peer');
    renameSync(program, built);
    return { program: built, libraries };
  } catch (cause) {
    throw new Fault('UNREACHABLE', `open62541: gcc: ${(cause as Error).message.slice(0, 300)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function findLibraries(): Promise<string> {
  const root = join(cache, 'root');
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'new-'));
  try {
    await unpackPackages(folder, 'trixie', async () => packages);
    for (const left of ['apt', 'sources.list']) {
      rmSync(join(folder, left), { recursive: true, force: true });
    }
    if (!existsSync(root)) renameSync(folder, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return root;
}
