import type { Clock } from '../shared/clock.ts';
import type { Database } from '../shared/database.ts';
import {
  type Level,
  levelOf,
  type Measured,
  measure as measureFile,
  mega,
  roomOf,
} from './gauge.ts';

/** The disk is measured so often, ms. */
export const measureMs = 5_000;
/** Growth is judged over at most this time, ms, and never over less than the other. */
const growthMaxMs = 24 * 3_600_000;
const growthMinMs = 60_000;
/** Measurements that growth is judged by: one in so many ms. */
const sampleMs = 600_000;
const dayMs = 86_400_000;

type Sample = { atMs: number; bytes: number };
type Parts = {
  db: Database;
  budgetMb: number;
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  measure?: typeof measureFile;
};
export type Disk = ReturnType<typeof openDisk>;
export type DiskStatus = ReturnType<Disk['status']>;

/** How the store stands with its disk: what it takes, what is left, and for how long. */
export function openDisk({ db, budgetMb, clock, measure = measureFile }: Parts) {
  const budgetBytes = budgetMb * mega;
  let measured: Measured = measure(db);
  let level: Level = levelOf(roomOf(measured, budgetBytes), budgetBytes, 'ok');
  let sinceMs = clock.nowMs();
  const samples: Sample[] = [];

  function sample(): void {
    const atMs = clock.monotonicMs();
    if (samples.length > 0 && atMs - samples.at(-1)!.atMs < sampleMs) return;
    samples.push({ atMs, bytes: measured.storeBytes });
    while (atMs - samples[0]!.atMs > growthMaxMs) samples.shift();
  }
  sample();

  /** Days until the room is used up at the present rate; null while nothing grows. */
  function daysLeft(): number | null {
    const [first] = samples;
    const tookMs = clock.monotonicMs() - first!.atMs;
    const grown = measured.storeBytes - first!.bytes;
    if (tookMs < growthMinMs || grown <= 0) return null;
    const days = roomOf(measured, budgetBytes) / (grown * (dayMs / tookMs));
    return Math.round(days * 10) / 10;
  }

  return {
    /** Measures again; true if that is another level. */
    look(): boolean {
      measured = measure(db);
      sample();
      const now = levelOf(roomOf(measured, budgetBytes), budgetBytes, level);
      if (now === level) return false;
      level = now;
      sinceMs = clock.nowMs();
      return true;
    },
    level: (): Level => level,
    status: () => ({
      ...{ level, sinceMs, budgetBytes, ...measured },
      roomBytes: roomOf(measured, budgetBytes),
      daysLeft: daysLeft(),
    }),
  };
}
