import type { Clock } from '../../shared/clock.ts';
import { openQueue, type Step } from '../simulate/queue.ts';

/**
 * Does at once all that promises have left to be done; a turn of Node's loop for every step would
 * cost far more.
 */
const settle = (process as unknown as { _tickCallback(): void })._tickCallback;
const world = { name: 'world', alive: true };
/** After so many steps the process gets a turn, for its signals and its output. */
const turnSteps = 10_000;

export type Time = ReturnType<typeof openTime>;

/** Virtual time, ms and fractions of them. Nothing in it depends on the machine that runs it. */
export function openTime() {
  const queue = openQueue();
  let nowMs = 0;
  let steps = 0;

  function after(ms: number, run: () => void): Step {
    const step = { atMs: nowMs + Math.max(0, ms), life: world, run, off: false, number: 0 };
    queue.add(step);
    return step;
  }

  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep(ms, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const end = () => {
          step.off = true;
          signal.removeEventListener('abort', end);
          resolve();
        };
        const step = after(ms, end);
        signal.addEventListener('abort', end);
      });
    },
  };

  /** Takes the next step, if it is due by then. */
  function take(untilMs: number): boolean {
    const step = queue.next();
    if (!step || step.atMs > untilMs) return false;
    queue.drop();
    if (step.off) return true;
    nowMs = Math.max(nowMs, step.atMs);
    steps += 1;
    step.run();
    settle();
    return true;
  }

  /** Takes many steps; false when there are no more. Promises are settled in no other place. */
  const turn = (untilMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      setImmediate(() => {
        settle();
        for (let count = 0; count < turnSteps; count++) if (!take(untilMs)) return resolve(false);
        resolve(true);
      });
    });

  return {
    ...{ after, clock },
    nowMs: () => nowMs,
    steps: () => steps,
    /** Lives until then. */
    async run(untilMs: number): Promise<void> {
      while (await turn(untilMs));
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}
