import { Fault } from '../../shared/fault.ts';
import { isInPlay, type JobRow } from './docket.ts';
import type { LineHearing } from './hearing.ts';
import { isBegin, isDone, isLegal, type State } from './job.ts';
import { holdsOn } from './jobdesk.ts';
import type { Machines } from './machines.ts';
import { type Manner, mannerOf } from './manner.ts';
import type { JobPort } from './port.ts';
import { awaitsResult, type Parts as OfResults, openResults } from './results.ts';

/** A machine's jobs are looked at so often while one is in play, ms; and those that are not. */
export const jobsMs = 1_000;
export const restingMs = 30_000;
/** One that could not be looked at rests so long, ms. */
const failedMs = 5_000;
/** So often one thing is called, and looked for in growing pauses; after that a person looks. */
const callsMax = 3;
const callAgainMs = 1_000;
/** It must be seen at the machine within this time of being asked, ms. */
export const seenMaxMs = 60_000;
/** What a hold could not take back is tried again after so long, ms. */
const backAgainMs = 60_000;

type Parts = OfResults & Readonly<{ machines: Machines; signal: AbortSignal }>;
type Here = Readonly<{ port: JobPort; line: LineHearing; manner: Manner }>;

const keyOf = ({ line, unit, job }: JobRow): string => [line, unit, job].join('\n');

/**
 * Carries out what was asked. What the machine shows is the truth, its answer only a hint: that is
 * read before each call, so that nothing is asked twice that was done, and after it.
 */
