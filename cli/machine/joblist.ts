import type { Job, JobGiven } from './unit.ts';

/** States of a job order in OPC 10031-4 v2. */
export const jobStates = {
  ...{ notAllowedToStart: 1, allowedToStart: 2, running: 3, interrupted: 4, ended: 5, aborted: 6 },
} as const;
const { notAllowedToStart, allowedToStart, running, interrupted, ended, aborted } = jobStates;

/** Answers of OPC 10031-4 v2: bits, of which the lowest says that there is no error. */
export const answers = { ok: 1n, unknown: 2n, wrongState: 8n, unable: 16n } as const;

type Way = Readonly<{ from: readonly number[]; to: number | 'gone' }>;
const open = [notAllowedToStart, allowedToStart];

/** What can be asked of a job that is known, by the method's name. */
export const ways = {
  Start: { from: [notAllowedToStart], to: allowedToStart },
  RevokeStart: { from: [allowedToStart], to: notAllowedToStart },
  Pause: { from: [running], to: interrupted },
  Resume: { from: [interrupted], to: running },
  Stop: { from: [running, interrupted], to: ended },
  Abort: { from: [...open, running, interrupted], to: aborted },
  Cancel: { from: open, to: 'gone' },
  Clear: { from: [ended, aborted], to: 'gone' },
} as const satisfies Record<string, Way>;
export type JobMethod = keyof typeof ways;

const jobsMax = 20;

type Outcome = Readonly<{ answer: bigint; jobs: readonly Job[] }>;

/** Largest job order that fits, bytes of JSON. */
const givenBytesMax = 2_500;

/** A new job, not allowed to start; or allowed at once. */
export function store(
  jobs: readonly Job[],
  id: string,
  start: boolean,
  given: JobGiven = {},
): Outcome {
  const taken = jobs.some((job) => job.id === id);
  const isLarge = Buffer.byteLength(JSON.stringify(given)) > givenBytesMax;
  if (taken || isLarge || jobs.length >= jobsMax || id === '') {
    return { answer: answers.unable, jobs };
  }
  const state = start ? allowedToStart : notAllowedToStart;
  return { answer: answers.ok, jobs: [...jobs, jobOf(id, state, given)] };
}

export const jobOf = (id: string, state: number, given: JobGiven = {}): Job => ({
  ...{ id, state, good: 0, scrap: 0, said: { good: 0, scrap: 0 }, beganMs: 0, endedMs: 0, given },
});

/** What becomes of the jobs when one is asked for something. */
export function ask(jobs: readonly Job[], id: string, method: JobMethod): Outcome {
  const job = jobs.find((one) => one.id === id);
  if (!job) return { answer: answers.unknown, jobs };
  const { from, to }: Way = ways[method];
  if (!from.includes(job.state)) return { answer: answers.wrongState, jobs };
  const others = jobs.filter((one) => one !== job);
  if (to === 'gone') return { answer: answers.ok, jobs: others };
  if (to === running && others.some(({ state }) => state === running)) {
    return { answer: answers.unable, jobs };
  }
  return {
    answer: answers.ok,
    jobs: jobs.map((one) => (one === job ? { ...job, state: to } : one)),
  };
}

/** The first that may start does, if none runs; undefined if nothing changes. */
export function runNext(jobs: readonly Job[]): readonly Job[] | undefined {
  if (jobs.some(({ state }) => state === running)) return undefined;
  const next = jobs.find(({ state }) => state === allowedToStart);
  const beganMs = Date.now();
  return next && jobs.map((job) => (job === next ? { ...job, state: running, beganMs } : job));
}
