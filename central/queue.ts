import type { Database } from '../shared/database.ts';
import type { PostingState } from '../statecharts/posting.ts';
import type { Posting, PostingKind } from './erp.ts';
import { open } from './queuetables.ts';

/** Postings of one lane that are read together. */
const pageMax = 10;

export type PostingRow = {
  id: number;
  key: string;
  eventId: string;
  line: string;
  sequence: number;
  atMs: number;
  lane: string;
  kind: PostingKind;
  state: PostingState;
  order: string | null;
  operation: string | null;
  lot: string | null;
  material: string | null;
  unit: string | null;
  quantity: string | null;
  blocked: string | null;
  yield: string | null;
  scrap: string | null;
  rework: string | null;
  setupMs: number | null;
  machineMs: number | null;
  final: 0 | 1;
  notBeforeMs: number;
  busy: number;
  unsure: number;
  reason: string | null;
  document: string | null;
};

const columns = `id, key, event_id AS eventId, line, sequence, at_ms AS atMs, lane, kind, state,
  order_number AS "order", operation, lot, material, unit, quantity, blocked, yield, scrap, rework,
  setup_ms AS setupMs, machine_ms AS machineMs, final, not_before_ms AS notBeforeMs, busy, unsure,
  reason, document`;

/** The posting as the ERP port takes it. */
export function postingOf(row: PostingRow): Posting {
  const { key, kind, eventId, atMs, final } = row;
  const { order, operation, lot, material, unit, quantity, blocked, setupMs, machineMs } = row;
  const { yield: good, scrap, rework } = row;
  const optional = { order, operation, lot, material, unit, quantity, blocked, setupMs, machineMs };
  const given = Object.entries({ ...optional, yield: good, scrap, rework });
  const present = Object.fromEntries(given.filter(([, value]) => value !== null));
  return { key, kind, eventId, atMs, ...(final ? { final: true } : {}), ...present };
}

/** A posting as it is planned. */
export type Planned = Omit<
  PostingRow,
  'id' | 'notBeforeMs' | 'busy' | 'unsure' | 'document' | 'blocked'
> & { beside: 0 | 1 };
export type Queue = ReturnType<typeof openQueue>;

/**
 * The postings and what came of them, one small function a statement; no rule inside. `touched` is
 * told of the line of each posting that is new or has moved.
 */
export function openQueue(db: Database, touched: (line: string) => void) {
  return { ...openRows(db, touched), ...openRecords(db) };
}

/** How many postings are still to be done or wait, by state. */
export function openUndone(db: Database) {
  const undone = db.prepare<[], { state: PostingState; count: number }>(
    `SELECT state, sum(postings) AS count FROM posting_count
     WHERE ${open} AND postings > 0 GROUP BY state`,
  );
  return () => undone.all();
}

