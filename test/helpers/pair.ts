// Two centrals on one ledger in one world: each posts in its own loops, and each may die or stand
// still at any moment.
import pino from 'pino';
import { openBreaker } from '../../central/erp/breaker.ts';
import { openLeases } from '../../central/posting/leases.ts';
import { post } from '../../central/posting/poster.ts';
import { turnsOf } from '../../central/sql/turns.ts';
import { openWatch } from '../../central/watch.ts';
import type { Clock } from '../../shared/clock.ts';
import { openBell } from '../../shared/loop.ts';
import { openSide, type Side } from './central.ts';
import type { moodyErp } from './moody.ts';

const log = pino({ level: 'silent' });
export const leaseMs = 8_000;

type Parts = {
  path: string;
  clock: Clock;
  maxInFlightMs: number;
  erp: ReturnType<typeof moodyErp>;
};

/** Stands still while it is asked to; whatever ends meanwhile is noticed after. */
function openPause(clock: Clock) {
  let still: Promise<void> | undefined;
  let goOn = (): void => undefined;
  const own: Clock = {
    ...clock,
    async sleep(ms, signal) {
      await clock.sleep(ms, signal);
      await still;
    },
  };
  return {
    clock: own,
    awake: async (): Promise<void> => still,
    stop(): void {
      still = new Promise((resolve) => {
        goOn = resolve;
      });
    },
    go(): void {
      still = undefined;
      goOn();
    },
  };
}

export type Central = ReturnType<typeof startCentral>;
let boots = 0;

/** A central that posts until it dies; dead it hears no answer, and its leases are left behind. */
export function startCentral({ path, clock, maxInFlightMs, erp }: Parts) {
  const pause = openPause(clock);
  const own = pause.clock;
  const time = {
    get nowMs() {
      return clock.nowMs();
    },
  };
  const boot = `boot_${++boots}`;
  const { monotonicMs, nowMs } = clock;
  const times = { leaseMs, monotonicMs, serverMs: nowMs };
  let leases: ReturnType<typeof openLeases>;
  const side: Side = openSide(path, maxInFlightMs, time, [], (db) => {
    leases = openLeases({ db, boot, ...times });
    return leases;
  });
  const stop = new AbortController();
  const { signal } = stop;
  const bell = {
    ...openBell(),
    wait: (_: number, ms: number) => own.sleep(Math.min(ms, 1_000), signal),
  };
  const heard =
    <A extends unknown[]>(work: (...args: A) => boolean) =>
    (...args: A): boolean =>
      signal.aborted || work(...args);
  const { postings } = side;
  const turns = turnsOf(side.db)!;
  const watch = openWatch({
    ...{ db: side.db, turns, leases: leases!, leaseMs, postings },
    ...{ foreign: () => undefined, clock: own, log, signal },
  });
  const { post: send, lookup, ...port } = erp.erpFor(signal);
  const loops = [
    watch.keep(),
    post({
      postings: { ...postings, settle: heard(postings.settle), found: heard(postings.found) },
      erp: {
        ...port,
        // A call that is out goes on while its central stands still.
        post: async (posting, isSafe) => {
          const outcome = await send(posting, isSafe);
          await pause.awake();
          return outcome;
        },
        lookup: async (posting) => {
          const found = await lookup(posting);
          await pause.awake();
          return found;
        },
      },
      breaker: openBreaker({ nowMs, waitMs: nowMs, log }),
      ...{ lanesMax: 2, bell, idleMs: 1_000, moved: () => undefined, isSafe: leases!.isSafe },
      ...{ clock: own, log, signal },
    }),
  ];

  return {
    ...{ side, boot, stop: pause.stop, go: pause.go },
    /** Nothing is written from now on; its leases run out. */
    async die(): Promise<void> {
      stop.abort('dead');
      pause.go();
      await Promise.all(loops);
      side.db.close();
    },
  };
}
