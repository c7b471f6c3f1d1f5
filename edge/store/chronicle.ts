import type { Database } from '../../shared/database.ts';
import type { Refusal, Row } from './store.ts';

/** Every fact and, between them, every refusal where it was given. */
export function inOrder(
  db: Database,
  facts: Iterable<Row>,
  takeFact: (row: Row) => void,
  askAgain: (refusal: Refusal) => void,
): void {
  const all = db.prepare<[], Refusal>(
    `SELECT command_id AS commandId, code, reason, command, at_ms AS atMs, after
     FROM refusal ORDER BY coalesce(after, 0), at_ms, command_id`,
  );
  const refusals = all.iterate();
  let next = refusals.next();
  const askUntil = (position: number) => {
    for (; !next.done && (next.value.after ?? 0) < position; next = refusals.next()) {
      askAgain(next.value);
    }
  };
  try {
    for (const row of facts) {
      askUntil(row.position);
      takeFact(row);
    }
    askUntil(Number.POSITIVE_INFINITY);
  } finally {
    refusals.return?.(); // or the file could not be closed
  }
}
