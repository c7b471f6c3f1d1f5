import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unpackOnce } from './packages.ts';

const timeout = 60_000;
const root = join(
  process.env['HOLDFAST_CACHE'] || join(import.meta.dirname, '../../.cache'),
  'prometheus',
);

/**
 * A program of Prometheus: named by the environment, one in the PATH, or what `node
 * test/helpers/promtool.ts` has fetched. Undefined without one: a test does not fetch 20 MB.
 */
export function findProgram(name: 'promtool' | 'prometheus'): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const known = [...folders.map((path) => join(path, name)), join(root, 'usr/bin', name)];
  return process.env[name.toUpperCase()] ?? known.find((path) => existsSync(path));
}

export const findPromtool = (): string | undefined => findProgram('promtool');

/** What is said where there is none. */
export const noPromtool = 'there is no promtool: see docs/metrics.md, "Checked by"';

/** Runs it; all that it says, and whether it is content. */
export function promtool(path: string, args: readonly string[], input = '') {
  try {
    const said = execFileSync(path, args, { input, timeout, encoding: 'utf8', stdio: 'pipe' });
    return { isGood: true, said };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { isGood: false, said: `${stdout}${stderr}` };
  }
}

/** Fetches Debian's package of Prometheus, that has it, and unpacks it; nothing is installed. */
if (import.meta.main) {
  await unpackOnce(root, { bookworm: ['prometheus'] });
  process.stdout.write(`${findPromtool() ?? 'the package has no promtool'}\n`);
}
