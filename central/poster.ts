import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/log.ts';
import type { Bell } from '../shared/loop.ts';
import type { Erp } from './erp.ts';
import type { Postings, Task } from './postings.ts';

/** With nothing to do, the lanes are looked at again after this time, ms. */
const idleMs = 100;

type Parts = {
  postings: Postings;
  erp: Erp;
  /** Most calls in flight, one a lane. */
  lanesMax: number;
  /** Rings when facts were accepted. */
  bell: Bell;
  /** Told when a posting has moved. */
  moved: () => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/**
 * Carries postings to the ERP until `signal` aborts, in order within a lane, lanes in parallel; the
 * forwarder's twin. Ends when the calls in flight have ended.
 */
export async function post(parts: Parts): Promise<void> {
  const { postings, lanesMax, bell, clock, signal } = parts;
  const flights = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    const seen = bell.rings();
    const tasks = postings.next(new Set(flights.keys()), lanesMax - flights.size);
    for (const task of tasks) {
      const flight = call(parts, task).finally(() => flights.delete(task.lane));
      flights.set(task.lane, flight);
    }
    if (flights.size >= lanesMax) await Promise.race(flights.values());
    else if (flights.size > 0)
      await Promise.race([...flights.values(), clock.sleep(idleMs, signal)]);
    else await bell.wait(seen, idleMs, signal);
  }
  await Promise.all(flights.values());
}

async function call({ postings, erp, moved, log }: Parts, task: Task): Promise<void> {
  const { posting, lane } = task;
  const { key, kind } = posting;
  if (task.do === 'lookUp') {
    const documents = await erp.lookup(posting);
    log.info({ lane, key, kind, documents }, 'an unknown outcome was looked up');
    postings.found(key, documents);
  } else {
    const outcome = await erp.post(posting);
    if (outcome.kind !== 'posted') log.warn({ lane, key, kind, outcome }, 'not posted');
    postings.settle(key, outcome);
  }
  moved();
}
