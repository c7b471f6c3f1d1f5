import { hash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import {
  fetchNats,
  fetchNode,
  installDependencies,
  type Platform,
  platforms,
} from './bundle/parts.ts';
import { packRelease } from './bundle/payload.ts';
import { readKey, seal, unseal, writeKeys } from './bundle/signature.ts';
import { grouped } from './progress.ts';

export const usage = `holdfast bundle make --key FILE [options]
holdfast bundle keygen --key FILE
holdfast bundle sign FILE --key FILE
holdfast bundle verify FILE --key FILE.pub

Makes the one file for each platform from which a plant is installed without a network: the
application, its dependencies, Node, nats-server, sums, bill of materials, licences; and signs it.
The same tree gives the same bytes, whenever it is made.

  --key FILE        the private key (make, keygen, sign), or the public one (verify)
  --platform NAME   ${platforms.map(({ name }) => name).join(' or ')}; repeat it; both if absent
  --out FOLDER      where the bundles go; dist if absent
  --version TEXT    another than package.json says
  --root FOLDER     another tree than this one

keygen writes FILE and FILE.pub, and never over another key. sign signs a bundle anew, with another
key. Exit code 0: done, or the bundle is what was signed. 1: not, and why.
`;

const options = {
  key: { type: 'string' },
  platform: { type: 'string', multiple: true },
  out: { type: 'string', default: 'dist' },
  version: { type: 'string' },
  root: { type: 'string' },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const versionPattern = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]{1,40})?$/;

function keyOf({ key }: Values): string {
  if (key === undefined) throw invalid('--key', 'must name a file');
  return key;
}

function platformsOf({ platform }: Values): readonly Platform[] {
  if (platform === undefined) return platforms;
  return platform.map((name) => {
    const found = platforms.find((one) => one.name === name);
    if (found) return found;
    throw invalid('--platform', `must be ${platforms.map((one) => one.name).join(' or ')}`);
  });
}

async function make(values: Values): Promise<number> {
  const key = readKey(keyOf(values), 'private');
  const { version, out } = values;
  if (version !== undefined && !versionPattern.test(version)) {
    throw invalid('--version', 'must be like 1.2.3 or 1.2.3-rc.1');
  }
  const here = resolve(import.meta.dirname, '..');
  const root = resolve(values.root ?? here);
  const cache = join(process.env['HOLDFAST_CACHE'] || join(here, '.cache'), 'bundle');
  mkdirSync(cache, { recursive: true });
  mkdirSync(out, { recursive: true });
  const { node: nodeVersion } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ).dependencies;
  for (const platform of platformsOf(values)) {
    const dependencies = mkdtempSync(join(cache, 'new-'));
    try {
      await installDependencies(root, dependencies, platform);
      const node = await fetchNode(cache, platform, nodeVersion);
      const nats = await fetchNats(cache, platform);
      const made = await packRelease({ root, dependencies, node, nats, platform, version });
      const file = join(out, `holdfast-${made.release.version}-${platform.name}.tar`);
      const bundle = seal(made.payload, made.release, key);
      writeFileSync(file, bundle);
      const sum = hash('sha256', bundle);
      process.stdout.write(`${file}\n  ${grouped(bundle.length)} bytes, SHA-256 ${sum}\n`);
    } finally {
      rmSync(dependencies, { recursive: true, force: true });
    }
  }
  return 0;
}

function fileOf(file: string | undefined): Buffer {
  if (file === undefined || !existsSync(file)) throw invalid('FILE', 'must name a bundle');
  return readFileSync(file);
}

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [act, file, ...more] = positionals;
  if (more.length > 0) throw invalid(more[0]!, 'is one word too many');
  if (act === 'make') return make(values);
  if (act === 'keygen') {
    const { secret, open } = writeKeys(keyOf(values));
    process.stdout.write(`${secret}: keep it secret\n${open}: give it to whoever installs\n`);
    return 0;
  }
  if (act === 'sign') {
    const key = readKey(keyOf(values), 'private');
    const bundle = fileOf(file);
    const { manifest, payload } = unseal(bundle, file!);
    writeFileSync(file!, seal(payload, manifest, key));
    process.stdout.write(`${file}: signed anew\n`);
    return 0;
  }
  if (act === 'verify') {
    const { manifest } = unseal(fileOf(file), file!, readKey(keyOf(values), 'public'));
    const { name, version, platform, sha256 } = manifest;
    process.stdout.write(`✓ ${file}: ${name} ${version} for ${platform}, SHA-256 ${sha256}\n`);
    return 0;
  }
  throw new Fault('INVALID', 'must be told what to do: make, keygen, sign or verify');
}
