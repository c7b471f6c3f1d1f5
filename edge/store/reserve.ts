import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import type { Database } from '../../shared/database.ts';
import { mega } from './gauge.ts';

/**
 * Room that ordinary work never gets, bytes. On a file system that was full to the last byte it
 * took about 600 holds, each in a commit of its own (`test/helpers/fulldisk.ts`).
 */
export const reserveBytes = 8 * mega;

/**
 * Keeps room for what must always be said, against both ends of a disk: the store may not grow into
 * the end of its budget, and a file of real bytes takes the same room on a disk that others fill.
 * Released, both are given to the store.
 */
export function openReserve(db: Database, budgetBytes: number) {
  const path = `${db.name}.reserve`;
  const pageBytes = db.pragma('page_size', { simple: true }) as number;
  const bound = (bytes: number): void => {
    db.pragma(`max_page_count = ${Math.floor(bytes / pageBytes)}`);
  };
  const isWhole = (): boolean => statSync(path, { throwIfNoEntry: false })?.size === reserveBytes;

  function fill(): void {
    const chunk = randomBytes(mega);
    const file = openSync(path, 'w');
    try {
      for (let at = 0; at < reserveBytes; at += chunk.length) writeSync(file, chunk, 0, mega, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  let isGiven = false;
  bound(budgetBytes - reserveBytes);
  return {
    /** True while the room is kept. */
    isKept: (): boolean => !isGiven && (db.memory || isWhole()),

    /** True while the room is the store's. */
    isGiven: (): boolean => isGiven,

    /** Keeps the room again; nothing happens where the disk has none. */
    keep(): void {
      if (!db.memory && !isWhole()) {
        try {
          fill();
        } catch {
          rmSync(path, { force: true }); // the next look tries again
          return;
        }
      }
      isGiven = false;
      bound(budgetBytes - reserveBytes);
    },

    /** Gives the room to the store; false if it was given already. */
    release(): boolean {
      if (isGiven) return false;
      isGiven = true;
      bound(budgetBytes);
      rmSync(path, { force: true });
      return true;
    },
  };
}
