import type { Database } from '../shared/database.ts';
import type { PostingState } from '../statecharts/posting.ts';
import type { Posting, PostingKind } from './erp.ts';

/** In SQL: still to be done, or waiting. */
export const open = "state NOT IN ('posted', 'void')";

export const queueMigrations = [
  `
  CREATE TABLE posting (
    id            INTEGER PRIMARY KEY,           -- order of the facts that call for them
    key           TEXT    NOT NULL UNIQUE,
    event_id      TEXT    NOT NULL,
    line          TEXT    NOT NULL,
    sequence      INTEGER NOT NULL,
    at_ms         INTEGER NOT NULL,
    lane          TEXT    NOT NULL,              -- strictly in order within
    kind          TEXT    NOT NULL CHECK (kind IN ('confirmation', 'goodsIssue', 'goodsReceipt',
                                                   'blockStock', 'unblockStock', 'scrapStock')),
    state         TEXT    NOT NULL CHECK (state IN ('intended', 'sending', 'unknown', 'held',
                                                    'deferred', 'parked', 'posted', 'void')),
    order_number  TEXT,
    operation     TEXT,
    lot           TEXT,
    material      TEXT,
    unit          TEXT,
    quantity      TEXT,                          -- decimal texts
    blocked       TEXT,
    yield         TEXT,
    scrap         TEXT,
    rework        TEXT,
    setup_ms      INTEGER,
    machine_ms    INTEGER,
    final         INTEGER NOT NULL CHECK (final IN (0, 1)),
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    busy          INTEGER NOT NULL DEFAULT 0,    -- answers in a row that it could not now
    unsure        INTEGER NOT NULL DEFAULT 0,    -- outcomes that were unknown
    reason        TEXT,
    document      TEXT CHECK (document IS NOT NULL OR state <> 'posted')
  ) STRICT;
  CREATE INDEX posting_lane ON posting (lane, id) WHERE ${open};
  CREATE INDEX posting_flying ON posting (lane) WHERE state IN ('sending', 'unknown');
  CREATE INDEX posting_line ON posting (line, sequence) WHERE ${open};
  CREATE INDEX posting_order ON posting (order_number, operation);
  CREATE INDEX posting_lot ON posting (lot, state, kind) WHERE lot IS NOT NULL;
  CREATE TRIGGER posted_is_posted BEFORE UPDATE OF state, document, key ON posting
    WHEN old.state IN ('posted', 'void')
    BEGIN SELECT raise(ABORT, 'what is posted stays posted'); END;
  CREATE TRIGGER intent_comes_first BEFORE UPDATE OF state ON posting
    WHEN new.state = 'posted' AND old.state NOT IN ('sending', 'unknown', 'parked')
    BEGIN SELECT raise(ABORT, 'nothing is posted without an intent'); END;
  CREATE TRIGGER posting_is_kept BEFORE DELETE ON posting
    BEGIN SELECT raise(ABORT, 'no posting is forgotten'); END;
  CREATE TABLE attempt (
    key     TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL,
    outcome TEXT    NOT NULL,
    detail  TEXT    NOT NULL
  ) STRICT;
  CREATE INDEX attempt_key ON attempt (key);
  CREATE TABLE unposted (                        -- facts that call for nothing, by reason
    reason TEXT PRIMARY KEY,
    facts  INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** What came with genealogy. */
export const queueMigrations2 = [
  `
  -- Beside the one document of its fact: moves a lot that a hold on another lot reaches.
  ALTER TABLE posting ADD COLUMN beside INTEGER NOT NULL DEFAULT 0 CHECK (beside IN (0, 1));
  CREATE INDEX posting_beside ON posting (id) WHERE beside;
  `,
];

/** What a lane and a line are asked for again and again, however much waits in them. */
export const queueMigrations3 = [
  `
  CREATE INDEX posting_intended ON posting (lane, id) WHERE state = 'intended';
  CREATE INDEX posting_unsettled ON posting (line, sequence)
    WHERE state IN ('intended', 'sending', 'unknown');
  `,
];

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
type Told = { touched: (line: string) => void; came: (row: Planned) => void };
export type Queue = ReturnType<typeof openQueue>;

/**
 * The postings and what came of them, one small function a statement; no rule inside. `touched` is
 * told of the line of each posting that is new or has moved, `came` of each that is new.
 */
export function openQueue(db: Database, told: Told) {
  return { ...openRows(db, told), ...openRecords(db) };
}

function openRows(db: Database, { touched, came }: Told) {
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
  const first = db.prepare<[string], Pick<PostingRow, 'key' | 'state'>>(
    `SELECT key, state FROM posting WHERE lane = ? AND ${open} ORDER BY id LIMIT 1`,
  );
  const intended = db.prepare<[string, number, number], PostingRow>(
    `SELECT ${columns} FROM posting
     WHERE lane = ? AND id > ? AND state = 'intended' ORDER BY id LIMIT ?`,
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
      came(row);
    },
    move(row: PostingRow): void {
      move.run(row);
      touched(row.line);
    },
    one: (key: string) => one.get(key),
    /** Open postings of a lane behind the one of this id, at most so many. */
    lane: (name: string, after: number, limit: number) => lane.all(name, after, limit),
    /** Those of a lane behind the one of this id that nobody has looked at, at most so many. */
    intended: (name: string, after: number, limit: number) => intended.all(name, after, limit),
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

function openRecords(db: Database) {
  const attempt = db.prepare('INSERT INTO attempt VALUES (?, ?, ?, ?)');
  const unposted = db.prepare(
    'INSERT INTO unposted VALUES (?, ?) ON CONFLICT DO UPDATE SET facts = facts + excluded.facts',
  );
  const reasons = db.prepare<[], { reason: string; facts: number }>(
    'SELECT * FROM unposted WHERE facts > 0',
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
    /** Postings beside the one of their fact. */
    beside: () => beside.get()!,
    firstOpen: (line: string) => settled.get(line) ?? undefined,
    waiting: (line: string, limit: number) => waiting.all(line, limit),
  };
}
