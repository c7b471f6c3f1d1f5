import type { Clock } from '../../shared/clock.ts';
import { random } from '../helpers/random.ts';
import type { Life } from './life.ts';
import { openQueue, type Step } from './queue.ts';

export type World = ReturnType<typeof openWorld>;

const realImmediate = globalThis.setImmediate;
/**
 * Does at once all that promises have left to be done, and tells of rejections that nobody handles.
 * Node does it by itself after each callback; a turn of its loop for every step costs far more.
 */
const settle = (process as unknown as { _tickCallback(): void })._tickCallback;
/** After so many steps the process gets a turn, for its signals and its output. */
const turnEvery = 1_000;

/** Told when something that lives throws what nobody handles. */
type Thrown = (life: Life, error: unknown) => void;

/**
 * Virtual time. One step is one callback of one life and everything that follows from it at once;
 * then comes the next in time. Nothing here depends on the machine, so a seed tells everything.
 */
export function openWorld(seed: number, thrown: Thrown) {
  const queue = openQueue();
  const soon: Step[] = [];
  const nature: Life = { name: 'world', alive: true };
  const lines: string[] = [];
  let nowMs = 0;
  let current = nature;
  let steps = 0;
  let digest = seed | 0;

  const mix = (word: number): void => {
    digest = Math.imul(digest ^ word, 0x01000193);
    digest ^= digest >>> 15;
  };

  function after(life: Life, ms: number, run: () => void): Step {
    const step = { atMs: nowMs + Math.max(0, Math.ceil(ms)), life, run, off: false, number: 0 };
    if (life.alive) queue.add(step);
    return step;
  }

  /** The clock of one life, whose day is `offsetMs` off and may step; no day is before 1970. */
  const clockOf = (life: Life, wall: { offsetMs: number }): Clock => ({
    nowMs: () => Math.max(0, epochMs + nowMs + wall.offsetMs),
    monotonicMs: () => nowMs,
    sleep(ms, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const end = () => {
          step.off = true;
          signal.removeEventListener('abort', end);
          resolve();
        };
        const step = after(life, ms, end);
        signal.addEventListener('abort', end, { once: true });
      });
    },
  });

  function take(step: Step): void {
    if (step.off || !step.life.alive || step.life.fuse?.()) return;
    current = step.life;
    steps += 1;
    mix(nowMs);
    mix(step.life.name.length + step.life.name.charCodeAt(step.life.name.length - 1));
    try {
      step.run();
    } catch (error) {
      thrown(step.life, error);
    }
    settle();
  }

  /** Takes the steps of one turn; false when there are no more. */
  const turn = (endMs: number, done: () => boolean): Promise<boolean> =>
    new Promise((resolve) => {
      realImmediate(() => {
        for (let count = 0; count < turnEvery; count++) {
          if (done()) return resolve(false);
          const step = soon.shift() ?? due(endMs);
          if (!step) return resolve(false);
          take(step);
        }
        resolve(true);
      });
    });

  /** The next step in time, which is now. */
  function due(endMs: number): Step | undefined {
    const step = queue.next();
    if (!step || step.atMs > endMs) return undefined;
    nowMs = Math.max(nowMs, step.atMs);
    queue.drop();
    return step;
  }

  return {
    ...{ nature, after, clockOf, mix },
    nowMs: () => nowMs,
    steps: () => steps,
    digest: () => (digest >>> 0).toString(16).padStart(8, '0'),
    current: () => current,
    dice: (name: string) => random(hashOf(name, seed)),

    /** A line of the trace. */
    say(text: string): void {
      for (let index = 0; index < text.length; index++) mix(text.charCodeAt(index));
      lines.push(`${clockText(nowMs)}  ${text}`);
    },
    trace: (): readonly string[] => lines,

    /** Lets time pass until `done`, looked at after every step, or to the end of `ms`. */
    async run(ms: number, done: () => boolean): Promise<void> {
      const endMs = nowMs + ms;
      const wait = (work: (...args: unknown[]) => void, ...args: unknown[]) => {
        const step = {
          atMs: nowMs,
          life: current,
          run: () => work(...args),
          off: false,
          number: 0,
        };
        soon.push(step);
        return step as unknown as NodeJS.Immediate;
      };
      const unhandled = (error: unknown) => thrown(current, error);
      globalThis.setImmediate = wait as typeof setImmediate;
      process.on('unhandledRejection', unhandled);
      try {
        while (await turn(endMs, done));
        nowMs = done() ? nowMs : endMs;
      } finally {
        globalThis.setImmediate = realImmediate;
        process.off('unhandledRejection', unhandled);
      }
    },
  };
}

/** The day on which every simulation begins. */
export const epochMs = Date.UTC(2026, 2, 27, 5);

export function hashOf(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Virtual time as hours, minutes, seconds and ms. */
export function clockText(ms: number): string {
  const pad = (value: number, size = 2) => `${Math.floor(value)}`.padStart(size, '0');
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1_000) % 60];
  return `${pad(hours, 3)}:${pad(minutes)}:${pad(seconds)}.${pad(ms % 1_000, 3)}`;
}
