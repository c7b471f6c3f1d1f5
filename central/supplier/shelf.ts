import type { Database } from '../../shared/database.ts';
import { amountOf, type Quantity } from '../../shared/quantity.ts';
import type { Delivery as Rated } from './rating.ts';
import { ratedMax } from './rating.ts';
import { begun, type Counter } from './switching.ts';

export const answers = ['accepted', 'dismissed', 'withdrawn'] as const;
export type Answer = (typeof answers)[number];

export type ReceiptRow = Readonly<{
  id: number;
  receipt: string;
  supplier: string;
  purchaseOrder: string;
  purchaseItem: string;
  material: string;
  lot: string;
  unit: string;
  quantity: string;
  stock: 'unrestricted' | 'inspection';
  amount: string | null;
  currency: string | null;
  day: string;
  receivedMs: number;
  line: string;
  mode: string;
  why: string;
  sample: number;
  blocks: 0 | 1;
  state: 'unknown' | 'requested' | 'passed' | 'failed' | 'cancelled';
  accepted: string;
  rejected: string;
  disposed: string;
  decidedMs: number | null;
  claimed: string | null;
  answer: Answer | null;
  answeredMs: number | null;
  creditMemo: string | null;
  cancelledBy: string | null;
}>;

const columns = `id, receipt, supplier, purchase_order AS purchaseOrder,
  purchase_item AS purchaseItem, material, lot, unit, quantity, stock, amount, currency, day,
  received_ms AS receivedMs, line, mode, why, sample, blocks, state, accepted, rejected, disposed,
  decided_ms AS decidedMs, claimed, answer, answered_ms AS answeredMs, credit_memo AS creditMemo,
  cancelled_by AS cancelledBy`;

export type Odd = Readonly<{ receipt: string; reason: string; given: string; atMs: number }>;
/** Most of what cannot be taken that is told, and most of each that is kept. */
const oddMax = 200;
const givenMax = 2_000;

export type Shelf = ReturnType<typeof openShelf>;

/** What is kept of what suppliers deliver: one small function a statement, no rule inside. */
export function openShelf(db: Database) {
  return { ...openReceipts(db), ...openChanges(db), ...openCounters(db), ...openOdd(db) };
}

function openReceipts(db: Database) {
  const one = db.prepare<[string], ReceiptRow>(
    `SELECT ${columns} FROM inbound_receipt WHERE receipt = ?`,
  );
  const ofLot = db.prepare<[string], ReceiptRow>(
    `SELECT ${columns} FROM inbound_receipt WHERE lot = ? ORDER BY id`,
  );
  const all = db.prepare<[], ReceiptRow>(`SELECT ${columns} FROM inbound_receipt ORDER BY id`);
  const page = db.prepare<[number, number], ReceiptRow>(
    `SELECT ${columns} FROM inbound_receipt WHERE id > ? ORDER BY id LIMIT ?`,
  );
  const waiting = db.prepare<[number, number], ReceiptRow>(
    `SELECT ${columns} FROM inbound_receipt WHERE state = 'requested' AND id > ?
     ORDER BY id LIMIT ?`,
  );
  const claims = db.prepare<[number, number], ReceiptRow>(
    `SELECT ${columns} FROM inbound_receipt
     WHERE state = 'failed' AND answer IS NULL AND id > ? ORDER BY id LIMIT ?`,
  );
  const suppliers = db
    .prepare<[string, number], string>(
      `SELECT DISTINCT supplier FROM inbound_receipt WHERE supplier > ? ORDER BY supplier LIMIT ?`,
    )
    .pluck();
  const rated = db.prepare<[string, number], Pick<ReceiptRow, 'quantity' | 'rejected' | 'answer'>>(
    `SELECT quantity, rejected, answer FROM inbound_receipt
     WHERE supplier = ? AND decided_ms IS NOT NULL AND (state = 'passed' OR state = 'failed')
     ORDER BY decided_ms DESC, id DESC LIMIT ?`,
  );
  const isReversal = db
    .prepare<[string], 1>('SELECT 1 FROM inbound_receipt WHERE cancelled_by = ? LIMIT 1')
    .pluck();
  return {
    one: (receipt: string): ReceiptRow | undefined => one.get(receipt),
    ofLot: (lot: string): readonly ReceiptRow[] => ofLot.all(lot),
    all: (): IterableIterator<ReceiptRow> => all.iterate(),
    page: (after: number, limit: number) => page.all(after, limit),
    waiting: (after: number, limit: number) => waiting.all(after, limit),
    claims: (after: number, limit: number) => claims.all(after, limit),
    suppliers: (after: string, limit: number) => suppliers.all(after, limit),
    /** The newest inspected deliveries of a supplier, as its rating counts them. */
    rated: (supplier: string): Rated[] =>
      rated.all(supplier, ratedMax).map(({ quantity, rejected, answer }) => ({
        quantity: amountOf(quantity),
        rejected: answer === 'withdrawn' ? 0n : amountOf(rejected),
      })),
    /** Whether this one has taken another one back. */
    isReversal: (receipt: string): boolean => isReversal.get(receipt) !== undefined,
  };
}

