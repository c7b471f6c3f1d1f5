import type { Database } from '../../shared/database.ts';
import { open, unsettled } from './docket.ts';

/** One try of a posting, or what was found when it was looked up. */
export type Attempt = Readonly<{ atMs: number; outcome: string; detail: string }>;
/** Most of them that are told of one posting, the first ones. */
const attemptsMax = 200;

/** What came of postings, and of facts that call for none. */
export function openRecords(db: Database) {
  const attempts = db.prepare<[string, number], Attempt>(
    'SELECT at_ms AS atMs, outcome, detail FROM attempt WHERE key = ? ORDER BY rowid LIMIT ?',
  );
  const attempt = db.prepare('INSERT INTO attempt VALUES (?, ?, ?, ?)');
  const unposted = db.prepare(
    `INSERT INTO unposted VALUES (?, ?)
     ON CONFLICT (reason) DO UPDATE SET facts = unposted.facts + excluded.facts`,
  );
  const reasons = db.prepare<[], { reason: string; facts: number }>(
    'SELECT * FROM unposted WHERE facts > 0',
  );
  const beside = db.prepare<[], number>('SELECT count(*) FROM posting WHERE beside').pluck();
  const settled = db
    .prepare<[string], number | null>(
      `SELECT min(sequence) FROM posting WHERE line = ? AND ${unsettled}`,
    )
    .pluck();
  const waiting = db
    .prepare<[string, number], number>(
      `SELECT DISTINCT sequence FROM posting WHERE line = ? AND ${open}
         AND state IN ('held', 'deferred', 'parked') ORDER BY sequence LIMIT ?`,
    )
    .pluck();

  return {
    attempt: (key: string, atMs: number, outcome: string, detail: string) =>
      attempt.run(key, atMs, outcome, detail.slice(0, 500)),
    attempts: (key: string): readonly Attempt[] => attempts.all(key, attemptsMax),
    unposted: (reason: string, facts: number) => unposted.run(reason, facts),
    reasons: () => reasons.all(),
    /** Postings beside the one of their fact. */
    beside: () => beside.get()!,
    firstOpen: (line: string) => settled.get(line) ?? undefined,
    waiting: (line: string, limit: number) => waiting.all(line, limit),
  };
}
