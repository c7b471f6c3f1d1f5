// The bundles of five releases: one to begin with, one to go to, and three that are bad. The first
// has another nats-server than the rest: it differs in what is behind its end, which nobody reads.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from './shell.ts';

export const releases = {
  first: '9.0.0',
  next: '9.0.1',
  other: '9.0.2',
  mute: '9.0.3',
  dead: '9.0.4',
} as const;
const own = ['shared', 'statecharts', 'edge', 'central', 'cli', 'docs', 'ansible'];
const single = ['package.json', 'package-lock.json', 'README.md', 'LICENSE'];

/** A copy of our tree in which one place of one file is another. */
function spoil(root: string, folder: string, file: string, from: string, to: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of [...own, ...single]) {
    if (existsSync(join(root, name)))
      cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const text = readFileSync(join(folder, file), 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file}: must hold ${from} once`);
  writeFileSync(
    join(folder, file),
    text.replace(from, () => to),
  );
  return folder;
}

/** A cache in which the nats-server has a byte more behind its end; what bundles are made from. */
function otherServer(root: string, folder: string): string {
  const from = join(process.env['HOLDFAST_CACHE'] || join(root, '.cache'), 'bundle');
  const cache = join(folder, 'cache');
  cpSync(from, join(cache, 'bundle'), { recursive: true });
  for (const name of readdirSync(join(cache, 'bundle'))) {
    const path = join(cache, 'bundle', name);
    if (/^nats-server-.*-linux-[a-z0-9]+$/.test(name)) appendFileSync(path, '\0');
  }
  return cache;
}

/** Copies those that are in another folder, with their key. */
export function takeBundles(from: string, folder: string): void {
  for (const name of readdirSync(from)) {
    if (/\.tar$|^release\.key/.test(name)) cpSync(join(from, name), join(folder, name));
  }
}

/** Writes them, with the key of whoever may release, into `folder`. */
export async function makeBundles(root: string, folder: string): Promise<void> {
  const holdfast = (...args: string[]) =>
    run(process.execPath, [join(root, 'cli/holdfast.ts'), 'bundle', ...args], { cwd: folder, env });
  let env: NodeJS.ProcessEnv = {};
  const key = join(folder, 'release.key');
  await holdfast('keygen', '--key', key);
  const platform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64';
  const make = (version: string, tree: string) => {
    const where = ['--out', folder, '--platform', platform, '--root', tree];
    return holdfast('make', '--key', key, '--version', version, ...where);
  };
  // It remembers otherwise what happened.
  const other = spoil(
    ...([root, join(folder, 'other'), 'statecharts/fingerprint.ts'] as const),
    ...(['.subarray(0, 8)', '.subarray(1, 9)'] as const),
  );
  // It comes up with every line, answers, says that its way is up, and sends nothing.
  const mute = spoil(
    ...([root, join(folder, 'mute'), 'edge/uplink/forwarder.ts'] as const),
    ...(['undefined : outbox.next(line)', 'undefined : undefined'] as const),
  );
  // It passes every check of its config, and does not come up.
  const dead = spoil(
    ...([root, join(folder, 'dead'), 'edge/main.ts'] as const),
    'const mappings = readMappings(config);',
    "const mappings = readMappings(config);\n  if (mappings) throw new Error('dead');",
  );
  await make(releases.first, root);
  env = { HOLDFAST_CACHE: otherServer(root, folder) };
  await make(releases.next, root);
  await make(releases.other, other);
  await make(releases.mute, mute);
  await make(releases.dead, dead);
}
