import type { Erp, Found, Outcome, Posting, Queued } from '../../central/erp/erp.ts';
import type { Clock } from '../../shared/clock.ts';
import type { random } from './random.ts';

type Parts = Readonly<{
  clock: Clock;
  dice: ReturnType<typeof random>;
  maxInFlightMs: number;
  /** Odds that a call goes wrong, 0 to 1; may change while it runs. */
  odds: () => number;
  /** What comes late comes within `maxInFlightMs` of the asking, not of the end of the call. */
  fromAsking?: boolean;
}>;
/** A document in the books; the place in the list is the order of the commits. */
export type Entry = Readonly<{ posting: Posting; askedMs: number; committedMs: number }>;
type Late = Readonly<{ posting: Posting; askedMs: number; atMs: number; queued?: boolean }>;

const timeoutMs = 10_000;
const unknown: Outcome = { kind: 'unknown', reason: 'no answer' };
const inQueue: Queued = { kind: 'queued', ticket: 'Q', reason: 'waits its turn' };

/**
 * An ERP in every mood: it refuses, is busy, drops requests, commits and loses the answer, or
 * commits late: after the call has ended, but within `maxInFlightMs`; or it queues what it takes,
 * and commits it minutes later.
 */
export function moodyErp({ clock, dice, maxInFlightMs, odds, fromAsking = false }: Parts) {
  const books: Entry[] = [];
  let late: Late[] = [];
  const refused = new Set<string>();

  function commit(posting: Posting, askedMs: number, committedMs = clock.nowMs()): string {
    books.push({ posting, askedMs, committedMs });
    return `D${books.length}`;
  }
  /** Puts into the books whatever has been committed by now. */
  function ripen(): void {
    const ripe = late.filter(({ atMs }) => atMs <= clock.nowMs());
    late = late.filter((item) => !ripe.includes(item));
    for (const { posting, askedMs, atMs } of ripe) commit(posting, askedMs, atMs);
  }
  /** The call ends, and nobody knows yet what comes of it. */
  function leave(posting: Posting, askedMs: number): Outcome {
    if (dice.chance(0.6)) {
      const fromMs = fromAsking ? askedMs : clock.nowMs();
      const atMs = Math.max(clock.nowMs(), fromMs + dice.below(maxInFlightMs));
      late.push({ posting, askedMs, atMs });
    }
    return unknown;
  }

  /** It is in the queue; the answer that says so may be lost. */
  function enqueue(posting: Posting, askedMs: number): Outcome {
    late.push({ posting, askedMs, atMs: clock.nowMs() + dice.below(300_000), queued: true });
    return dice.chance(0.3) ? unknown : inQueue;
  }

  async function wrong(posting: Posting, signal: AbortSignal): Promise<Outcome> {
    const askedMs = clock.nowMs();
    const mood = dice.below(5);
    if (mood === 4) return enqueue(posting, askedMs);
    if (mood === 0 && !refused.has(posting.key)) {
      refused.add(posting.key); // once: a person will say "again"
      return { kind: 'refused', code: 'M3/999', reason: 'master data' };
    }
    if (mood <= 1) {
      const retryAfterMs = dice.below(3_000);
      return { kind: 'busy', reason: 'locked', ...(dice.chance(0.5) ? { retryAfterMs } : {}) };
    }
    const executed = mood === 2;
    if (executed) commit(posting, askedMs);
    await clock.sleep(dice.below(timeoutMs), signal);
    return executed ? unknown : leave(posting, askedMs);
  }

  /** As one client sees it that dies when `signal` aborts; its calls may go on without it. */
  const erpFor = (signal: AbortSignal): Erp => ({
    name: 'moody',
    maxInFlightMs,
    unfit: () => undefined,
    async post(posting, isSafe = () => true) {
      ripen();
      if (!isSafe()) return { kind: 'busy', reason: 'not sent' };
      if (dice.chance(odds())) return wrong(posting, signal);
      const askedMs = clock.nowMs();
      await clock.sleep(dice.below(200), signal);
      if (signal.aborted) return leave(posting, askedMs);
      return { kind: 'posted', document: commit(posting, askedMs) };
    },
    async lookup({ key }): Promise<Found> {
      await clock.sleep(dice.below(50), signal);
      ripen();
      if (dice.chance(odds())) return undefined;
      if (late.some(({ posting, queued }) => queued && posting.key === key)) return inQueue;
      return books.flatMap(({ posting }, at) => (posting.key === key ? [`D${at + 1}`] : []));
    },
  });
  return { erpFor, books, ripen };
}
