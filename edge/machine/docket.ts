import type { Database } from '../../shared/database.ts';
import { amountOf, quantityText } from '../../shared/quantity.ts';
import type { Content } from './content.ts';
import { type Action, isSending, type State } from './job.ts';

/** A job of a machine, as far as it is known, and what is under way with it. */
export type JobRow = Readonly<{
  line: string;
  unit: string;
  job: string; // "WO-1/0010": the machine's name for it, and ours
  order: string;
  operation: string;
  state: State | null; // as the machine said last; null while it does not have it
  action: Action | null; // under way
  askedBy: string | null;
  askedMs: number | null;
  calls: number; // of it, so far
  outcome: string | null; // of the one before
  content: string | null; // JSON of what it says
  server: string | null; // epoch of the server when that was asked
  result: string | null; // JSON of what the machine told of it in the end
  resultWhy: string | null; // why there is none
  resultMs: number | null; // when it was told, or asked for last
  resultTries: number;
  bookedGood: string | null; // from counters, while it was worked on; null before
  bookedScrap: string | null;
  counting: 0 | 1;
}>;
export type Docket = ReturnType<typeof openDocket>;
export type JobName = Pick<JobRow, 'line' | 'unit' | 'job'>;
/** The server that is connected when something is asked, and what the job says. */
type Saying = Readonly<{ server: string; content?: Content | undefined }>;

/** So many jobs that are over are remembered of a unit when one is asked for; the log has all. */
export const overMax = 20;

/** Something of it is expected of the machine. */
export const isInPlay = ({ action, state, counting }: JobRow): boolean =>
  action !== null || state !== null || counting === 1;

const columns = `line.path AS line, unit, job, "order", operation, state, action,
  asked_by AS askedBy, asked_ms AS askedMs, calls, outcome, content, server, result,
  result_why AS resultWhy, result_ms AS resultMs, result_tries AS resultTries,
  booked_good AS bookedGood, booked_scrap AS bookedScrap, counting`;
const where = 'WHERE line = (SELECT id FROM line WHERE path = ?) AND unit = ? AND job = ?';
const begun = "('AllowedToStart', 'Running', 'Interrupted')";

function prepare(db: Database) {
  return {
    all: db.prepare<[], JobRow>(
      `SELECT ${columns} FROM job JOIN line ON line.id = job.line ORDER BY line.path, unit, job`,
    ),
    ask: db.prepare(
      `INSERT INTO job (line, unit, job, "order", operation, action, asked_by, asked_ms)
       VALUES ((SELECT id FROM line WHERE path = ?), ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET action = excluded.action, asked_by = excluded.asked_by,
         asked_ms = excluded.asked_ms, calls = 0, outcome = NULL`,
    ),
    say: db.prepare(
      `UPDATE job SET content = ?, server = ?, result = NULL, result_why = NULL,
         result_ms = NULL, result_tries = 0, booked_good = NULL, booked_scrap = NULL, counting = 0
       ${where}`,
    ),
    serve: db.prepare(`UPDATE job SET server = ? ${where}`),
    end: db.prepare(`UPDATE job SET action = NULL, outcome = ? ${where}`),
    called: db.prepare(`UPDATE job SET calls = calls + 1 ${where}`),
    see: db.prepare(
      `UPDATE job SET state = @state,
         counting = CASE WHEN @state IN ${begun} THEN 1
                         WHEN @state = 'NotAllowedToStart' THEN 0 ELSE counting END,
         booked_good = CASE WHEN @state IN ${begun} THEN coalesce(booked_good, '0')
                            ELSE booked_good END,
         booked_scrap = CASE WHEN @state IN ${begun} THEN coalesce(booked_scrap, '0')
                             ELSE booked_scrap END
       WHERE line = (SELECT id FROM line WHERE path = @line) AND unit = @unit AND job = @job`,
    ),
    counting: db.prepare<[string, string, string, string], JobRow>(
      `SELECT ${columns} FROM job JOIN line ON line.id = job.line
       WHERE line.path = ? AND unit = ? AND "order" = ? AND operation = ? AND counting = 1`,
    ),
    count: db.prepare(`UPDATE job SET booked_good = ?, booked_scrap = ? ${where}`),
    settle: db.prepare(`UPDATE job SET counting = 0 ${where}`),
    told: db.prepare(`UPDATE job SET result = ?, result_why = NULL, result_ms = ? ${where}`),
    untold: db.prepare(
      `UPDATE job SET result_why = ?, result_ms = ?, result_tries = result_tries + 1 ${where}`,
    ),
    prune: db.prepare(
      `DELETE FROM job WHERE line = (SELECT id FROM line WHERE path = @line) AND unit = @unit
         AND job IN (SELECT job FROM job WHERE line = (SELECT id FROM line WHERE path = @line)
           AND unit = @unit AND state IS NULL AND action IS NULL AND counting = 0
           ORDER BY asked_ms DESC LIMIT -1 OFFSET ${overMax})`,
    ),
    log: db.prepare(
      `INSERT INTO job_log (line, unit, job, what, by, at_ms)
       VALUES ((SELECT id FROM line WHERE path = ?), ?, ?, ?, ?, ?)`,
    ),
    recent: db
      .prepare<[string, string, number], number>(
        `SELECT count(*) FROM job_log JOIN line ON line.id = job_log.line
         WHERE path = ? AND unit = ? AND what LIKE 'asked %' AND at_ms > ?`,
      )
      .pluck(),
    turned: db.prepare<[], { what: string; by: string; at_ms: number }>(
      "SELECT what, by, at_ms FROM job_log WHERE what IN ('off', 'on') ORDER BY id DESC LIMIT 1",
    ),
  };
}

