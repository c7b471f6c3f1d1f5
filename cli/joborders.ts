import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../shared/fault.ts';
import { jsonHeaders } from './drive.ts';
import type { Ears, HeardJob, Pieces } from './ears.ts';
import type { Asked } from './floor.ts';
import type { Park } from './park.ts';
import type { Work } from './tasks.ts';

/** Most operations that become jobs; each asks for three things, and a machine is asked slowly. */
const jobsMax = 4;
/** Each thing that is asked of a machine must be seen there within this time, ms. */
const seenMaxMs = 60_000;
const none = { good: '0', scrap: '0' };
const planner = 'person:4998';

type Parts = Readonly<{
  commands: Iterable<Asked>;
  park: Park;
  ears: Ears;
  edgeUrl: () => string;
  /** Somebody may go on. */
  changed(): void;
  say(line: string): void;
  signal: AbortSignal;
}>;
type Job = Made & {
  line: string;
  order: string;
  operation: string;
  state: 'planned' | 'ready' | 'over';
};
/** Pieces of it that its unit has made. */
type Made = { good: number; scrap: number };

/**
 * Gives jobs to the machine that takes some: an operation's job is stored and started there before
 * its first run, and over after its last. Its result must say what was booked. One at a time.
 */
export function openJobOrders(parts: Parts) {
  const { commands, park, ears, edgeUrl, changed, say, signal } = parts;
  const place = park.places.find(({ kind }) => kind.jobs)!;
  const works: Promise<void>[] = [];
  const failures: string[] = [];
  const planned = jobsOf(commands, place.line);
  const jobs = new Map(planned.map((job) => [nameOf(job), job]));
  const overs = new Map(planned.map((job) => [job, Promise.withResolvers<void>()]));
  let given = 0;
  let done = 0;

  /** Asks until it is taken: a machine that is not heard now takes nothing. */
  async function ask(action: string, { line, order, operation }: Job): Promise<void> {
    const body = { line, unit: 'lane1', order, operation, action, by: planner };
    const deadlineMs = performance.now() + seenMaxMs;
    for (;;) {
      const response = await fetch(new URL('/v1/machines/jobs', edgeUrl()), {
        method: 'POST',
        headers: jsonHeaders(),
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
      }).catch(() => undefined);
      if (response?.ok) return;
      if (performance.now() > deadlineMs) {
        throw new Fault('UNREACHABLE', `${action} was not taken: ${await response?.text()}`);
      }
      await delay(250, undefined, { signal });
    }
  }
  const until = async (job: Job, what: string, is: (row: HeardJob) => boolean): Promise<void> => {
    const name = nameOf(job);
    let last: HeardJob | undefined;
    const isSeen = await ears.until(({ jobs }) => {
      last = jobs.find((row) => row.job === name);
      return last !== undefined && is(last);
    }, seenMaxMs);
    if (isSeen) return;
    const { state, outcome, result, booked } = last ?? {};
    const was = JSON.stringify({ state, outcome, result: piecesOf(result), booked });
    throw new Fault('UNREACHABLE', `job ${name}: ${what} was not seen; was ${was}`);
  };
  signal.addEventListener('abort', () => planned.forEach(end), { once: true });
  const end = (job: Job): void => {
    job.state = 'over';
    overs.get(job)!.resolve();
    changed();
  };
  const does = (job: Job, work: Promise<void>): void => {
    works.push(
      work.catch((error: Error) => {
        if (!signal.aborted) failures.push(error.message);
        end(job);
      }),
    );
  };

  /** After the job before it in the plant's order, whatever is answered first. */
  async function give(job: Job): Promise<void> {
    const before = planned[planned.indexOf(job) - 1];
    if (before) await overs.get(before)!.promise;
    for (const action of ['Store', 'Start']) {
      await ask(action, job);
      await until(job, action, ({ outcome }) => outcome === `done: ${action}`);
    }
    say(`⚙ ${place.code} has job ${nameOf(job)}: stored and started over OPC UA`);
    job.state = 'ready';
    changed();
  }
  async function take(job: Job): Promise<void> {
    await until(job, 'running', ({ state }) => state === 'Running');
    const { good, scrap } = job;
    const says = { saysGood: good, saysScrap: scrap };
    await park.unit(job.line, 1).perform('endJob', { good: true, ...says });
    await until(job, 'its result', ({ state, result }) => result !== null && state === null);
    const isIt = (one: Pieces | null, wanted: Made) =>
      one?.good === `${wanted.good}` && one.scrap === `${wanted.scrap}`;
    // Rework may come to the operation after the job's end, and is booked there as well.
    const is = ({ result, booked }: HeardJob): boolean =>
      isIt(result, { good, scrap }) && isIt(booked ?? none, job);
    await until(job, `a result of ${good} good and ${scrap} scrap, and as much booked`, is);
    done += 1;
    end(job);
  }

  return {
    /** Commands that the edge has answered: a planned operation begins there, or ends. */
    answered(batch: readonly Asked[]): void {
      for (const { command, expectRefused } of batch) {
        const job = jobs.get(nameOf(command));
        if (expectRefused || !job) continue;
        if (command.type === 'StartOperation') {
          given += 1;
          does(job, give(job));
        } else if (command.type === 'CompleteOperation' && job.state === 'ready') {
          does(job, take(job));
        }
      }
    },

    /** A machine has made this. */
    made(work: Work): void {
      if ('state' in work || work.line !== place.line || work.lane !== 1) return;
      const job = jobs.get(work.of);
      if (!job) return;
      job.good += work.good / 1_000;
      job.scrap += work.scrap / 1_000;
    },

    /** False for a run of an operation whose job is not at the machine yet. */
    isFree: ({ command }: Asked): boolean =>
      command.type !== 'StartPhase' || jobs.get(nameOf(command))?.state !== 'planned',

    /** Resolves once every job that was given is gone again, or why one is not is known. */
    async ended(): Promise<{ given: number; done: number; failures: readonly string[] }> {
      while (works.length > 0) await works.shift();
      const left = (await park.unit(place.line, 1).truth()).jobs;
      if (left.length > 0) failures.push(`${place.code} still has ${left.length} jobs`);
      return { given, done, failures };
    },
  };
}
const piecesOf = (said?: Pieces | null) => said && { good: said.good, scrap: said.scrap };
export type JobOrders = ReturnType<typeof openJobOrders>;

const nameOf = ({ order, operation }: { order?: string; operation?: string }): string =>
  `${order}/${operation}`;

/** The first operations of a line that end, and do not overlap: one job at a time. */
export function jobsOf(commands: Iterable<Asked>, of: string): Job[] {
  const jobs: Job[] = [];
  let open: string | undefined;
  for (const { command, expectRefused } of commands) {
    const { line, type, order, operation } = command;
    if (expectRefused || line !== of || order === undefined || operation === undefined) continue;
    const name = nameOf(command);
    if (type === 'CompleteOperation' && name === open) open = undefined;
    if (type !== 'StartOperation' || open !== undefined || jobs.length >= jobsMax) continue;
    open = name;
    jobs.push({ line, order, operation, state: 'planned', good: 0, scrap: 0 });
  }
  return open === undefined ? jobs : jobs.slice(0, -1);
}