export function openJobWork({ machines, docket, book, intake, clock, log, signal }: Parts) {
  const results = openResults({ docket, book, intake, clock, log });
  const lookedMs = new Map<string, number>(); // at the resting jobs of a unit
  const restUntilMs = new Map<string, number>(); // a unit that could not be looked at
  const calledMs = new Map<string, number>(); // for what is under way

  const end = (row: JobRow, outcome: string): void => {
    calledMs.delete(keyOf(row));
    log.info({ job: row.job, unit: row.unit, action: row.action, outcome }, 'job: over');
    intake.state(() => {
      docket.end(row, outcome, clock.nowMs());
      if (outcome !== 'done: Prepare') return;
      // The machine shows one job: those before it are no longer there.
      const others = docket
        .all()
        .filter(({ line, unit }) => line === row.line && unit === row.unit);
      for (const other of others) if (other.job !== row.job) docket.see(other, null);
    });
  };

  /** Takes over what the machine shows of a job; returns the row as it is now. */
  function see(row: JobRow, shown: State | undefined): JobRow {
    const state = shown ?? null;
    if (state === row.state) return row;
    intake.state(() => docket.see(row, state));
    return docket.all().find((one) => keyOf(one) === keyOf(row)) ?? row;
  }

  /** A hold on what a prepared job makes takes back that it may begin. */
  function takeBack({ manner, port }: Here, row: JobRow): void {
    const { from, action } = manner.back;
    if (row.action !== null || row.state !== from || docket.off()) return;
    if (holdsOn(book.look, row).length === 0 || manner.bar(action) !== undefined) return;
    const nowMs = clock.nowMs();
    const isTried = row.askedBy === 'system:hold' && row.outcome?.startsWith('not done');
    if (isTried && nowMs - row.askedMs! < backAgainMs) return;
    if (manner.hindrance() !== undefined) return;
    const saying = { server: port.epoch };
    intake.state(() => docket.ask(row, action, 'system:hold', nowMs, saying));
  }

  /** Why it may not be asked of the machine now, whatever was asked. */
  function stopOf({ manner }: Here, row: JobRow): string | undefined {
    if (docket.off()) return 'switched off';
    const isHeld = holdsOn(book.look, row).length > 0;
    if (isHeld && isBegin(row.action!)) return 'held meanwhile';
    return manner.hindrance();
  }

  async function carryOut(here: Here, row: JobRow): Promise<void> {
    const { port, manner } = here;
    const { action } = row;
    if (action === null) return;
    const state = row.state ?? undefined;
    const not = (why: string): void => end(row, `not done: ${action}: ${why}`);
    if (action === 'Store' && row.calls === 0 && state) return not('the machine has such a job');
    if (isDone(action, state)) return end(row, `done: ${action}`);
    if (!isLegal(action, state)) return not(`the job is ${state ?? 'not there'}`);
    if (action === 'Clear' && awaitsResult(row)) return; // it may be gone with the job
    if (clock.nowMs() - row.askedMs! > seenMaxMs) return not('not seen at the machine');
    const pauseMs = callAgainMs * 2 ** (row.calls - 1);
    const sinceMs = clock.monotonicMs() - (calledMs.get(keyOf(row)) ?? -Infinity);
    if (sinceMs < pauseMs || !manner.isCalm(clock.nowMs())) return;
    if (row.calls >= callsMax) return not('not seen at the machine');
    const why = stopOf(here, row) ?? (manner.bar(action) && 'not allowed');
    if (why !== undefined) return not(why);
    if (!intake.state(() => docket.call(row))) return; // not written down: not called
    calledMs.set(keyOf(row), clock.monotonicMs());
    const stopped = await manner.call(port, row, () => stopOf(here, row));
    if (stopped === undefined) return;
    not(stopped);
    // What is written already of a job that is held is taken back like the whole of it.
    if (action === 'Prepare') takeBack(here, { ...row, action: null, state: 'Prepared' });
  }

  async function workOnUnit(here: Here, rows: readonly JobRow[]): Promise<void> {
    const shown = await here.manner.look(here.port);
    for (const row of rows) {
      const seen = see(row, shown(row));
      takeBack(here, seen);
      await results.follow(here.port, here.line, seen);
      await carryOut(here, seen).catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error;
        if (error.code === 'REFUSED') end(seen, `not done: ${seen.action}: ${error.message}`);
        else log.warn({ err: error, job: seen.job }, 'job: nobody knows whether it was done');
      });
    }
  }

  /** True if a unit's jobs are to be looked at now. */
  function isDue(key: string, rows: readonly JobRow[]): boolean {
    const nowMs = clock.monotonicMs();
    if (nowMs < (restUntilMs.get(key) ?? -Infinity)) return false;
    const isResting = nowMs - (lookedMs.get(key) ?? -Infinity) < restingMs;
    if (isResting && !rows.some(isInPlay)) return false;
    lookedMs.set(key, nowMs);
    return true;
  }

  /** What the machine shows cannot be read: where it refuses, nothing can be asked of it. */
  function unseen(error: unknown, key: string, rows: readonly JobRow[]): void {
    if (!(error instanceof Fault)) throw error;
    log.warn({ err: error, unit: key }, 'jobs: not looked at');
    restUntilMs.set(key, clock.monotonicMs() + failedMs);
    if (error.code !== 'REFUSED') return;
    for (const row of rows) {
      if (row.action) end(row, `not done: ${row.action}: ${error.message}`);
    }
  }

  /** One look at a line; what its server does not answer is looked at in the next. */
  async function workOn(line: LineHearing): Promise<void> {
    const port = line.jobPort();
    if (!port) return;
    const rows = docket.all().filter((row) => row.line === line.line);
    for (const unit of new Set(rows.map((row) => row.unit))) {
      const manner = mannerOf(line, unit);
      const own = rows.filter((row) => row.unit === unit);
      const key = `${line.line} ${unit}`;
      if (!manner || !line.isBound(unit) || !isDue(key, own)) continue;
      await workOnUnit({ port, line, manner }, own).catch((error: unknown) =>
        unseen(error, key, own),
      );
    }
  }

  return {
    round: async () => void (await Promise.all(machines.lines.map(workOn))),
    /** Each line at its own pace: a server that hangs keeps no other waiting. */
    async run(): Promise<void> {
      const one = async (line: LineHearing): Promise<void> => {
        while (!signal.aborted) {
          await workOn(line);
          await clock.sleep(jobsMs, signal);
        }
      };
      await Promise.all(machines.lines.map(one));
    },
  };
}
