// Mosquitto's programs: Debian's package, unpacked into the project's cache without root.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { unpackPackages } from '../../cli/debian.ts';
import { Fault } from '../../shared/fault.ts';

const root = resolve(process.env['HOLDFAST_CACHE'] || '.cache', 'mosquitto');

/** The broker, and the libraries that it needs, but for those that every machine has. */
async function unpack(folder: string): Promise<void> {
  const [, suite = 'stable'] =
    /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
  await unpackPackages(folder, suite, async (cache) => {
    const no = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'];
    const options = ['--recurse', ...no.map((word) => `--no-${word}`)];
    const all = (await cache('depends', ...options, 'mosquitto')).split('\n');
    const libraries = all.filter((line) => /^lib(?!c6$|c-bin$|gcc|crypt1$)[\w.+-]+$/.test(line));
    return [...new Set(['mosquitto', ...libraries])];
  });
}

async function unpackOnce(): Promise<void> {
  if (existsSync(root)) return;
  mkdirSync(dirname(root), { recursive: true });
  const folder = mkdtempSync(join(dirname(root), 'new-'));
  try {
    await unpack(folder);
    if (!existsSync(root)) renameSync(folder, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export type Programs = { bin: string; sbin: string; env: NodeJS.ProcessEnv };

/** Where the programs are, or why there are none. */
export async function mosquittoOrWhy(): Promise<Programs | string> {
  try {
    await unpackOnce();
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
  const folders = ['usr/lib', 'lib'].flatMap((lib) => {
    const path = join(root, lib);
    if (!existsSync(path)) return [];
    return [path, ...readdirSync(path).map((name) => join(path, name))];
  });
  const env = { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
  return { bin: join(root, 'usr/bin'), sbin: join(root, 'usr/sbin'), env };
}
