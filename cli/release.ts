import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../shared/fault.ts';

const run = promisify(execFile);

/** A release of nats-server: where it lies, and the SHA-256 of each platform's archive. */
export type Release = {
  version: string;
  url: string;
  checksums: Readonly<Record<string, string>>;
  /** How long its server may stay silent before we look elsewhere. */
  answerTimeoutMs: number;
};

/** The release we run where the machine has none of its own. To raise it, change all six lines. */
export const pinned: Release = {
  version: '2.15.0',
  url: 'https://github.com/nats-io/nats-server/releases/download/v2.15.0',
  checksums: {
    'linux-amd64': '5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92',
    'linux-arm64': 'cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112',
    'darwin-amd64': '5bd8b59ca5bf93fab3da2c5843cf564cd6e2e291e22ae3b861746e7ebe259b95',
    'darwin-arm64': 'e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8',
  },
  answerTimeoutMs: 5_000,
};

/** The archive itself, 7 MB, may take longer than the first answer. */
const bodyTimeoutMs = 120_000;
const unpackTimeoutMs = 60_000;
const bytesMax = 64 * 1024 * 1024;

const platformHere = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;

/**
 * Downloads the official release for this platform into `folder` and gives the server's path.
 * Throws Fault UNREACHABLE if it is not to be had, Fault CORRUPT if its checksum is not the pinned.
 */
export async function downloadRelease(
  folder: string,
  { version, url, checksums, answerTimeoutMs }: Release = pinned,
  platform = platformHere,
): Promise<string> {
  const checksum = checksums[platform];
  if (!checksum) throw new Fault('UNREACHABLE', `release ${version}: none for ${platform}`);
  const name = `nats-server-v${version}-${platform}`;
  const address = `${url}/${name}.tar.gz`;
  const bytes = await download(address, answerTimeoutMs);
  const found = hash('sha256', bytes);
  if (found !== checksum) {
    throw new Fault('CORRUPT', `${address}: SHA-256 is ${found}, must be ${checksum}`);
  }
  const archive = join(folder, 'release.tar.gz');
  writeFileSync(archive, bytes);
  const program = `${name}/nats-server`;
  await run('tar', ['-xzf', archive, '-C', folder, program], { timeout: unpackTimeoutMs }).catch(
    (cause: unknown) => {
      throw new Fault('CORRUPT', `${address}: could not be unpacked`, { cause });
    },
  );
  return join(folder, program);
}

async function download(address: string, answerTimeoutMs: number): Promise<Buffer> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), answerTimeoutMs);
  try {
    const response = await fetch(address, { signal: abort.signal });
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), bodyTimeoutMs);
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    process.stderr.write(`Fetching ${address}\n`);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body) {
      size += part.length;
      if (size > bytesMax) throw new Error(`is more than ${bytesMax} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (cause) {
    const { message, cause: root } = cause as Error;
    const why = abort.signal.aborted ? 'no answer in time' : ((root as Error)?.message ?? message);
    throw new Fault('UNREACHABLE', `${address}: ${why}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
