import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../../shared/fault.ts';
import { unpackOnce } from '../helpers/packages.ts';

const run = promisify(execFile);

/** The interpreter that Debian's packages of Tryton 7.0 and of the libraries below fit. */
export const python = '/usr/bin/python3';
const pythonVersion = 'Python 3.11.';

/** Tryton 7.0 is in trixie; its libraries are taken from the suite of that interpreter. */
const wanted = {
  trixie: [
    ...['tryton-server', 'tryton-sao'],
    ...[
      ...['currency', 'country', 'party', 'company', 'account', 'product', 'account-product'],
      ...['stock', 'account-stock-continental', 'company-work-time', 'production'],
      ...['production-routing', 'production-work', 'stock-lot', 'quality'],
    ].map((name) => `tryton-modules-${name}`),
  ],
  bookworm: [
    ...[
      ...['bcrypt', 'dateutil', 'defusedxml', 'genshi', 'lxml', 'magic', 'markupsafe', 'passlib'],
      ...['polib', 'relatorio', 'simpleeval', 'six', 'sql', 'stdnum', 'werkzeug', 'wrapt'],
    ].map((name) => `python3-${name}`),
    ...['libmagic1', 'libmagic-mgc'],
  ],
} as const;

/** Where everything of Tryton's is kept: folder .cache of the project, or HOLDFAST_CACHE. */
export const cache = join(
  process.env['HOLDFAST_CACHE'] || join(import.meta.dirname, '../../.cache'),
  'tryton',
);

/**
 * The folder with Tryton's packages unpacked, 65 MB, fetched once. Throws Fault UNREACHABLE with
 * the reason where they cannot be had or would not run.
 */
export async function findPackages(): Promise<string> {
  const version = await run(python, ['--version'], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.trim(),
    () => 'no Python',
  );
  if (!version.startsWith(pythonVersion)) {
    throw new Fault('UNREACHABLE', `${python} is ${version}; Tryton needs ${pythonVersion}x`);
  }
  const root = join(cache, `packages-${hash('sha256', JSON.stringify(wanted)).slice(0, 8)}`);
  if (!existsSync(root)) {
    process.stderr.write('Fetching the packages of Tryton 7.0 (Debian trixie)\n');
    await unpackOnce(root, wanted);
  }
  return root;
}

/** What the interpreter must be told to run Tryton out of `root`. */
export function environment(root: string, modules: string): NodeJS.ProcessEnv {
  const libraries = ['x86_64', 'aarch64'].map((machine) =>
    join(root, `usr/lib/${machine}-linux-gnu`),
  );
  return {
    PATH: process.env['PATH'] ?? '',
    LANG: 'C.UTF-8',
    PYTHONPATH: [modules, join(root, 'usr/lib/python3/dist-packages')].join(':'),
    LD_LIBRARY_PATH: libraries.join(':'),
  };
}
