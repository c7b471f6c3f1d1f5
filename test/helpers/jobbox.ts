import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobContent } from '../../edge/machine/content.ts';
import { type Docket, openDocket } from '../../edge/machine/docket.ts';
import type { JobAction, JobState } from '../../edge/machine/job.ts';
import { openJobDesk } from '../../edge/machine/jobdesk.ts';
import type { Sent } from '../../edge/machine/jobmap.ts';
import { openJobWork } from '../../edge/machine/jobwork.ts';
import type { JobPort, JobResponse } from '../../edge/machine/port.ts';
import { openVersions } from '../../edge/machine/release.ts';
import type { Plain } from '../../edge/machine/sample.ts';
import type { Address } from '../../edge/machine/tags.ts';
import { openLog } from '../../shared/log.ts';
import { running } from './machinebox.ts';
import { m01 } from './shop.ts';

const rows = readFileSync(
  join(import.meta.dirname, '../data/transitions/isa95_job_order_opc10031_4_v2.csv'),
  'utf8',
)
  .split('\n')
  .map((line) => line.split(','))
  .filter(([machine]) => machine === 'isa95_job_order');
/** Where OPC 10031-4 v2 has a job go, if it knows the way. */
export const standard = (action: string, state: JobState | undefined) =>
  rows.find(([, from, event]) => event === action && from === (state ?? '(none)'))?.[3];

const all = 'Store, Start, RevokeStart, Pause, Resume, Clear';
export const mapped = (allow = all, perMinute = 60) =>
  `    jobs: { object: "/m:Jobs", allow: [${allow}], perMinute: ${perMinute} }\n`;

/** A line with a machine that takes jobs as a test wants; of a store that there is, at `path`. */
export function openJobs(more = mapped(), path?: string) {
  const docketOf = { now: undefined as ReturnType<typeof openDocket> | undefined };
  const counted: Docket['count'] = (...given) => docketOf.now?.count(...given);
  const box = running({ more, counted, ...(path === undefined ? {} : { path }) });
  const docket = openDocket(box.db);
  docketOf.now = docket;
  const { machines, book, intake, time } = box;
  const nowMs = () => time.nowMs;
  const clock = { nowMs, monotonicMs: nowMs, sleep: async () => undefined };
  const desk = openJobDesk({
    ...{ machines, docket, book, intake, nowMs, versions: openVersions(box.db) },
  });
  const log = openLog('test', 'silent');
  const { signal } = new AbortController();
  const work = openJobWork({ machines, docket, book, intake, clock, log, signal });
  const jobs = new Map<string, JobState>();
  const calls: string[] = [];
  const orders: (JobContent | undefined)[] = [];
  const shown = new Map<string, Plain>(); // of its variables, by what is read back
  let answer: (action: JobAction) => bigint = () => 1n;
  let respond: () => JobResponse | undefined = () => undefined;
  let take: (name: string, value: Sent) => void = (name, value) => void shown.set(name, value);
  const port = {
    epoch: 'A',
    list: async () => new Map(jobs),
    async call(_, action, job, order) {
      calls.push(`${action} ${job}`);
      if (action === 'Store') orders.push(order);
      const status = answer(action);
      const to = standard(action, jobs.get(job));
      if (status === 1n && to === '(removed)') jobs.delete(job);
      else if (status === 1n && to) jobs.set(job, to as JobState);
      return status;
    },
    async response() {
      calls.push('response');
      return respond();
    },
    read: async (places) => places.map(({ at }) => shown.get(nameOf(at)) ?? null),
    async write(target, value) {
      const name = target.way === 'variable' ? nameOf(target.at) : target.way;
      calls.push(`${name}=${value}`);
      take(name.replace('Asked', ''), value);
    },
  } satisfies JobPort;
  box.listener.jobs(port);
  const about = { line: m01, unit: 'press', order: 'WO-1', operation: '0010', by: 'person:1' };
  return {
    ...box,
    ...{ docket, jobs, calls, orders, shown, port, work },
    desk,
    ask: (action: string, more: object = {}) => desk.ask({ ...about, action, ...more }),
    answers(how: (action: JobAction) => bigint): void {
      answer = how;
    },
    responds(how: () => JobResponse | undefined): void {
      respond = how;
    },
    takes(how: (name: string, value: Sent) => void): void {
      take = how;
    },
    row: () => docket.all()[0]!,
    /** The first job as the status tells it. */
    told: () => desk.status().jobs[0]!,
    async rounds(count = 2, ms = 1_000): Promise<void> {
      for (let round = 0; round < count; round++) {
        time.nowMs += ms;
        box.pass(0);
        await work.round();
      }
    },
  };
}

const nameOf = (at: Address): string =>
  'id' in at ? at.id.replace('s=', '') : at.path.at(-1)!.name;
