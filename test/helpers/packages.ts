import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unpackPackages } from '../../cli/debian.ts';

/**
 * Debian's packages, named by suite, unpacked as the folder `root`: once, and all of them or none.
 * Two processes may do it at once. Throws Fault UNREACHABLE where they cannot be had.
 */
export async function unpackOnce(
  root: string,
  wanted: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  if (existsSync(root)) return;
  mkdirSync(dirname(root), { recursive: true });
  const folder = mkdtempSync(join(dirname(root), 'new-'));
  try {
    for (const [suite, packages] of Object.entries(wanted)) {
      await unpackPackages(folder, suite, async () => packages);
    }
    for (const left of ['apt', 'sources.list']) {
      rmSync(join(folder, left), { recursive: true, force: true });
    }
    if (!existsSync(root)) renameSync(folder, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
