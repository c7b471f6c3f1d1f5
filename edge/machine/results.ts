import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import type { Book } from '../line/book.ts';
import type { Intake } from '../line/intake.ts';
import type { Docket, JobRow } from './docket.ts';
import type { LineHearing } from './hearing.ts';
import { outcomeOf } from './outcome.ts';
import type { JobPort } from './port.ts';
import { receiverOf } from './targets.ts';

/** So often a machine is asked for a result, in growing pauses; then it is unknown. */
const triesMax = 3;
const againMs = 2_000;
/** All that was made is taken to be booked so long after the result, and two bookings more, ms. */
export const settleMs = 5_000;
const minuteMs = 60_000;

export type Parts = Readonly<{
  docket: Docket;
  book: Book;
  intake: Pick<Intake, 'state'>;
  clock: Clock;
  log: Logger;
}>;

const isOver = ({ state, counting }: JobRow): boolean =>
  state === 'Ended' || state === 'Aborted' || (state === null && counting === 1);
const isUnknown = ({ resultTries }: JobRow): boolean => resultTries >= triesMax;

/** True while a job is over at the machine and its result is still to be had. */
export const awaitsResult = (row: JobRow): boolean =>
  isOver(row) && row.result === null && !isUnknown(row);

/** Fetches what became of jobs, keeps it, and then clears them there if that is allowed. */
export function openResults({ docket, book, intake, clock, log }: Parts) {
  async function fetch(port: JobPort, line: LineHearing, row: JobRow): Promise<void> {
    const material = book.look('order', row.order)?.material;
    const mapped = line.mapping.units.get(row.unit)!.jobs!;
    let reason = 'the machine does not know it';
    try {
      const response = await port.response(receiverOf(line.mapping, row.unit), row.job);
      if (response) {
        const result = JSON.stringify(outcomeOf(response, mapped, material));
        log.info({ job: row.job, unit: row.unit }, 'job: has a result');
        intake.state(() => docket.told(row, result, clock.nowMs()));
        return;
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      reason = error.message;
    }
    log.warn({ job: row.job, unit: row.unit, reason }, 'job: no result');
    intake.state(() => docket.untold(row, reason, clock.nowMs()));
  }

  /** What was made for it is booked by now: the two can be compared. */
  function settle(line: LineHearing, row: JobRow, nowMs: number): void {
    const { bookMs, publishingMs } = line.mapping.session;
    const waitMs = settleMs + 2 * bookMs + publishingMs;
    if (row.counting === 0 || row.resultMs === null || nowMs - row.resultMs < waitMs) return;
    intake.state(() => docket.settle(row));
  }

  /** A job whose result is kept is not needed at the machine. */
  function clear(line: LineHearing, row: JobRow, nowMs: number): void {
    const { allow, perMinute } = line.mapping.units.get(row.unit)!.jobs!;
    const isThere = row.state === 'Ended' || row.state === 'Aborted';
    if (!isThere || row.action !== null || !allow.includes('Clear') || docket.off()) return;
    if (docket.askedSince(row.line, row.unit, nowMs - minuteMs) >= perMinute) return;
    const isTried = row.askedBy === 'system:result' && nowMs - row.askedMs! < minuteMs;
    if (!isTried) intake.state(() => docket.ask(row, 'Clear', 'system:result', nowMs));
  }

  return {
    /** One step further with a job that is over. */
    async follow(port: JobPort, line: LineHearing, row: JobRow): Promise<void> {
      if (!isOver(row) || !line.mapping.units.get(row.unit)?.jobs) return;
      const nowMs = clock.nowMs();
      if (awaitsResult(row)) {
        const pauseMs = againMs * 2 ** row.resultTries;
        if (row.resultMs === null || nowMs - row.resultMs >= pauseMs) await fetch(port, line, row);
        return;
      }
      settle(line, row, nowMs);
      if (row.result !== null) clear(line, row, nowMs);
    },
  };
}
