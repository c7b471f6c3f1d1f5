import type { CertificateStanding } from '../shared/pki.ts';
import type { Manned } from './manned.ts';

/** What is told of an edge, by itself or by its store. */
export type Told = Readonly<{
  nowMs: number;
  central?: { atMs: number; skewMs: number; roundTripMs: number } | null;
  unsent: number;
  oldestUnsentMs: number | null;
  lines: readonly {
    line: string;
    failure: string | null;
    orphans: number;
    head: number;
    unsent: number;
    waiting: number;
    commandsWait?: { count: number; reason: string } | null; // absent in what older edges tell
    way: { state: string; sinceMs: number; detail?: string };
  }[];
  holds: readonly {
    hold: string;
    line: string;
    reason: string;
    placedBy: string;
    origin?: 'central';
    placedMs: number;
    reviewedBy?: string;
  }[];
  disk?: {
    level: string;
    roomBytes: number;
    budgetBytes: number;
    walBytes: number;
    daysLeft: number | null;
  };
  clock?: { state: string; says: string };
  retention?: { keepDays: number; days: number; forgotten: number; waitsFor: string | null };
  program?: { release: string; charts: string; journalMode: string; synchronous: number };
  charts?: string | null;
  people?: Manned;
  certificates?: readonly CertificateStanding[];
}>;

/** Something that a person should know, and what to do next. */
export type Symptom = Readonly<{
  level: 'bad' | 'warn';
  about: string;
  says: string;
  next: string;
}>;

/** Who asks: the names that are put into what to type next, and the release that asks. */
export type Asker = Readonly<{
  store?: string;
  edge?: string;
  release: string;
  charts: string;
}>;

export type Look = (told: Told, asker: Asker) => readonly Symptom[];

export const fileOf = ({ store }: Asker): string => store ?? 'FILE';
