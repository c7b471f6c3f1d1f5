import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const enteredVariable = 'HOLDFAST_ORDEAL_MAY_MOUNT';
const sizeMb = 160;
export const budgetMb = 128;
const run = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });

/** True where a user may mount: a file system of memory, in a namespace of his own. */
export const canUnshare = (): boolean => run('unshare', '-Urm', 'true').status === 0;
export const mayMount = process.env[enteredVariable] === '1';

/** Runs this program again where it may mount; resolves with its exit code. */
export function runUnshared(args: readonly string[]): number {
  const { status } = spawnSync('unshare', ['-Urm', process.execPath, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [enteredVariable]: '1' },
  });
  return status ?? 1;
}

export type SmallDisk = ReturnType<typeof mountSmallDisk>;

/** A file system of 160 MB that can be filled to the last byte, mounted at `folder`. */
export function mountSmallDisk(folder: string) {
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = run('mount', '-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'none', folder);
  if (status !== 0) throw new Error(`mount: ${stderr}`);
  const others = join(folder, 'others');
  return {
    /** The plant writes beside it, so the last byte is where the system says no. */
    fill(): void {
      const { bavail, bsize } = statfsSync(folder);
      try {
        writeFileSync(others, Buffer.alloc((bavail + 1) * bsize));
      } catch (error) {
        if ((error as { code?: string }).code !== 'ENOSPC') throw error;
      }
    },
    free: () => rmSync(others, { force: true }),
    /** Takes the file system away; what is on it goes to `keepIn` first, if that is given. */
    unmount(keepIn?: string): void {
      if (keepIn !== undefined) run('cp', '-r', folder, keepIn);
      run('umount', folder);
    },
  };
}
