import { type Clock, systemClock } from './clock.ts';

/** Something to wait for that many may wait for and anybody may ring; a ring is never lost. */
export type Bell = ReturnType<typeof openBell>;

export function openBell(clock: Pick<Clock, 'sleep'> = systemClock) {
  let rings = 0;
  const waiting = new Set<() => void>();
  return {
    ring(): void {
      rings += 1;
      for (const wake of [...waiting]) wake();
    },
    /** How often it has rung; take this before looking for work, and hand it to `wait`. */
    rings: () => rings,
    /** Resolves at the next ring after `seen`, after `ms`, or when `signal` aborts. */
    async wait(seen: number, ms: number, signal: AbortSignal): Promise<void> {
      if (rings !== seen || signal.aborted) return;
      const over = new AbortController();
      const end = () => over.abort('rung');
      signal.addEventListener('abort', end, { once: true });
      waiting.add(end);
      await clock.sleep(ms, over.signal);
      signal.removeEventListener('abort', end);
      waiting.delete(end);
    },
  };
}

/** Runs a loop that ends only by its signal. A bug in it must stop the process, not the loop. */
export function keepRunning(loop: Promise<void>): Promise<void> {
  loop.catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
  return loop.catch(() => undefined);
}

/** Resolves when everything that is ready by now has had its turn. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
