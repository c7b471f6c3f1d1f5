import { createReadStream, type ReadStream, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Database, faultOf } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';

/** Pages that are copied before the edge goes on with its work: 1 MB. */
const stepPages = 256;

export type Backup = Readonly<{ bytes: number; stream: ReadStream }>;
export type Backups = ReturnType<typeof openBackups>;

/** What a copy has: pages that are not in use are copied as well. */
const fileBytes = (db: Database): number =>
  Number(db.pragma('page_count', { simple: true })) *
  Number(db.pragma('page_size', { simple: true }));

function freeOnDisk({ name }: Database): number {
  const { bavail, bsize } = statfsSync(dirname(name));
  return bavail * bsize;
}

/**
 * Backups of the store while it is written to, one at a time, each as it stands when the copy ends.
 * The copy lies beside the store until it was read, and needs as much room. `freeBytes` asks the
 * file system.
 */
export function openBackups(db: Database, signal: AbortSignal, freeBytes = freeOnDisk) {
  const path = `${db.name}.backup`;
  const forget = (): void => {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
  };
  let running: Promise<unknown> | undefined;
  forget(); // of an edge that was killed meanwhile

  async function copy(): Promise<void> {
    try {
      await db.backup(path, {
        progress() {
          if (signal.aborted) throw new Fault('UNREACHABLE', 'backup: the edge is stopping');
          return stepPages;
        },
      });
    } catch (error) {
      forget();
      throw faultOf(error, path);
    }
  }

  return {
    /**
     * A copy of the whole store as a stream of bytes, gone when it was read or destroyed. Throws
     * Fault FULL while another one is made or read, or if there is no room for it.
     */
    async make(): Promise<Backup> {
      if (running) throw new Fault('FULL', 'backup: another one is being made');
      if (freeBytes(db) < 2 * fileBytes(db)) {
        throw new Fault('FULL', 'backup: the disk has no room for a copy and as much again');
      }
      running = copy();
      try {
        await running;
      } catch (error) {
        running = undefined;
        throw error;
      }
      const { size: bytes } = statSync(path);
      const stream = createReadStream(path);
      running = new Promise<void>((resolve) => stream.once('close', resolve)).then(() => {
        forget();
        running = undefined;
      });
      return { bytes, stream };
    },

    /** Resolves once nothing is being copied any more. */
    idle: async (): Promise<void> => {
      await running?.catch(() => undefined);
    },
  };
}