/** A receipt as it is kept first. */
export type Kept = Omit<
  ReceiptRow,
  | ('id' | 'accepted' | 'rejected' | 'disposed' | 'claimed' | 'answer' | 'answeredMs')
  | ('creditMemo' | 'cancelledBy' | 'decidedMs')
>;

function openChanges(db: Database) {
  const insert = db.prepare(
    `INSERT INTO inbound_receipt (receipt, supplier, purchase_order, purchase_item, material, lot,
       unit, quantity, stock, amount, currency, day, received_ms, line, mode, why, sample, blocks,
       state)
     VALUES (:receipt, :supplier, :purchaseOrder, :purchaseItem, :material, :lot, :unit, :quantity,
       :stock, :amount, :currency, :day, :receivedMs, :line, :mode, :why, :sample, :blocks,
       :state)`,
  );
  const decide = db.prepare(
    `UPDATE inbound_receipt SET state = :state, accepted = :accepted, rejected = :rejected,
       claimed = :claimed, decided_ms = :atMs WHERE receipt = :receipt`,
  );
  const answer = db.prepare(
    `UPDATE inbound_receipt SET answer = :answer, answered_ms = :atMs, credit_memo = :creditMemo
     WHERE receipt = :receipt`,
  );
  const dispose = db.prepare('UPDATE inbound_receipt SET disposed = ? WHERE receipt = ?');
  const cancel = db.prepare(
    'UPDATE inbound_receipt SET state = ?, cancelled_by = ? WHERE receipt = ?',
  );
  return {
    keep: (row: Kept) => insert.run(row),
    decide: (
      said: Pick<ReceiptRow, 'receipt' | 'state' | 'accepted' | 'rejected' | 'claimed'> & {
        atMs: number;
      },
    ) => decide.run(said),
    answer: (said: { receipt: string; answer: Answer; atMs: number; creditMemo: string | null }) =>
      answer.run(said),
    dispose: (receipt: string, disposed: string) => dispose.run(disposed, receipt),
    cancel: (receipt: string, state: ReceiptRow['state'], by: string) =>
      cancel.run(state, by, receipt),
  };
}

type Key = Readonly<{ supplier: string; material: string }>;

function openCounters(db: Database) {
  const read = db.prepare<[string, string], Counter>(
    `SELECT run, since, recent, tightened FROM inbound_counter
     WHERE supplier = ? AND material = ?`,
  );
  const ofSupplier = db.prepare<[string, number], Counter & { material: string }>(
    `SELECT material, run, since, recent, tightened FROM inbound_counter WHERE supplier = ?
     ORDER BY material LIMIT ?`,
  );
  const write = db.prepare(
    `INSERT INTO inbound_counter (supplier, material, run, since, recent, tightened)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (supplier, material) DO UPDATE SET run = excluded.run, since = excluded.since,
       recent = excluded.recent, tightened = excluded.tightened`,
  );
  return {
    counter: ({ supplier, material }: Key): Counter => read.get(supplier, material) ?? begun,
    countersOf: (supplier: string, limit: number) => ofSupplier.all(supplier, limit),
    setCounter({ supplier, material }: Key, { run, since, recent, tightened }: Counter): void {
      write.run(supplier, material, run, since, recent, tightened);
    },
  };
}

function openOdd(db: Database) {
  const add = db.prepare(
    `INSERT INTO inbound_odd (receipt, reason, given, at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  // What was read well since is odd no more.
  const listed = db.prepare<[number], Odd>(
    `SELECT receipt, reason, given, at_ms AS atMs FROM inbound_odd
     WHERE reason GLOB 'differs:*' OR NOT EXISTS (SELECT 1 FROM inbound_receipt AS known
       WHERE known.receipt = inbound_odd.receipt) ORDER BY id LIMIT ?`,
  );
  const count = db.prepare<[], number>('SELECT count(*) FROM inbound_odd').pluck();
  const cursor = db.prepare<[], string>('SELECT receipt FROM inbound_cursor WHERE id = 1').pluck();
  const move = db.prepare(
    `INSERT INTO inbound_cursor (id, receipt) VALUES (1, ?)
     ON CONFLICT (id) DO UPDATE SET receipt = excluded.receipt`,
  );
  return {
    /** Keeps what cannot be taken, once; true if it was not known. */
    setAside(receipt: string, reason: string, given: string, atMs: number): boolean {
      if (count.get()! >= oddKeptMax) return false;
      return add.run(receipt, reason.slice(0, 1_000), given.slice(0, givenMax), atMs).changes > 0;
    },
    odd: (): readonly Odd[] => listed.all(oddMax),
    cursor: (): string | null => cursor.get() ?? null,
    moveTo: (receipt: string) => move.run(receipt),
  };
}
/** Most of them that are kept: what comes then is told in the log alone. */
const oddKeptMax = 10_000;

/** What of a receipt waits for its result: all of it, or nothing. */
export const waitsOf = ({ quantity, state }: Pick<ReceiptRow, 'quantity' | 'state'>): Quantity =>
  state === 'requested' ? amountOf(quantity) : 0n;
