import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { type Bell, nextTurn } from '../../shared/loop.ts';
import type { Breaker } from '../erp/breaker.ts';
import type { Erp, Found, Outcome } from '../erp/erp.ts';
import { foundOutcome, outcomeOf } from '../erp/meter.ts';
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
  /** Where others share the ledger: whether what was taken is surely ours to send still. */
  isSafe?: (() => boolean) | undefined;
};

/**
 * Carries postings to the ERP until `signal` aborts, in order within a lane, lanes in parallel; the
 * forwarder's twin. Ends when the calls in flight have ended.
 *
 * What has landed meanwhile is settled, and the next intents are taken, in one transaction: a slow
 * disk makes the steps larger, not the lanes slower. A ledger that does not answer is asked again
 * with growing pauses; what was to be written then is written once it does.
 */
export async function post(parts: Parts): Promise<void> {
  const { postings, breaker, lanesMax, bell, idleMs, moved, clock, log, signal } = parts;
  const flights = new Map<string, Promise<void>>();
  let landed: Landed[] = [];
  let dueMs = 0; // time until something may be done, if nothing changes before
  let failures = 0; // transactions in a row of which it is not known whether they were committed

  function step(): Task[] {
    const busy = new Set(flights.keys());
    for (const { lane } of landed) busy.delete(lane);
    const tasks = postings.together(() => {
      for (const { settle } of landed) settle();
      if (failures > 0) postings.recover(busy);
      const room = breaker.room(lanesMax - busy.size, busy.size);
      return signal.aborted || room === 0 ? [] : postings.next(busy, room);
    });
    failures = 0;
    dueMs = dueInMs(postings, breaker);
    if (landed.length > 0) moved();
    for (const { lane } of landed) flights.delete(lane);
    landed = [];
    return tasks;
  }
  async function surely(): Promise<Task[]> {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      failures += 1;
      const delayMs = backoff(failures);
      log.warn(
        { reason: error.message, attempt: failures, delayMs },
        'postings wait for the ledger',
      );
      await clock.sleep(delayMs, signal);
      return [];
    }
  }

  while (!signal.aborted) {
    const seen = bell.rings();
    for (const task of await surely()) {
      const flight = call(parts, task).then((settle) => {
        landed.push({ lane: task.lane, settle });
      });
      flights.set(task.lane, flight);
    }
    if (flights.size >= lanesMax) await Promise.race(flights.values());
    else if (flights.size > 0)
      await Promise.race([...flights.values(), clock.sleep(lookMs, signal)]);
    else if (failures === 0) await bell.wait(seen, Math.min(idleMs, dueMs), signal);
    await nextTurn();
  }
  await Promise.all(flights.values());
  await surely();
}

/** At least 1 ms, so that a lane that is due and cannot move does not spin. */
const dueInMs = (postings: Postings, breaker: Breaker): number =>
  Math.max(1, postings.dueInMs(), breaker.dueInMs());

/** A call that has ended, and what is to be written of it. */
type Landed = { lane: string; settle: () => void };

async function call(parts: Parts, task: Task): Promise<Landed['settle']> {
  const { postings, erp, breaker, clock, log, isSafe } = parts;
  const { posting, lane } = task;
  const { key: postingKey, kind, eventId, order } = posting;
  const about = { lane, postingKey, kind, eventId, order };
  const beganMs = clock.monotonicMs();
  const tookMs = () => Math.round(clock.monotonicMs() - beganMs);
  const unlessLate = (outcome: string, written: boolean): void => {
    if (!written) log.error({ ...about, outcome }, 'another central has this lane by now');
  };
  if (task.do === 'lookUp') {
    const found = await erp.lookup(posting);
    breaker.lookedUp(found);
    const { outcome, document, reason } = { outcome: foundOutcome(found), ...wordsOf(found) };
    log.info({ ...about, outcome, document, reason, ms: tookMs() }, 'looked up at the ERP');
    return () => unlessLate(outcome, postings.found(postingKey, found));
  }
  const answer = await erp.post(posting, isSafe);
  // A call that a lease kept back says nothing of the ERP.
  if (isSafe?.() !== false) breaker.posted(answer);
  const { outcome, document, reason } = { outcome: outcomeOf(answer), ...wordsOf(answer) };
  const said = { outcome, document, reason, ms: tookMs() };
  if (answer.kind === 'posted') log.debug({ ...about, ...said }, 'posted');
  else if (answer.kind === 'queued') log.info({ ...about, ...said }, 'queued at the ERP');
  else log.warn({ ...about, ...said }, 'not posted');
  return () => unlessLate(outcome, postings.settle(postingKey, answer));
}

/** What is logged of an answer, beside what kind it is. */
function wordsOf(answer: Outcome | Found): { document?: string; reason?: string } {
  if (answer === undefined) return {};
  if (!('kind' in answer)) return answer.length === 0 ? {} : { document: answer.join(', ') };
  const { document, reason } = answer as { document?: string; reason?: string };
  return {
    ...(document === undefined ? {} : { document }),
    ...(reason === undefined ? {} : { reason }),
  };
}