function openRows(db: Database, touched: (line: string) => void) {
  const insert = db.prepare(
    `INSERT INTO posting (key, event_id, line, sequence, at_ms, lane, kind, state, order_number,
       operation, lot, material, unit, quantity, yield, scrap, rework, setup_ms, machine_ms, final,
       reason, beside)
     VALUES (:key, :eventId, :line, :sequence, :atMs, :lane, :kind, :state, :order, :operation,
       :lot, :material, :unit, :quantity, :yield, :scrap, :rework, :setupMs, :machineMs, :final,
       :reason, :beside)`,
  );
  const move = db.prepare(
    `UPDATE posting SET state = :state, quantity = :quantity, blocked = :blocked, reason = :reason,
       material = :material, unit = :unit, document = :document, not_before_ms = :notBeforeMs,
       busy = :busy, unsure = :unsure WHERE id = :id`,
  );
  const one = db.prepare<[string], PostingRow>(`SELECT ${columns} FROM posting WHERE key = ?`);
  const lane = db.prepare<[string, number, number], PostingRow>(
    `SELECT ${columns} FROM posting WHERE lane = ? AND id > ? AND ${open} ORDER BY id LIMIT ?`,
  );
  const intended = db.prepare<[string, number, number], PostingRow>(
    `SELECT ${columns} FROM posting WHERE lane = ? AND id > ? AND state = 'intended'
     ORDER BY id LIMIT ?`,
  );
  const first = db.prepare<[string], Pick<PostingRow, 'key' | 'state'>>(
    `SELECT key, state FROM posting WHERE lane = ? AND ${open} ORDER BY id LIMIT 1`,
  );
  const flying = db.prepare<[string], PostingRow>(
    `SELECT ${columns} FROM posting
     WHERE lane = ? AND state IN ('sending', 'unknown') ORDER BY id LIMIT 1`,
  );
  const sending = db.prepare<[], PostingRow>(
    `SELECT ${columns} FROM posting WHERE state IN ('sending', 'unknown') AND state = 'sending'`,
  );
  const waitUntil = db.prepare(
    `UPDATE posting SET not_before_ms = iif(state = 'unknown', ?, 0)
     WHERE ${open} AND not_before_ms > 0`,
  );
  const byState = db.prepare<[PostingState, number], PostingRow>(
    `SELECT ${columns} FROM posting WHERE ${open} AND state = ? ORDER BY lane, id LIMIT ?`,
  );

  return {
    insert(row: Planned): void {
      insert.run(row);
      touched(row.line);
    },
    move(row: PostingRow): void {
      move.run(row);
      touched(row.line);
    },
    one: (key: string) => one.get(key),
    /** Open postings of a lane in order; the first alone, since most begin with one to send. */
    openIn: (name: string) => paged(lane, name, 0, 1),
    /** Those behind the one of this id that nothing was decided about. */
    intendedIn: (name: string, after: number) => paged(intended, name, after, pageMax),
    /** The first open posting of the lane. */
    first: (name: string) => first.get(name),
    /** The posting of the lane that is at the ERP or may be. */
    flying: (name: string) => flying.get(name),
    sending: () => sending.all(),
    /** What is unknown waits until then, and nothing else waits. */
    waitAnew(untilMs: number): void {
      waitUntil.run(untilMs);
    },
    byState: (state: PostingState, limit: number) => byState.all(state, limit),
  };
}

type Page = { all(name: string, after: number, limit: number): PostingRow[] };

/** Rows of a lane behind the one of an id, a few at a time: they may be moved meanwhile. */
function* paged(page: Page, name: string, after: number, first: number): Generator<PostingRow> {
  for (let [last, limit] = [after, first]; ; limit = pageMax) {
    const rows = page.all(name, last, limit);
    yield* rows;
    if (rows.length < limit) return;
    last = rows.at(-1)!.id;
  }
}

function openRecords(db: Database) {
  const attempt = db.prepare('INSERT INTO attempt VALUES (?, ?, ?, ?)');
  const unposted = db.prepare(
    'INSERT INTO unposted VALUES (?, ?) ON CONFLICT DO UPDATE SET facts = facts + excluded.facts',
  );
  const reasons = db.prepare<[], { reason: string; facts: number }>(
    'SELECT * FROM unposted WHERE facts > 0',
  );
  const counts = db.prepare<[], { kind: PostingKind; state: PostingState; postings: number }>(
    'SELECT kind, state, postings FROM posting_count WHERE postings > 0 ORDER BY kind, state',
  );
  const beside = db.prepare<[], number>('SELECT count(*) FROM posting WHERE beside').pluck();
  const settled = db
    .prepare<[string], number | null>(
      `SELECT min(sequence) FROM posting
       WHERE line = ? AND state IN ('intended', 'sending', 'unknown')`,
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
    unposted: (reason: string, facts: number) => unposted.run(reason, facts),
    reasons: () => reasons.all(),
    counts: () => counts.all(),
    /** Postings beside the one of their fact. */
    beside: () => beside.get()!,
    firstOpen: (line: string) => settled.get(line) ?? undefined,
    waiting: (line: string, limit: number) => waiting.all(line, limit),
  };
}
