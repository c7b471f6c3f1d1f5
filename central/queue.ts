import type { Database } from '../shared/database.ts';
import { quantity } from '../shared/quantity.ts';
import type { PostingState } from '../statecharts/posting.ts';
import type { PostingKind } from './erp.ts';

const open = "state NOT IN ('posted', 'void')";

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
  CREATE INDEX posting_line ON posting (line, sequence) WHERE ${open};
  CREATE INDEX posting_order ON posting (order_number, operation);
  CREATE INDEX posting_lot ON posting (lot) WHERE lot IS NOT NULL;
  CREATE TRIGGER posted_is_posted BEFORE UPDATE OF state, document, key ON posting
    WHEN old.state IN ('posted', 'void')
    BEGIN SELECT raise(ABORT, 'what is posted stays posted'); END;
  CREATE TRIGGER intent_comes_first BEFORE UPDATE OF state ON posting
    WHEN new.state = 'posted' AND old.state NOT IN ('sending', 'unknown', 'parked')
    BEGIN SELECT raise(ABORT, 'nothing is posted without an intent'); END;
  CREATE TABLE lane (
    lane   TEXT PRIMARY KEY,
    due_ms INTEGER                               -- NULL: nothing to do until something changes
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lane_due ON lane (due_ms) WHERE due_ms IS NOT NULL;
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

const sum = (texts: readonly (string | null)[]): bigint =>
  texts.reduce((total, text) => total + (text === null ? 0n : quantity(text, 'quantity')), 0n);

/** What our own documents have done with a lot, millionths; scrap is not taken off `blocked`. */
export type Stock = { allReceived: bigint; blocked: bigint; scrapped: bigint };
export type Queue = ReturnType<typeof openQueue>;
/** What the gate asks of the queue. */
export type Shelves = Pick<
  Queue,
  'openBeside' | 'confirmed' | 'received' | 'stock' | 'fills' | 'inFlight'
>;

/** The postings' tables, one small function a statement; no rule inside. */
export function openQueue(db: Database) {
  const insert = db.prepare(
    `INSERT INTO posting (key, event_id, line, sequence, at_ms, lane, kind, state, order_number,
       operation, lot, material, unit, quantity, yield, scrap, rework, setup_ms, machine_ms, final,
       reason)
     VALUES (:key, :eventId, :line, :sequence, :atMs, :lane, :kind, :state, :order, :operation,
       :lot, :material, :unit, :quantity, :yield, :scrap, :rework, :setupMs, :machineMs, :final,
       :reason)`,
  );
  const move = db.prepare(
    `UPDATE posting SET state = :state, quantity = :quantity, blocked = :blocked, reason = :reason,
       material = :material, unit = :unit, document = :document, not_before_ms = :notBeforeMs,
       busy = :busy, unsure = :unsure WHERE id = :id`,
  );
  const one = db.prepare<[string], PostingRow>(`SELECT ${columns} FROM posting WHERE key = ?`);
  const lane = db.prepare<[string, number], PostingRow>(
    `SELECT ${columns} FROM posting WHERE lane = ? AND ${open} ORDER BY id LIMIT ?`,
  );
  const sending = db.prepare<[], PostingRow>(
    `SELECT ${columns} FROM posting WHERE state = 'sending'`,
  );
  const byState = db.prepare<[PostingState, number], PostingRow>(
    `SELECT ${columns} FROM posting WHERE ${open} AND state = ? ORDER BY lane, id LIMIT ?`,
  );
  const counts = db.prepare<[], { kind: PostingKind; state: PostingState; postings: number }>(
    'SELECT kind, state, count(*) AS postings FROM posting GROUP BY kind, state',
  );
  const beside = db
    .prepare<[string, string, number], 1>(
      `SELECT 1 FROM posting WHERE order_number = ? AND operation = ? AND id <> ? AND ${open}
         AND kind = 'confirmation' LIMIT 1`,
    )
    .pluck();
  const yields = db
    .prepare<[string, string], string>(
      `SELECT yield FROM posting WHERE order_number = ? AND operation = ? AND yield IS NOT NULL
         AND state IN ('sending', 'unknown', 'posted')`,
    )
    .pluck();
  const receipts = db
    .prepare<[string], string>(
      `SELECT quantity FROM posting WHERE order_number = ? AND kind = 'goodsReceipt'
         AND state IN ('sending', 'unknown', 'posted')`,
    )
    .pluck();
  const moved = db.prepare<[string], Pick<PostingRow, 'kind' | 'quantity' | 'blocked'>>(
    "SELECT kind, quantity, blocked FROM posting WHERE lot = ? AND state = 'posted'",
  );
  const exists = (where: string) =>
    db.prepare<[string], 1>(`SELECT 1 FROM posting WHERE lot = ? AND ${where} LIMIT 1`).pluck();
  const fills = exists(`kind IN ('goodsReceipt', 'blockStock') AND ${open}`);
  const inFlight = exists("state IN ('sending', 'unknown')");
  const wake = db.prepare(
    `INSERT INTO lane VALUES (:lane, :dueMs)
     ON CONFLICT DO UPDATE SET due_ms = min(coalesce(due_ms, :dueMs), :dueMs)`,
  );
  const rouse = db.prepare('UPDATE lane SET due_ms = 0 WHERE lane = ?');
  const setDue = db.prepare('UPDATE lane SET due_ms = ? WHERE lane = ?');
  const rouseHeld = db.prepare(
    `UPDATE lane SET due_ms = 0
     WHERE lane IN (SELECT DISTINCT lane FROM posting WHERE ${open} AND state = 'held')`,
  );
  const due = db
    .prepare<[number, number], string>(
      'SELECT lane FROM lane WHERE due_ms <= ? ORDER BY due_ms LIMIT ?',
    )
    .pluck();
  const attempt = db.prepare('INSERT INTO attempt VALUES (?, ?, ?, ?)');
  const unposted = db.prepare(
    'INSERT INTO unposted VALUES (?, ?) ON CONFLICT DO UPDATE SET facts = facts + excluded.facts',
  );
  const reasons = db.prepare<[], { reason: string; facts: number }>('SELECT * FROM unposted');
  const settled = db
    .prepare<[string], number | null>(
      `SELECT min(sequence) FROM posting
       WHERE line = ? AND ${open} AND state IN ('intended', 'sending', 'unknown')`,
    )
    .pluck();
  const waiting = db
    .prepare<[string, number], number>(
      `SELECT sequence FROM posting WHERE line = ? AND ${open}
         AND state IN ('held', 'deferred', 'parked') ORDER BY sequence LIMIT ?`,
    )
    .pluck();

  return {
    insert: (
      row: Omit<PostingRow, 'id' | 'notBeforeMs' | 'busy' | 'unsure' | 'document' | 'blocked'>,
    ) => insert.run(row),
    move: (row: PostingRow) => move.run(row),
    one: (key: string) => one.get(key),
    lane: (name: string, limit: number) => lane.all(name, limit),
    sending: () => sending.all(),
    byState: (state: PostingState, limit: number) => byState.all(state, limit),
    counts: () => counts.all(),

    /** Whether another confirmation of the same operation is still open. */
    openBeside: ({ order, operation, id }: PostingRow) =>
      beside.get(order!, operation!, id) !== undefined,
    /** Yield that is confirmed or may be, of the same operation. */
    confirmed: ({ order, operation }: PostingRow) => sum(yields.all(order!, operation!)),
    /** Quantity that is received or may be, of the order. */
    received: (order: string) => sum(receipts.all(order)),
    stock(lot: string): Stock {
      const rows = moved.all(lot);
      const of = (kind: PostingKind) => rows.filter((row) => row.kind === kind);
      const quantities = (kind: PostingKind) => sum(of(kind).map((row) => row.quantity));
      const received = sum(of('goodsReceipt').map((row) => row.blocked));
      return {
        allReceived: quantities('goodsReceipt'),
        blocked: received + quantities('blockStock') - quantities('unblockStock'),
        scrapped: quantities('scrapStock'),
      };
    },
    /** Whether something that brings the lot into blocked stock is still open. */
    fills: (lot: string) => fills.get(lot) !== undefined,
    inFlight: (lot: string) => inFlight.get(lot) !== undefined,

    wake: (name: string, dueMs: number) => wake.run({ lane: name, dueMs }),
    /** Looks at the lane again, if there is one. */
    rouse: (name: string) => rouse.run(name),
    rouseHeld: () => rouseHeld.run(),
    setDue: (name: string, dueMs: number | null) => setDue.run(dueMs, name),
    due: (nowMs: number, limit: number) => due.all(nowMs, limit),

    attempt: (key: string, atMs: number, outcome: string, detail: string) =>
      attempt.run(key, atMs, outcome, detail.slice(0, 500)),
    unposted: (reason: string, facts: number) => unposted.run(reason, facts),
    reasons: () => reasons.all(),
    firstOpen: (line: string) => settled.get(line) ?? undefined,
    waiting: (line: string, limit: number) => waiting.all(line, limit),
  };
}
