import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMachine, type Simulated } from '../../cli/machine/simulated.ts';
import { openWatcher, type Watcher } from './watcher.ts';

export type Closer = ReturnType<typeof closer>;

/** What a test has opened: `run` ends it all, the last first. */
export function closer() {
  const open: (() => unknown)[] = [];
  return {
    add: (close: () => unknown) => void open.push(close),
    async run(): Promise<void> {
      for (const close of open.splice(0).reverse()) await close();
    },
  };
}

export function folderFor(closing: Closer): string {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  closing.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A machine in this process, and a client that watches it. */
export async function openPair(
  closing: Closer,
  options: object,
): Promise<{ machine: Simulated; watcher: Watcher }> {
  const machine = await openMachine({ folder: folderFor(closing), ...options });
  closing.add(() => machine.close());
  const watcher = await openWatcher({ url: machine.url });
  closing.add(() => watcher.close());
  return { machine, watcher };
}
