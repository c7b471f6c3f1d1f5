import {
  existsSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import type { Logger } from '../../shared/log.ts';
import { fileBytesMax } from './rows.ts';
import type { Result, Taking } from './taking.ts';

/** A file is taken once it has not changed for so long, ms: whoever writes it has ended. */
export const quietMs = 2_000;
/** The folder is looked through this often, ms. */
const everyMs = 2_000;
/** Most entries that are looked at, and files that are taken, in one pass. */
const entriesMax = 1_000;
const filesAtOnce = 20;

type Parts = { path: string; take: Taking; nowMs: () => number; log: Logger };
type Seen = Readonly<{ bytes: number; changedMs: number }>;

/** Throws Fault INVALID naming `name` if there is no such folder. */
export function checkFolder(path: string, name: string): void {
  if (!existsSync(path) || !lstatSync(path).isDirectory()) {
    throw invalid(name, `${path} must be a folder that is there`);
  }
}

/** Whether it is meant to be taken: not hidden, and not still being written under another name. */
const isMeant = (name: string): boolean => !/^\.|\.(?:tmp|part|filepart)$/i.test(name);

/**
 * A folder in which files of quality are dropped. Each is taken once it stands still, and moved
 * into `done` or, if anything of it was refused, into `refused`, with what became of each row
 * beside it.
 * A file of the same content as one before asks for nothing more.
 */
export function openFolder({ path, take, nowMs, log }: Parts) {
  checkFolder(path, 'dropPath');
  for (const folder of ['done', 'refused']) mkdirSync(join(path, folder), { recursive: true });
  let seen = new Map<string, Seen>();

  /** Files that are the same as at the last pass, and have not changed for a while. */
  function ready(): string[] {
    const now = new Map<string, Seen>();
    const folder = opendirSync(path);
    try {
      for (let count = 0; count < entriesMax; count++) {
        const entry = folder.readSync();
        if (!entry) break;
        if (!entry.isFile() || !isMeant(entry.name)) continue;
        const { size: bytes, mtimeMs } = lstatSync(join(path, entry.name));
        now.set(entry.name, { bytes, changedMs: mtimeMs });
      }
    } finally {
      folder.closeSync();
    }
    const same = [...now].filter(([name, { bytes, changedMs }]) => {
      const before = seen.get(name);
      const stands = before?.bytes === bytes && before.changedMs === changedMs;
      return stands && Math.abs(nowMs() - changedMs) >= quietMs;
    });
    seen = now;
    return same.map(([name]) => name).sort();
  }

  function read(name: string): Buffer {
    // One byte more than is allowed tells that it is too large, and no more of it is read.
    if (seen.get(name)!.bytes > fileBytesMax) return Buffer.alloc(fileBytesMax + 1);
    return readFileSync(join(path, name));
  }

  function move(name: string, result: Result): void {
    const isDone = result.unreadable === undefined && result.refused.length === 0;
    const to = join(path, isDone ? 'done' : 'refused', `${result.hash.slice(0, 8)}.${name}`);
    writeFileSync(`${to}.result.json`, `${JSON.stringify(result, null, 2)}\n`);
    renameSync(join(path, name), to);
    const { accepted, refused, unreadable } = result;
    const counts = { file: name, accepted: accepted.length, refused: refused.length, unreadable };
    if (isDone) log.info({ ...counts }, 'a file of quality was taken');
    else log.error({ ...counts }, 'a file of quality was refused, or rows of it');
  }

  return {
    /** Takes what is ready; how many files that were. Throws Fault FULL for a full disk. */
    pass(): number {
      const names = ready().slice(0, filesAtOnce);
      for (const name of names) move(name, take(name, read(name)));
      return names.length;
    },
  };
}

type Loop = {
  folder: ReturnType<typeof openFolder>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/** Looks through the folder until `signal` aborts; a folder that is away is looked for again. */
export async function watchFolder({ folder, clock, log, signal }: Loop): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      folder.pass();
      failures = 0;
      await clock.sleep(everyMs, signal);
    } catch (error) {
      const isDisk = typeof (error as NodeJS.ErrnoException).code === 'string';
      if (!(error instanceof Fault ? error.retry : isDisk)) throw error;
      log.error({ reason: (error as Error).message }, 'files of quality wait');
      await clock.sleep(Math.max(everyMs, backoff(++failures, 60_000)), signal);
    }
  }
}
