import type { Found, Outcome } from '../erp/erp.ts';
import type { Lanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import type { openOutcomes } from './outcomes.ts';
import type { PostingRow, Queue } from './queue.ts';

type Parts = {
  queue: Queue;
  lanes: Lanes;
  outcomes: ReturnType<typeof openOutcomes>;
  leases: Leases | undefined;
  waitMs: () => number;
  maxInFlightMs: number;
};

/**
 * Calls that are out, and whose they are. Alone, all of them are ours; beside other centrals, those
 * in the lanes that we lease. Everything here is called within a transaction.
 */
export function openFlights({ queue, lanes, outcomes, leases, waitMs, maxInFlightMs }: Parts) {
  /**
   * Writes what came of a call if it is ours to write: our lane still, and the posting as we left
   * it. Then the lane is free for whoever comes first, unless something in it waits by our time.
   */
  function unlessOver(
    key: string,
    left: PostingRow['state'][],
    write: (row: PostingRow) => PostingRow,
  ): boolean {
    const row = queue.one(key)!;
    if (!leases) {
      write(row);
      return true;
    }
    if (!left.includes(row.state) || !leases.isMine(row.lane)) return false;
    const { state, notBeforeMs } = write(row);
    const isOver = state === 'posted' || state === 'parked' || state === 'void';
    if (isOver || notBeforeMs === 0) leases.release(row.lane);
    return true;
  }

  /**
   * What a central has left behind in a lane waits anew, by our time: ours is that lane then. A
   * lease longer than after a death, as it may have begun a call until its own time said stop,
   * whatever the server's clock has done.
   */
  function inherit(lane: string, why: string): void {
    const flying = queue.flying(lane);
    if (flying?.state === 'sending') outcomes.doubt(flying, why);
    queue.waitAnew(waitMs() + maxInFlightMs + leases!.leaseMs, lane);
    if (flying) leases!.hold(lane);
    else leases!.release(lane);
    lanes.rouse(lane);
  }

  return {
    /** At the start. Alone, whatever was out is in doubt; beside others, that is seen later. */
    begin(): void {
      if (leases) {
        leases.renew();
        lanes.rouseAll();
        return;
      }
      // Nobody knows how long the outage was: the day may have been set meanwhile.
      queue.waitAnew(waitMs() + maxInFlightMs);
      for (const row of queue.sending()) outcomes.doubt(row, 'central ended before the answer');
      lanes.rouseAll();
    },

    settle: (key: string, outcome: Outcome): boolean =>
      unlessOver(key, ['sending'], (row) => outcomes.settle(row, outcome)),
    found: (key: string, found: Found): boolean =>
      unlessOver(key, ['unknown', 'queued'], (row) => outcomes.found(row, found)),

    /**
     * A transaction of ours was undone, or it was not: intents that it has committed were never
     * sent, as nobody was told of them. What is `sending` in a lane of ours that is not in `busy`
     * is in doubt, and is looked up.
     */
    recover(busy: ReadonlySet<string>): void {
      for (const lane of leases?.of(leases.boot) ?? []) {
        if (!busy.has(lane)) inherit(lane, 'whether it was to be sent was not known');
      }
    },

    takeOver(): number {
      const ended = leases?.ended() ?? [];
      for (const holder of ended) {
        const left = leases!.of(holder);
        leases!.strike(holder);
        for (const lane of left) inherit(lane, 'the central that sent it ended, or stood still');
      }
      return ended.length;
    },
  };
}
