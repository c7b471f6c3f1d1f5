import type { Time } from './time.ts';

type Job = { ms: number; done: () => void };
/** A process: what it has to do is done in the order it came, so much of it at once. */
export type Program = {
  /** `done` once the processor has worked on it for so long. */
  run(ms: number, done: () => void): void;
  /** Processor time so far, ms. */
  usedMs(): number;
  waiting(): number;
};

/**
 * A machine: its programs share its cores. Whoever has had least goes first, and nobody is
 * interrupted. `cores` need not be whole: what others use of them is not there, so that each is
 * slower.
 */
export function openMachine(time: Time, cores: number) {
  const whole = Math.max(1, Math.ceil(cores));
  const speed = cores / whole;
  const programs: { width: number; busy: number; usedMs: number; jobs: Job[]; at: number }[] = [];
  let busy = 0;

  type Own = (typeof programs)[number];
  const isReady = (one: Own): boolean => one.busy < one.width && one.at < one.jobs.length;

  function next(): Own | undefined {
    let least: Own | undefined;
    for (const one of programs) {
      if (isReady(one) && (least === undefined || one.usedMs < least.usedMs)) least = one;
    }
    return least;
  }

  function take({ jobs }: Own, one: Own): Job {
    const job = jobs[one.at++]!;
    if (one.at > 1_000 && one.at * 2 > jobs.length) {
      jobs.splice(0, one.at);
      one.at = 0;
    }
    return job;
  }

  function dispatch(): void {
    for (let one = next(); busy < whole && one; one = next()) {
      const program = one;
      const { ms, done } = take(program, program);
      busy += 1;
      program.busy += 1;
      program.usedMs += ms;
      time.after(ms / speed, () => {
        busy -= 1;
        program.busy -= 1;
        done();
        dispatch();
      });
    }
  }

  return {
    /** `width`: how many cores it can use at once; 1 for a program of Node. */
    program(width = 1): Program {
      const own = { width, busy: 0, usedMs: 0, jobs: [] as Job[], at: 0 };
      programs.push(own);
      return {
        run(ms, done): void {
          own.jobs.push({ ms, done });
          dispatch();
        },
        usedMs: () => own.usedMs,
        waiting: () => own.jobs.length - own.at,
      };
    },
  };
}
