import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from '../../shared/database.ts';
import { diskLevels } from '../../shared/runtime.ts';

export const levels = diskLevels;
export type Level = (typeof levels)[number];

/** What a store takes of its disk, bytes. */
export type Measured = Readonly<{
  storeBytes: number; // pages in use
  walBytes: number;
  freeBytes: number; // of the file system, with the pages that the store can use again
}>;

export const mega = 1024 * 1024;
/**
 * A level is reached when there is less room than this share of the budget, and less than so many
 * bytes. The last of it is never given to ordinary work.
 */
const limits: Record<Exclude<Level, 'ok'>, readonly [share: number, bytes: number]> = {
  warn: [0.2, 512 * mega],
  shed: [0.1, 256 * mega],
  qualityOnly: [0.05, 128 * mega],
  full: [0.02, 32 * mega],
};
/** A level is left again only with so much more room than it was reached at. */
const leaveFactor = 1.25;

/** Asks the file and its file system; cheap enough for every few seconds. */
export function measure(db: Database): Measured {
  const pragma = (name: string): number => db.pragma(name, { simple: true }) as number;
  const pageBytes = pragma('page_size');
  const unused = pragma('freelist_count') * pageBytes;
  const storeBytes = pragma('page_count') * pageBytes - unused;
  if (db.memory) return { storeBytes, walBytes: 0, freeBytes: Number.MAX_SAFE_INTEGER };
  const walBytes = statSync(`${db.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const { bavail, bsize } = statfsSync(dirname(db.name));
  return { storeBytes, walBytes, freeBytes: bavail * bsize + unused };
}

/** Room that is left for facts, bytes: in the budget, and on the disk. */
export const roomOf = ({ storeBytes, walBytes, freeBytes }: Measured, budgetBytes: number) =>
  Math.max(0, Math.min(budgetBytes - storeBytes - walBytes, freeBytes));

/** The level that so much room means, seen from the level before. */
export function levelOf(roomBytes: number, budgetBytes: number, before: Level): Level {
  const reached = (level: Level): boolean => {
    if (level === 'ok') return true;
    const [share, bytes] = limits[level];
    const limit = Math.min(share * budgetBytes, bytes);
    const leaving = levels.indexOf(before) >= levels.indexOf(level);
    return roomBytes < (leaving ? limit * leaveFactor : limit);
  };
  return levels.findLast(reached)!;
}

/** How the file is written, as SQLite says. */
export const modesOf = (db: Database) => ({
  schema: db.pragma('user_version', { simple: true }) as number,
  journalMode: db.pragma('journal_mode', { simple: true }) as string,
  synchronous: db.pragma('synchronous', { simple: true }) as number,
});
