import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import type { Book } from '../book.ts';
import type { Intake } from '../intake.ts';
import type { Docket, JobRow } from './docket.ts';
import type { LineHearing } from './hearing.ts';
import { isDone, isLegal, type JobState, rejectionOf } from './job.ts';
import { holdsOn } from './jobdesk.ts';
import type { Machines } from './machines.ts';
import type { JobPort } from './port.ts';
import { type Address, addressOf } from './tags.ts';

/** A machine's jobs are looked at so often, ms; and a round of all comes this often. */
const jobsMs = 1_000;
/** So often one thing is called; after that a person looks. */
const callsMax = 3;
/** It must be seen at the machine within this time of being asked, ms. */
export const seenMaxMs = 60_000;

type Parts = Readonly<{
  machines: Machines;
  docket: Docket;
  book: Book;
  intake: Pick<Intake, 'state'>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}>;

/**
 * Carries out what was asked. The machine's own list is the truth, its answer only a hint: the list
 * is read before each call, so that nothing is asked twice that was done, and after it.
 */
export function openJobWork({ machines, docket, book, intake, clock, log, signal }: Parts) {
  const end = (row: JobRow, outcome: string): void => {
    log.info({ job: row.job, unit: row.unit, action: row.action, outcome }, 'job');
    intake.state(() => docket.end(row, outcome, clock.nowMs()));
  };

  /** Takes over what the machine says of a job; returns the row as it is now. */
  function see(row: JobRow, state: JobState | undefined): JobRow {
    const now = state ?? null;
    if (now !== row.state) intake.state(() => docket.see(row, now));
    return { ...row, state: now };
  }

  /** A hold on what a prepared job makes takes back that it may start. */
  function revoke(line: LineHearing, row: JobRow): void {
    const allowed = line.mapping.units.get(row.unit)?.jobs?.allow ?? [];
    if (row.action !== null || row.state !== 'AllowedToStart' || docket.off()) return;
    if (holdsOn(book.look, row).length === 0 || !allowed.includes('RevokeStart')) return;
    const nowMs = clock.nowMs();
    intake.state(() => docket.ask(row, 'RevokeStart', 'system:hold', nowMs));
  }

  async function carryOut(port: JobPort, line: LineHearing, row: JobRow): Promise<void> {
    const { action } = row;
    if (action === null) return;
    const mapped = line.mapping.units.get(row.unit)!.jobs!;
    const state = row.state ?? undefined;
    if (isDone(action, state)) return end(row, `done: ${action}`);
    if (!isLegal(action, state)) {
      return end(row, `not done: ${action}: the job is ${state ?? 'not there'}`);
    }
    const isLate = clock.nowMs() - row.askedMs! > seenMaxMs;
    if (isLate || row.calls >= callsMax)
      return end(row, `not done: ${action}: not seen at the machine`);
    if (docket.off()) return end(row, `not done: ${action}: switched off`);
    const isHeld = holdsOn(book.look, row).length > 0;
    if (isHeld && (action === 'Start' || action === 'Resume')) {
      return end(row, `not done: ${action}: held meanwhile`);
    }
    if (!mapped.allow.includes(action)) return end(row, `not done: ${action}: not allowed`);
    if (!intake.state(() => docket.call(row))) return; // not written down: not called
    const description = `order ${row.order}, operation ${row.operation}`;
    const status = await port.call(receiverOf(line, row.unit), action, {
      job: row.job,
      description,
    });
    const rejection = rejectionOf(status);
    if (rejection !== undefined) end(row, `not done: ${action}: ${rejection}`);
  }

  async function workOn(line: LineHearing): Promise<void> {
    const port = line.jobPort();
    const rows = docket.all().filter((row) => row.line === line.line);
    if (!port || rows.length === 0) return;
    for (const unit of new Set(rows.map((row) => row.unit))) {
      const mapped = line.mapping.units.get(unit)?.jobs;
      if (!mapped || !line.isBound(unit)) continue;
      const list = await port.list(receiverOf(line, unit));
      for (const row of rows.filter((one) => one.unit === unit)) {
        const seen = see(row, list.get(row.job));
        revoke(line, seen);
        await carryOut(port, line, seen).catch((error: unknown) => {
          if (!(error instanceof Fault)) throw error;
          if (error.code === 'REFUSED') end(seen, `not done: ${seen.action}: ${error.message}`);
          else log.warn({ err: error, job: seen.job }, 'job: nobody knows whether it was done');
        });
      }
    }
  }

  /** One look at every line; what a server does not answer is looked at in the next. */
  async function round(): Promise<void> {
    for (const line of machines.lines) {
      await workOn(line).catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error;
        log.warn({ err: error, line: line.line }, 'jobs: not looked at');
      });
    }
  }

  return {
    round,
    async run(): Promise<void> {
      while (!signal.aborted) {
        await round();
        await clock.sleep(jobsMs, signal);
      }
    },
  };
}

const receiverOf = ({ mapping }: LineHearing, unit: string): Address =>
  addressOf(mapping.units.get(unit)!.jobs!.object, mapping.namespaces, `${unit}.jobs.object`);
