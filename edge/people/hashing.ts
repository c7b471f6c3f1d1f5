import { Fault } from '../../shared/fault.ts';

/** Slow hashes at once: the other cores are the plant's. */
const atOnce = 2;
/** Most people who wait for theirs. */
const waitingMax = 64;

/** Runs slow hashes off the event loop, a few at a time. Throws Fault FULL where too many wait. */
export function openHashing() {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= waitingMax) {
        throw new Fault('FULL', `session: ${waitingMax} people wait to be let in already`);
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
