import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../../shared/fault.ts';
import { unpackOnce } from '../helpers/packages.ts';

const run = promisify(execFile);
const compileMaxMs = 60_000;

/** open62541 1.4 is in trixie; it runs beside any C library of 2.34 or later. */
const wanted = {
  trixie: [
    ...['libopen62541-1.4', 'libopen62541-1.4-dev'],
    ...['libmbedcrypto16', 'libmbedx509-7', 'libmbedtls21'],
  ],
};
const source = join(import.meta.dirname, 'peer.c');

/** Where everything of open62541's is kept: folder .cache of the project, or HOLDFAST_CACHE. */
const cache = join(
  process.env['HOLDFAST_CACHE'] || join(import.meta.dirname, '../../.cache'),
  'open62541',
);

export type Peer = Readonly<{ program: string; libraries: string }>;

/**
 * The program of peer.c, built once with the machine's own C compiler against the packages, which
 * are fetched once. Throws Fault UNREACHABLE with the reason where it cannot be had or built.
 */
export async function buildPeer(): Promise<Peer> {
  const compiler = await findCompiler();
  const root = join(cache, 'root');
  await unpackOnce(root, wanted);
  const [libraries] = readdirSync(join(root, 'usr/lib'))
    .map((name) => join(root, 'usr/lib', name))
    .filter((path) => existsSync(join(path, 'libopen62541.so')));
  if (!libraries) throw new Fault('UNREACHABLE', `open62541: no library in ${root}`);
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const program = join(cache, `peer-${digest}`);
  if (!existsSync(program)) {
    const made = `${program}.${process.pid}`;
    const args = ['-O2', '-Wall', '-o', made, source, `-I${join(root, 'usr/include')}`];
    const linking = [`-L${libraries}`, '-lopen62541', `-Wl,-rpath-link,${libraries}`];
    try {
      await run(compiler, [...args, ...linking], { timeout: compileMaxMs });
    } catch (cause) {
      const { stderr, message } = cause as Error & { stderr?: string };
      const [words] = (stderr || message).trim().split('\n');
      throw new Fault('UNREACHABLE', `open62541: ${compiler}: ${words}`, { cause });
    }
    renameSync(made, program);
  }
  return { program, libraries };
}

async function findCompiler(): Promise<string> {
  for (const name of ['cc', 'gcc', 'clang']) {
    const found = await run(name, ['--version'], { timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    if (found) return name;
  }
  throw new Fault('UNREACHABLE', 'open62541: there is no C compiler (cc, gcc or clang)');
}
