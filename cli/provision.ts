import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { unpackDebian } from './debian.ts';
import { downloadRelease } from './release.ts';

/** Oldest nats-server whose stream answers and health we rely on. */
const least = { major: 2, minor: 14 };
const leastText = `${least.major}.${least.minor}`;
const versionTimeoutMs = 10_000;
const run = promisify(execFile);

/** Puts a nats-server into `folder` and gives its path. Throws Fault if it cannot be had so. */
export type Source<T = string> = (folder: string) => Promise<T>;

/**
 * The release first: the same checked bytes on every machine. Without a network it gives up in
 * seconds, and where only the distribution's mirror is reachable, that is next.
 */
const standardSources: readonly Source[] = [
  (folder) => downloadRelease(folder),
  (folder) => unpackDebian(folder),
];

type Parts = { env?: NodeJS.ProcessEnv; sources?: readonly Source[] };

/**
 * Path of a nats-server of at least 2.14: the one NATS_SERVER names, the one on the PATH, the one
 * in our cache (folder .cache of the project, or HOLDFAST_CACHE), else fetched into the cache.
 *
 * Two processes may fetch at once; each leaves the cache whole. Throws Fault INVALID if NATS_SERVER
 * names something unfit, Fault UNREACHABLE, saying what to do, if none can be had.
 */
export async function findNatsServer({
  env = process.env,
  sources = standardSources,
}: Parts = {}): Promise<string> {
  const named = env['NATS_SERVER'];
  if (named) {
    const complaint = await unfit(named);
    if (complaint) throw new Fault('INVALID', `NATS_SERVER: ${complaint}`);
    return resolve(named);
  }
  const cache = join(
    env['HOLDFAST_CACHE'] || join(import.meta.dirname, '../.cache'),
    'nats-server',
  );
  const kept = resolve(cache, 'nats-server');
  const onPath = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const path of [...onPath.map((folder) => join(folder, 'nats-server')), kept]) {
    if (isProgram(path) && !(await unfit(path))) return path;
  }
  await fetchInto(cache, kept, sources);
  return kept;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why `path` will not do, or null. */
async function unfit(path: string): Promise<string | null> {
  const output = await run(path, ['--version'], { timeout: versionTimeoutMs }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const match = /v(\d+)\.(\d+)\./.exec(output);
  if (!match) return `${path} is not a nats-server that runs here`;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const enough = major > least.major || (major === least.major && minor >= least.minor);
  return enough ? null : `${path} is ${output.trim()}; must be ${leastText} or later`;
}

/**
 * Asks one source after the other, each with a folder of its own in `cache` that is gone
 * afterwards, until `keep` has taken without a Fault what one gives. Gives why each did not serve,
 * one line each; null where one did.
 */
export async function fetchFrom<T>(
  cache: string,
  sources: readonly Source<T>[],
  keep: (given: T) => Promise<void> | void,
): Promise<string | null> {
  const complaints: string[] = [];
  for (const source of sources) {
    const folder = mkdtempSync(join(cache, 'new-'));
    try {
      await keep(await source(folder));
      return null;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      complaints.push(`  - ${error.message}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return complaints.join('\n');
}

async function fetchInto(cache: string, kept: string, sources: readonly Source[]): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const complaints = await fetchFrom(cache, sources, async (path) => {
    const complaint = await unfit(path);
    if (complaint) throw new Fault('INVALID', complaint);
    renameSync(path, kept);
  });
  if (complaints === null) return;
  throw new Fault(
    'UNREACHABLE',
    [
      `no nats-server ${leastText} or later was found, and none could be fetched:`,
      complaints,
      `Install nats-server ${leastText} or later and put it on the PATH, or set NATS_SERVER to its`,
      'path. Its releases are at https://github.com/nats-io/nats-server/releases',
    ].join('\n'),
  );
}

if (import.meta.main) {
  try {
    console.log(await findNatsServer());
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
