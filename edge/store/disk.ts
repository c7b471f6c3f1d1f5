import type { Clock } from '../../shared/clock.ts';
import type { Command } from '../../shared/command.ts';
import { type Database, faultOf } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import {
  type Level,
  levelOf,
  type Measured,
  measure as measureFile,
  mega,
  roomOf,
} from './gauge.ts';
import { openReserve, reserveBytes } from './reserve.ts';
import { needOf, refusalAt } from './shedding.ts';

/** After a commit that the disk refused, ordinary work waits so long; twice as long each time. */
const holdMs = 5_000;
const holdMaxMs = 300_000;
/** Growth is judged over at most this time, ms, and never over less than the other. */
const growthMaxMs = 24 * 3_600_000;
const growthMinMs = 3_600_000;
/** Measurements that growth is judged by: one in so many ms. */
const sampleMs = 600_000;
const dayMs = 86_400_000;

type Sample = { atMs: number; bytes: number };
type Parts = {
  db: Database;
  budgetMb: number;
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  /** The level that the last fact about it told of. */
  told?: Level | undefined;
  measure?: typeof measureFile | undefined;
};
export type Disk = ReturnType<typeof openDisk>;
/** A level was reached or left, and what was measured. */
export type Change = Readonly<{
  level: Level;
  before: Level;
  roomBytes: number;
  budgetBytes: number;
}>;

/** How the store stands with its disk: what it takes, what is left, and what is still taken in. */
export function openDisk({ db, budgetMb, clock, measure = measureFile, ...last }: Parts) {
  const budgetBytes = budgetMb * mega;
  const reserve = openReserve(db, budgetBytes);
  const growth = openGrowth(clock);
  let measured: Measured = measure(db);
  let level: Level = 'ok';
  let told: Level = last.told ?? 'ok'; // by a fact
  let sinceMs = clock.nowMs();
  let failures = 0;
  let heldUntilMs = 0;
  let spent = false;
  let seen = -1; // rows changed up to the last look
  let tidied = -1; // and up to the last time that the log was taken in
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck();

  /** Room for ordinary work: what is reserved is not, be it kept or to be kept again. */
  const roomBytes = (): number => {
    const room = roomOf(measured, budgetBytes - reserveBytes);
    if (reserve.isKept() || db.memory) return room;
    return Math.max(0, Math.min(room, measured.freeBytes - reserveBytes));
  };

  const isHeld = (): boolean => clock.monotonicMs() < heldUntilMs;

  /** Even what was reserved is used up. */
  const isSpent = (): boolean => isHeld() && spent;

  /**
   * Takes the write-ahead log into the store and cuts it, while nothing else is to be done or room
   * is short: a log that only grows would use up what was reserved.
   */
  function tidy(): void {
    const commits = changes.get()!;
    const isDue = commits === seen || (level !== 'ok' && level !== 'warn');
    seen = commits;
    if (isDue && commits !== tidied && checkpoint(db)) tidied = commits;
  }

  function enter(now: Level): void {
    if (now !== level) sinceMs = clock.nowMs();
    level = now;
  }

  function look(): void {
    tidy();
    measured = measure(db);
    growth.sample(measured.storeBytes);
    if (!isHeld()) enter(levelOf(roomBytes(), budgetBytes, level));
    if (level === 'ok' || level === 'warn') reserve.keep();
  }
  look();

  return {
    look,
    level: (): Level => level,
    isSpent,

    /** Why this command is not taken now, in words; undefined if it is. */
    refusal(command: Command): string | undefined {
      if (!isSpent() || needOf(command) !== 'reserved') return refusalAt(level, command);
      return 'disk: is full to the last byte, the reserve too: make room';
    },

    /** The disk did not take a commit, whatever was measured: only what is reserved is tried on. */
    refused(): void {
      failures += 1;
      spent = reserve.isGiven();
      checkpoint(db);
      heldUntilMs = clock.monotonicMs() + Math.min(holdMaxMs, holdMs * 2 ** (failures - 1));
      enter('full');
    },

    /** The disk took a commit. */
    accepted(): void {
      if (!isHeld()) failures = 0;
    },

    /** Gives the reserve to what is reserved for; false if it was given already. */
    release: reserve.release,

    /** The change of level that no fact tells of yet, while there is room for one. */
    change: (): Change | undefined =>
      level === told || isSpent()
        ? undefined
        : { level, before: told, roomBytes: roomBytes(), budgetBytes },
    /** A fact tells of this level. */
    tell(change: Change): void {
      told = change.level;
    },

    status: () => {
      const room = roomBytes();
      const bytes = { budgetBytes, ...measured, roomBytes: room };
      return { level, sinceMs, ...bytes, daysLeft: growth.daysLeft(measured.storeBytes, room) };
    },
  };
}

/** True if the log is all in the store; a disk that is full, or a reader, may be in the way. */
function checkpoint(db: Database): boolean {
  try {
    const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    return result?.busy === 0;
  } catch (error) {
    if (!(faultOf(error, db.name) instanceof Fault)) throw error;
    return false;
  }
}

/** How fast the store grows, from measurements of the last day. */
function openGrowth(clock: Pick<Clock, 'monotonicMs'>) {
  const samples: Sample[] = [];
  return {
    sample(bytes: number): void {
      const atMs = clock.monotonicMs();
      if (samples.length > 0 && atMs - samples.at(-1)!.atMs < sampleMs) return;
      samples.push({ atMs, bytes });
      while (atMs - samples[0]!.atMs > growthMaxMs) samples.shift();
    },
    /** Days until the room is used up at the present rate; null while nothing grows. */
    daysLeft(bytes: number, room: number): number | null {
      const [first] = samples;
      const tookMs = clock.monotonicMs() - first!.atMs;
      const grown = bytes - first!.bytes;
      if (tookMs < growthMinMs || grown <= 0) return null;
      return Math.round((room / (grown * (dayMs / tookMs))) * 10) / 10;
    },
  };
}

type Watch = {
  disk: Disk;
  /** States a change as a fact; false if the disk does not even take that. */
  state: (change: Change) => boolean;
  changed: () => void;
  everyMs: number;
  clock: Clock;
  signal: AbortSignal;
};

/** Measures every few seconds, and states each change of level, until `signal` aborts. */
export async function watchDisk(watch: Watch): Promise<void> {
  const { disk, state, changed, everyMs, clock, signal } = watch;
  while (!signal.aborted) {
    disk.look();
    const change = disk.change();
    if (change && state(change)) {
      disk.tell(change);
      changed();
    }
    await clock.sleep(everyMs, signal);
  }
}
