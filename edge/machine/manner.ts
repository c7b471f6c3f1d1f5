import { controlOf } from './control.ts';
import type { JobRow } from './docket.ts';
import type { LineHearing } from './hearing.ts';
import type { Action, State } from './job.ts';
import type { JobPort } from './port.ts';
import { writingOf } from './writing.ts';

/** How a machine is given jobs: by Job Control, or by values that it shows. */
export type Manner = Readonly<{
  perMinute: number;
  /** What a hold asks of a job in which state: not to begin. */
  back: Readonly<{ from: State; action: Action }>;
  /** Why the mapping does not allow it; undefined if it does. */
  bar(action: Action): string | undefined;
  /** Why it may not be asked of the machine as it is now. */
  hindrance(): string | undefined;
  /** True once what is known of the machine is of this connection. */
  isCalm(nowMs: number): boolean;
  /** Which state each job is in, by what the machine shows now. */
  look(port: JobPort): Promise<(row: JobRow) => State | undefined>;
  /**
   * Asks for what is under way; `stop` says why nothing more may be asked, and is asked before each
   * step. Returns why it was not done, if the machine or `stop` said so.
   */
  call(port: JobPort, row: JobRow, stop: () => string | undefined): Promise<string | undefined>;
}>;

/** Undefined for a unit that is mapped for no jobs. */
export function mannerOf(line: LineHearing, unit: string): Manner | undefined {
  const mapped = line.mapping.units.get(unit);
  if (mapped?.jobs) return controlOf(line, unit, mapped.jobs);
  return mapped?.writes && writingOf(line, unit, mapped.writes);
}
