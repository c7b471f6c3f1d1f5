import type { Database } from '../../shared/database.ts';
import type { JobAction, JobState } from './job.ts';

/** A job of a machine, as far as it is known, and what is under way with it. */
export type JobRow = Readonly<{
  line: string;
  unit: string;
  job: string; // "WO-1/0010": the machine's name for it, and ours
  order: string;
  operation: string;
  state: JobState | null; // as the machine said last; null while it does not have it
  action: JobAction | null; // under way
  askedBy: string | null;
  askedMs: number | null;
  calls: number; // of it, so far
  outcome: string | null; // of the one before
}>;
export type Docket = ReturnType<typeof openDocket>;
type Name = Pick<JobRow, 'line' | 'unit' | 'job'>;

const columns = `line.path AS line, unit, job, "order", operation, state, action,
  asked_by AS askedBy, asked_ms AS askedMs, calls, outcome`;

/** Jobs that were sent to machines: durable before anything is asked of one. */
export function openDocket(db: Database) {
  const all = db.prepare<[], JobRow>(
    `SELECT ${columns} FROM job JOIN line ON line.id = job.line ORDER BY line.path, unit, job`,
  );
  const ask = db.prepare(
    `INSERT INTO job (line, unit, job, "order", operation, action, asked_by, asked_ms)
     VALUES ((SELECT id FROM line WHERE path = ?), ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET action = excluded.action, asked_by = excluded.asked_by,
       asked_ms = excluded.asked_ms, calls = 0, outcome = NULL`,
  );
  const where = 'WHERE line = (SELECT id FROM line WHERE path = ?) AND unit = ? AND job = ?';
  const end = db.prepare(`UPDATE job SET action = NULL, outcome = ? ${where}`);
  const called = db.prepare(`UPDATE job SET calls = calls + 1 ${where}`);
  const see = db.prepare(`UPDATE job SET state = ? ${where}`);
  const forget = db.prepare(`DELETE FROM job ${where}`);
  const log = db.prepare(
    `INSERT INTO job_log (line, unit, job, what, by, at_ms)
     VALUES ((SELECT id FROM line WHERE path = ?), ?, ?, ?, ?, ?)`,
  );
  const recent = db
    .prepare<[string, string, number], number>(
      `SELECT count(*) FROM job_log JOIN line ON line.id = job_log.line
       WHERE path = ? AND unit = ? AND what LIKE 'asked %' AND at_ms > ?`,
    )
    .pluck();
  const off = db.prepare<[], { by: string; at_ms: number }>(
    "SELECT by, at_ms FROM job_log WHERE what IN ('off', 'on') ORDER BY id DESC LIMIT 1",
  );
  const isOff = db
    .prepare<[], string>(
      "SELECT what FROM job_log WHERE what IN ('off', 'on') ORDER BY id DESC LIMIT 1",
    )
    .pluck();
  const keys = ({ line, unit, job }: Name) => [line, unit, job] as const;

  return {
    all: (): JobRow[] => all.all(),
    /** How often something was asked of a unit since then. */
    askedSince: (line: string, unit: string, ms: number): number => recent.get(line, unit, ms)!,
    /** Who has switched all writing off, if it is. */
    off: () => (isOff.get() === 'off' ? off.get() : undefined),

    /** The rest only within a commit. */
    ask(
      row: Name & Pick<JobRow, 'order' | 'operation'>,
      action: JobAction,
      by: string,
      ms: number,
    ) {
      ask.run(...keys(row), row.order, row.operation, action, by, ms);
      log.run(...keys(row), `asked ${action}`, by, ms);
    },
    call: (row: Name): void => void called.run(...keys(row)),
    end(row: Name, outcome: string, ms: number): void {
      end.run(outcome.slice(0, 500), ...keys(row));
      log.run(...keys(row), outcome.slice(0, 500), 'system:edge', ms);
    },
    see: (row: Name, state: JobState | null): void => void see.run(state, ...keys(row)),
    forget: (row: Name): void => void forget.run(...keys(row)),
    turn(isOn: boolean, by: string, ms: number): void {
      log.run(null, null, null, isOn ? 'on' : 'off', by, ms);
    },
  };
}
