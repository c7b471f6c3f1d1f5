import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDocket } from '../../edge/machine/docket.ts';
import type { JobAction, JobState } from '../../edge/machine/job.ts';
import { openJobDesk } from '../../edge/machine/jobdesk.ts';
import { openJobWork } from '../../edge/machine/jobwork.ts';
import type { JobPort } from '../../edge/machine/port.ts';
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

/** A line with a machine that takes jobs as a test wants. */
export function openJobs(more = mapped()) {
  const box = running({ more });
  const docket = openDocket(box.db);
  const { machines, book, intake, time } = box;
  const nowMs = () => time.nowMs;
  const clock = { nowMs, monotonicMs: nowMs, sleep: async () => undefined };
  const desk = openJobDesk({ machines, docket, book, intake, nowMs });
  const log = openLog('test', 'silent');
  const { signal } = new AbortController();
  const work = openJobWork({ machines, docket, book, intake, clock, log, signal });
  const jobs = new Map<string, JobState>();
  const calls: string[] = [];
  let answer: (action: JobAction) => bigint = () => 1n;
  const port: JobPort = {
    list: async () => new Map(jobs),
    async call(_, action, { job }) {
      calls.push(`${action} ${job}`);
      const status = answer(action);
      const to = standard(action, jobs.get(job));
      if (status === 1n && to === '(removed)') jobs.delete(job);
      else if (status === 1n && to) jobs.set(job, to as JobState);
      return status;
    },
  };
  box.listener.jobs(port);
  const about = { line: m01, unit: 'press', order: 'WO-1', operation: '0010', by: 'person:1' };
  return {
    ...box,
    ...{ docket, jobs, calls, work },
    desk,
    ask: (action: string) => desk.ask({ ...about, action }),
    answers(how: (action: JobAction) => bigint): void {
      answer = how;
    },
    row: () => docket.all()[0]!,
    async rounds(count = 2, ms = 1_000): Promise<void> {
      for (let round = 0; round < count; round++) {
        time.nowMs += ms;
        await work.round();
      }
    },
  };
}