/** Jobs that were sent to machines: durable before anything is asked of one. */
export function openDocket(db: Database) {
  const sql = prepare(db);
  const keys = ({ line, unit, job }: JobName) => [line, unit, job] as const;
  const edge = 'system:edge';

  return {
    all: (): JobRow[] => sql.all.all(),
    /** How often something was asked of a unit since then. */
    askedSince: (line: string, unit: string, ms: number): number => sql.recent.get(line, unit, ms)!,
    /** Who has switched all writing off, if it is. */
    off(): { by: string; atMs: number } | undefined {
      const turned = sql.turned.get();
      return turned?.what === 'off' ? { by: turned.by, atMs: turned.at_ms } : undefined;
    },

    /** The rest only within a commit. What carries contents begins anew with them. */
    ask(
      row: JobName & Pick<JobRow, 'order' | 'operation'>,
      action: Action,
      by: string,
      ms: number,
      saying?: Saying,
    ): void {
      sql.ask.run(...keys(row), row.order, row.operation, action, by, ms);
      const content = saying?.content && JSON.stringify(saying.content);
      const server = saying?.server ?? null;
      if (isSending(action)) sql.say.run(content ?? null, server, ...keys(row));
      else if (server !== null) sql.serve.run(server, ...keys(row));
      sql.log.run(...keys(row), `asked ${action}${content ? ` ${content}` : ''}`, by, ms);
      sql.prune.run({ line: row.line, unit: row.unit });
    },
    call: (row: JobName): void => void sql.called.run(...keys(row)),
    end(row: JobName, outcome: string, ms: number): void {
      sql.end.run(outcome.slice(0, 500), ...keys(row));
      sql.log.run(...keys(row), outcome.slice(0, 500), edge, ms);
    },
    see({ line, unit, job }: JobName, state: State | null): void {
      sql.see.run({ line, unit, job, state });
    },
    /** Pieces of an operation that a unit has made, in millionths, belong to its job in hand. */
    count(of: Pick<JobRow, 'line' | 'unit' | 'order' | 'operation'>, good: bigint, scrap: bigint) {
      for (const row of sql.counting.all(of.line, of.unit, of.order, of.operation)) {
        const sum = (known: string | null, more: bigint): string =>
          quantityText(amountOf(known) + more);
        sql.count.run(sum(row.bookedGood, good), sum(row.bookedScrap, scrap), ...keys(row));
      }
    },
    /** Nothing more is counted for it. */
    settle: (row: JobName): void => void sql.settle.run(...keys(row)),
    told(row: JobName, result: string, ms: number): void {
      sql.told.run(result, ms, ...keys(row));
      sql.log.run(...keys(row), `result ${result}`, edge, ms);
    },
    /** It was asked for, and there was none. */
    untold(row: JobName, why: string, ms: number): void {
      sql.untold.run(why.slice(0, 500), ms, ...keys(row));
      sql.log.run(...keys(row), `no result: ${why.slice(0, 500)}`, edge, ms);
    },
    turn(isOn: boolean, by: string, ms: number): void {
      sql.log.run(null, null, null, isOn ? 'on' : 'off', by, ms);
    },
  };
}
