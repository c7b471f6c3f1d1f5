import { backoff } from '../shared/backoff.ts';
import type { Clock } from '../shared/clock.ts';
import type { Database } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import type { Logger } from '../shared/log.ts';
import { openBell } from '../shared/loop.ts';
import type { Leases } from './posting/leases.ts';
import type { Postings } from './posting/postings.ts';
import type { Turns } from './sql/turns.ts';

/** How often it is looked whether another central has written, ms. */
const lookMs = 200;
/** Renewed so often while a lease lasts. */
const renewals = 4;

type Parts = {
  db: Database;
  turns: Pick<Turns, 'look'>;
  leases: Leases;
  leaseMs: number;
  postings: Pick<Postings, 'takeOver'>;
  /** Told when another central has written. */
  foreign: () => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};
/** Runs a loop for as long as it is this central that does it for all, again and again. */
export type WhileOnDuty = (work: (signal: AbortSignal) => Promise<void>) => Promise<void>;

/**
 * Keeps what is leased to this central, takes over what others have lost, and tells what they have
 * written. The first look is over when this returns.
 */
export function openWatch(parts: Parts) {
  const { db, turns, leases, leaseMs, postings, foreign, clock, log, signal } = parts;
  const changed = openBell(clock);
  let duty: AbortController | undefined;
  let renewMs = Number.NEGATIVE_INFINITY; // when leases are to be renewed

  const renew = db.transaction(() => ({
    granted: leases.renew(),
    ended: postings.takeOver(),
    isOnDuty: leases.isOnDuty(),
  }));

  function mindDuty(isOnDuty: boolean): void {
    if (isOnDuty === (duty !== undefined)) return;
    duty?.abort('another central reads the hub');
    duty = isOnDuty ? new AbortController() : undefined;
    log.info({ isOnDuty }, 'which central reads the hub has changed');
    changed.ring();
  }

  function look(): void {
    if (turns.look()) foreign();
    if (clock.monotonicMs() < renewMs) return;
    const { granted, ended, isOnDuty } = renew.immediate();
    leases.grant(granted.untilMs);
    renewMs = clock.monotonicMs() + leaseMs / renewals;
    if (!granted.isKnown) log.warn('this central had no leases: it is new, or stood still');
    if (ended > 0) {
      log.warn({ leases: ended }, 'the leases of other centrals were over: taken over');
      foreign();
    }
    mindDuty(isOnDuty);
  }
  look();

  return {
    /** Until `signal` aborts. A ledger that does not answer is asked more and more seldom. */
    async keep(): Promise<void> {
      for (let failures = 0; !signal.aborted; ) {
        await clock.sleep(failures === 0 ? lookMs : backoff(failures), signal);
        try {
          if (!signal.aborted) look();
          failures = 0;
        } catch (error) {
          if (!(error instanceof Fault && error.retry)) throw error;
          failures += 1;
          log.warn({ reason: error.message, attempt: failures }, 'the ledger does not answer');
        }
      }
    },
    whileOnDuty: (async (work) => {
      while (!signal.aborted) {
        const seen = changed.rings();
        const own = duty;
        if (!own) await changed.wait(seen, leaseMs, signal);
        else {
          await work(AbortSignal.any([signal, own.signal]));
          if (!own.signal.aborted) return; // it has ended by itself
        }
      }
    }) satisfies WhileOnDuty,
    /** Lets others have what is ours at once. */
    leave(): void {
      try {
        db.transaction(() => leases.end()).immediate();
      } catch (error) {
        if (!(error instanceof Fault)) throw error; // then they wait until the lease is over
      }
    },
  };
}
