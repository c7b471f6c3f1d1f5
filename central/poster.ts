import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/log.ts';
import { type Bell, nextTurn } from '../shared/loop.ts';
import type { Breaker } from './breaker.ts';
import type { Erp } from './erp.ts';
import type { Postings } from './postings.ts';
import type { Task } from './taking.ts';

/** While calls are in flight, the lanes are looked at again after this time, ms. */
const lookMs = 100;

type Parts = {
  postings: Postings;
  erp: Erp;
  breaker: Breaker;
  /** Most calls in flight, one a lane. */
  lanesMax: number;
  /** Rings when facts were accepted. */
  bell: Bell;
  /** With nothing to do, the lanes are looked at after this time, ms, or when one is due. */
  idleMs: number;
  /** Told when a posting has moved. */
  moved: () => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/**
 * Carries postings to the ERP until `signal` aborts, in order within a lane, lanes in parallel; the
 * forwarder's twin. Ends when the calls in flight have ended.
 *
 * What has landed meanwhile is settled, and the next intents are taken, in one transaction: a slow
 * disk makes the steps larger, not the lanes slower.
 */
export async function post(parts: Parts): Promise<void> {
  const { postings, breaker, lanesMax, bell, idleMs, moved, clock, signal } = parts;
  const flights = new Map<string, Promise<void>>();
  let landed: Landed[] = [];

  const settleAll = (): void => {
    for (const { lane, settle } of landed) {
      settle();
      flights.delete(lane);
    }
  };
  function step(): Task[] {
    const tasks = postings.together(() => {
      settleAll();
      const room = breaker.room(lanesMax - flights.size, flights.size);
      return signal.aborted || room === 0 ? [] : postings.next(new Set(flights.keys()), room);
    });
    if (landed.length > 0) moved();
    landed = [];
    return tasks;
  }

  while (!signal.aborted) {
    const seen = bell.rings();
    for (const task of step()) {
      const flight = call(parts, task).then((settle) => {
        landed.push({ lane: task.lane, settle });
      });
      flights.set(task.lane, flight);
    }
    if (flights.size >= lanesMax) await Promise.race(flights.values());
    else if (flights.size > 0)
      await Promise.race([...flights.values(), clock.sleep(lookMs, signal)]);
    else await bell.wait(seen, Math.min(idleMs, dueInMs(postings, breaker)), signal);
    await nextTurn();
  }
  await Promise.all(flights.values());
  step();
}

/** At least 1 ms, so that a lane that is due and cannot move does not spin. */
const dueInMs = (postings: Postings, breaker: Breaker): number =>
  Math.max(1, postings.dueInMs(), breaker.dueInMs());

/** A call that has ended, and what is to be written of it. */
type Landed = { lane: string; settle: () => void };

async function call({ postings, erp, breaker, log }: Parts, task: Task): Promise<Landed['settle']> {
  const { posting, lane } = task;
  const { key, kind } = posting;
  if (task.do === 'lookUp') {
    const found = await erp.lookup(posting);
    breaker.lookedUp(found);
    log.info({ lane, key, kind, found }, 'looked up what is unknown or queued');
    return () => postings.found(key, found);
  }
  const outcome = await erp.post(posting);
  breaker.posted(outcome);
  if (outcome.kind === 'queued') log.info({ lane, key, kind, outcome }, 'queued at the ERP');
  else if (outcome.kind !== 'posted') log.warn({ lane, key, kind, outcome }, 'not posted');
  return () => postings.settle(key, outcome);
}
