import {
  closeSync,
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { replicate } from '../shared/replica.ts';
import { readSecret } from '../shared/secret.ts';
import { jsonHeaders } from './drive.ts';
import { refuseConfig } from './ledger.ts';
import { verifiedTable, verifyFile } from './verify.ts';

export const usage = `holdfast backup (--edge URL | --store FILE) --to FILE [options]

Copies an edge's store into a new file, while the edge runs or from one that stands still, and
verifies the copy as "holdfast verify" does.

  --edge URL        a running edge, e.g. http://127.0.0.1:8080
  --store FILE      the store of one that stands still
  --token-path FILE file with a token that may fetch backups, where the edge knows people
  --to FILE         a file that is not there yet; it comes into being whole or not at all

Exit code 0: the copy is there and whole. 1: something is wrong with it. 2: there is none.
`;

/** A backup of which nothing comes for so long is given up, ms: the edge makes its copy first. */
const stillMaxMs = 600_000;

const options = {
  edge: { type: 'string' },
  store: { type: 'string' },
  to: { type: 'string' },
  'token-path': { type: 'string' },
} as const;

/** Exit code where it could not be done. */
export const failed = 2;

/** The subcommand. Resolves with the exit code; throws Fault if it could not be done. */
export async function run(args: string[]): Promise<number> {
  const { edge, store, to, 'token-path': tokenPath } = parseArgs({ args, options }).values;
  if ((edge === undefined) === (store === undefined)) {
    throw invalid('--edge', 'or --store must be given, and not both');
  }
  if (store !== undefined) refuseConfig(store, '--store', 'backup');
  if (to === undefined) throw invalid('--to', 'must name the file to be written');
  if (existsSync(to)) throw invalid('--to', `${to}: is there already, and stays as it is`);
  const token = tokenPath === undefined ? undefined : readSecret(tokenPath, '--token-path');
  const part = `${to}.part`;
  rmSync(part, { force: true });
  try {
    if (edge !== undefined) await download(edge, part, stillMaxMs, token);
    else await replicate(store!, part);
    const report = await verifyFile(part, '--to');
    if (report.kind !== 'edge') throw invalid('--to', `${to}: what came is no store of an edge`);
    settle(part, to);
    process.stdout.write(verifiedTable({ ...report, file: to }));
    return report.found === 0 ? 0 : 1;
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${part}${end}`, { force: true });
  }
}

/**
 * Writes an edge's backup into the file `part`, however long that takes as long as it goes on.
 * Throws Fault UNREACHABLE if the edge does not answer, or nothing more comes for `stillMs`.
 */
export async function download(
  edge: string,
  part: string,
  stillMs = stillMaxMs,
  token?: string,
): Promise<void> {
  const stop = new AbortController();
  const still = setTimeout(() => {
    stop.abort(new Error(`backup: nothing came for ${stillMs / 1000} s`));
  }, stillMs);
  async function* moving(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      still.refresh();
      yield chunk;
    }
  }
  try {
    const response = await fetch(new URL('/v1/backup', edge), {
      method: 'POST',
      headers: jsonHeaders(token),
      body: '{}',
      signal: stop.signal,
    });
    if (!response.ok) {
      const { message } = (await response.json()) as { message?: string };
      throw new Error(message ?? `HTTP ${response.status}`);
    }
    const body = Readable.fromWeb(response.body as never);
    await pipeline(body, moving, createWriteStream(part));
  } catch (cause) {
    throw new Fault('UNREACHABLE', `${edge}: ${(cause as Error).message}`, { cause });
  } finally {
    clearTimeout(still);
  }
}

/** Gives the file its name once its bytes are on the disk. */
function settle(part: string, to: string): void {
  syncOf(part);
  renameSync(part, to);
  syncOf(dirname(to));
}

function syncOf(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
