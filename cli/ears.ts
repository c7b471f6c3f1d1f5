import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../shared/fault.ts';
import { read } from './drive.ts';

/** What an edge says of its machines, as far as it is read here. */
export type Heard = Readonly<{
  nowMs: number;
  lines: readonly HeardLine[];
  unattributedRows: number;
  jobs: readonly HeardJob[];
}>;
export type HeardLine = Readonly<{
  line: string;
  link: string;
  sinceMs: number;
  detail: string | null;
  units: readonly Readonly<{
    unit: string;
    state: string | null;
    counters: readonly Readonly<{ counter: string; counted: string }>[];
  }>[];
}>;
export type HeardJob = Readonly<{
  line: string;
  job: string;
  state: string | null;
  outcome: string | null;
  result: Pieces | null; // what the machine says that it came to
  booked: Pieces | null; // what its counters have led to
}>;
export type Pieces = Readonly<{ good: string; scrap: string }>;

/** The edge is asked again so soon while somebody waits, ms. */
const pollMs = 25;
/** After so long on a link that is live, its counters belong to the runs that are open, ms. */
const calmMs = 2_200;

type Wait = {
  is: (heard: Heard) => boolean;
  deadlineMs: number;
  done: (is: boolean) => void;
};

/** Waits for what the edge has heard, one question at a time for all who wait. */
export function openEars(edgeUrl: () => string, signal: AbortSignal) {
  let waits: Wait[] = [];
  let isAsking = false;

  async function ask(): Promise<void> {
    isAsking = true;
    while (waits.length > 0) {
      const heard = await read<Heard>(edgeUrl(), '/v1/machines').catch((error: unknown) => {
        if (error instanceof Fault) return undefined; // it is down; asked again
        throw error;
      });
      const nowMs = performance.now();
      waits = waits.filter(({ is, deadlineMs, done }) => {
        const isSo = heard !== undefined && is(heard);
        if (!isSo && nowMs < deadlineMs && !signal.aborted) return true;
        done(isSo);
        return false;
      });
      if (waits.length > 0) await delay(pollMs);
    }
    isAsking = false;
  }

  return {
    /** Resolves with true once it is so, with false after `maxMs` or when all ends. */
    until: (is: Wait['is'], maxMs: number): Promise<boolean> =>
      new Promise((resolve, reject) => {
        waits.push({ is, deadlineMs: performance.now() + maxMs, done: resolve });
        if (!isAsking) ask().catch(reject);
      }),
  };
}
export type Ears = ReturnType<typeof openEars>;

/** True once pieces that these lines make belong to the runs that are open then. */
export const isCalm =
  (of: readonly string[]) =>
  ({ nowMs, lines }: Heard): boolean =>
    lines
      .filter(({ line }) => of.includes(line))
      .every(({ link, sinceMs }) => link === 'live' && nowMs - sinceMs > calmMs);
