import { Fault } from '../../shared/fault.ts';
import { choice, flag, id, readFields, text } from '../../shared/field.ts';
import { lineField } from '../../shared/subject.ts';
import { heldBy, keyOf, type Look } from '../../statecharts/tables.ts';
import type { Book } from '../book.ts';
import type { Intake } from '../intake.ts';
import { committing } from './commit.ts';
import type { Docket, JobRow } from './docket.ts';
import { type JobAction, jobActions } from './job.ts';
import type { Machines } from './machines.ts';

const by = id('Who asks: "person:…".', 64);
export const askFields = {
  line: lineField,
  unit: text('Machine of the line.', 40),
  order: id('Order.'),
  operation: id('Operation.'),
  action: choice('What is asked.', jobActions),
  by,
};
export const turnFields = { on: flag('False stops everything that is written to machines.'), by };
type Parts = Readonly<{
  machines: Machines;
  docket: Docket;
  book: Book;
  intake: Pick<Intake, 'state'>;
  nowMs: () => number;
}>;
export type JobDesk = ReturnType<typeof openJobDesk>;

/** Open holds on what a job makes. */
export const holdsOn = (
  look: Look,
  { line, order, operation }: Pick<JobRow, 'line' | 'order' | 'operation'>,
) => heldBy(look, keyOf('line', line), keyOf('order', order), keyOf('operation', order, operation));

const refused = (why: string): Fault => new Fault('REFUSED', `job: ${why}`);

/** What people ask of machines. Asked is written down; the machine is called after that. */
export function openJobDesk({ machines, docket, book, intake, nowMs }: Parts) {
  const commit = committing(intake);

  /** Why it may not be asked; throws Fault REFUSED with the reason, or FULL beyond the rate. */
  function check(
    row: Pick<JobRow, 'line' | 'unit' | 'job' | 'order' | 'operation'>,
    action: JobAction,
  ) {
    const { line, unit, order } = row;
    const off = docket.off();
    if (off) throw refused(`all writing to machines is switched off by ${off.by}`);
    const hearing = machines.lines.find((one) => one.line === line);
    const mapped = hearing?.mapping.units.get(unit)?.jobs;
    if (!hearing || !mapped) throw refused(`${unit} of ${line} is mapped for no jobs`);
    if (!mapped.allow.includes(action)) {
      throw refused(
        `${action} is not allowed by the mapping: ${mapped.allow.join(', ') || 'nothing is'}`,
      );
    }
    if (!hearing.jobPort() || !hearing.isBound(unit)) throw refused(`${unit} is not live`);
    if (!book.look('order', order)) throw refused(`order ${order} is unknown`);
    const holds = holdsOn(book.look, row);
    if (holds.length > 0 && (action === 'Start' || action === 'Resume')) {
      throw refused(`${order} is held by ${holds.join(', ')}`);
    }
    const known = docket
      .all()
      .find((one) => one.line === line && one.unit === unit && one.job === row.job);
    if (known?.action) throw refused(`${known.action} is under way`);
    if (docket.askedSince(line, unit, nowMs() - 60_000) >= mapped.perMinute) {
      throw new Fault('FULL', `job: ${mapped.perMinute} a minute are the most for ${unit}`);
    }
  }

  return {
    /** Throws Fault REFUSED with the reason, FULL beyond the rate; else it is under way. */
    ask(given: unknown): { status: 'asked'; job: string } {
      const { action, by: person, ...about } = readFields(askFields, given, 'job');
      const row = { ...about, job: `${about.order}/${about.operation}` };
      check(row, action);
      commit(() => docket.ask(row, action, person, nowMs()));
      return { status: 'asked', job: row.job };
    },

    /** Switches all writing to machines off or on; what is under way is called no more. */
    turn(given: unknown): { on: boolean } {
      const { on, by: person } = readFields(turnFields, given, 'writes');
      commit(() => docket.turn(on, person, nowMs()));
      return { on };
    },

    status: () => ({
      writes: docket.off() ? { on: false as const, ...docket.off() } : { on: true as const },
      jobs: docket.all().map((row) => ({ ...row, holds: holdsOn(book.look, row) })),
    }),
  };
}
