import type { Database } from '../shared/database.ts';
import { quantity } from '../shared/quantity.ts';
import type { PostingState } from '../statecharts/posting.ts';
import { flies, open, sent } from './docket.ts';
import { isCancel, type PostingKind } from './erp.ts';
import type { PostingRow } from './queue.ts';

const sum = (texts: readonly (string | null)[]): bigint =>
  texts.reduce((total, text) => total + (text === null ? 0n : quantity(text, 'quantity')), 0n);

/** Documents that put a lot into blocked stock or take it out, and what takes them back. */
const movements =
  "kind IN ('goodsReceipt', 'blockStock', 'unblockStock', 'scrapStock', 'cancelReceipt')";
/** Documents by which something of a lot went further. */
const onward = "kind IN ('goodsIssue', 'blockStock', 'unblockStock', 'scrapStock')";

/** What our own documents have done with a lot, millionths; scrap is not taken off `blocked`. */
export type LotStock = { allReceived: bigint; blocked: bigint; scrapped: bigint };
export type Stock = ReturnType<typeof openStock>;

/** What our own documents have done in the ERP, or may have; the gate asks. */
export const openStock = (db: Database) => ({
  ...openSums(db),
  ...openSigns(db),
  ...openStanding(db),
});

type Amount = Readonly<{ kind: PostingKind; state: PostingState; amount: string | null }>;

/** What was sent, or may have been, less what was taken back for sure. */
function net(rows: readonly Amount[]): bigint {
  const amounts = (of: (row: Amount) => boolean) => sum(rows.filter(of).map((row) => row.amount));
  const back = amounts(({ kind, state }) => isCancel(kind) && state === 'posted');
  return amounts(({ kind }) => !isCancel(kind)) - back;
}

function openSums(db: Database) {
  const beside = db
    .prepare<[string, string, number], 1>(
      `SELECT 1 FROM posting WHERE lane = ? AND operation = ? AND id <> ? AND ${open}
         AND kind IN ('confirmation', 'cancelConfirmation') LIMIT 1`,
    )
    .pluck();
  const yields = db.prepare<[string, string], Amount>(
    `SELECT kind, state, yield AS amount FROM posting
     WHERE order_number = ? AND operation = ? AND yield IS NOT NULL AND ${sent}`,
  );
  const receipts = db.prepare<[string], Amount>(
    `SELECT kind, state, quantity AS amount FROM posting
     WHERE order_number = ? AND kind IN ('goodsReceipt', 'cancelReceipt') AND ${sent}`,
  );
  const moved = db.prepare<[string], Pick<PostingRow, 'kind' | 'quantity' | 'blocked'>>(
    `SELECT kind, quantity, blocked FROM posting
     WHERE lot = ? AND ${movements} AND state = 'posted'`,
  );
  const issues = db.prepare<[string], Amount>(
    `SELECT kind, state, quantity AS amount FROM posting
     WHERE lot = ? AND kind IN ('goodsIssue', 'cancelIssue')
       AND state IN ('sending', 'unknown', 'queued', 'posted')`,
  );

  return {
    /** Whether another confirmation of the same operation, in the same lane, is still open. */
    openBeside: ({ lane, operation, id }: PostingRow) =>
      beside.get(lane, operation!, id) !== undefined,
    /** Yield that is confirmed or may be, of the same operation. */
    confirmed: ({ order, operation }: PostingRow) => net(yields.all(order!, operation!)),
    /** Quantity that is received or may be, of the order. */
    received: (order: string) => net(receipts.all(order)),
    of(lot: string): LotStock {
      const rows = moved.all(lot);
      const of = (kind: PostingKind) => rows.filter((row) => row.kind === kind);
      const quantities = (kind: PostingKind) => sum(of(kind).map((row) => row.quantity));
      const into = (kind: PostingKind) => sum(of(kind).map((row) => row.blocked));
      const received = into('goodsReceipt') - into('cancelReceipt');
      return {
        allReceived: quantities('goodsReceipt') - quantities('cancelReceipt'),
        blocked: received + quantities('blockStock') - quantities('unblockStock'),
        scrapped: quantities('scrapStock'),
      };
    },
    /** Quantity of the lot that was issued to orders, or may have been. */
    issued: (lot: string) => net(issues.all(lot)),
  };
}

/** Whether there is a document of a lot such as this. */
function openSigns(db: Database) {
  const exists = (where: string) => {
    const one = db
      .prepare<[string], 1>(`SELECT 1 FROM posting WHERE lot = ? AND ${where} LIMIT 1`)
      .pluck();
    return (lot: string): boolean => one.get(lot) !== undefined;
  };
  const isOpen =
    "state IN ('intended', 'sending', 'unknown', 'queued', 'held', 'deferred', 'parked')";
  const mayBe = "state IN ('sending', 'unknown', 'queued', 'parked', 'posted')";

  return {
    /** A receipt of the lot is still open. */
    arrives: exists(`${isOpen} AND kind = 'goodsReceipt'`),
    /** Some of the lot was received, or may have been. */
    arrived: exists(`${mayBe} AND kind = 'goodsReceipt'`),
    /** Some of the lot was put into blocked stock, or may have been. */
    mayBeBlocked: exists(
      `${mayBe} AND (kind = 'blockStock' OR kind = 'goodsReceipt' AND blocked <> '0')`,
    ),
    /** Some of the lot is about to leave blocked stock. */
    leaves: exists(`${isOpen} AND kind = 'unblockStock'`),
    /** A document that moves the lot is at the ERP or may be. */
    inFlight: exists(`${movements} AND ${flies}`),
    /** A document of the lot is queued at the ERP. */
    queued: exists("state = 'queued'"),
    /** An issue of the lot, or what takes one back, is at the ERP or may be. */
    issuing: exists(`kind IN ('goodsIssue', 'cancelIssue') AND ${flies}`),
    /** A receipt of the lot is to be taken back. */
    recedes: exists(`${isOpen} AND kind = 'cancelReceipt'`),
    /** A person must say whether a document that moves the lot is there. */
    inDoubt: exists("state = 'parked' AND kind IN ('goodsReceipt', 'blockStock', 'unblockStock')"),
  };
}

/** A document that stands in the ERP, or may. */
export type Standing = Readonly<
  Pick<PostingRow, 'key' | 'kind' | 'state' | 'document' | 'lane' | 'eventId'>
>;
/** Most of them that are read of one lot, the youngest first. */
const standingMax = 200;

/** In SQL: when a posting's document came into the books, among all that did; 0 if nobody knows. */
const rank = (key: string): string =>
  `(SELECT coalesce(max(rowid), 0) FROM attempt WHERE attempt.key = ${key})`;

/** What is built on what, in the order in which it came into the ERP's books. */
function openStanding(db: Database) {
  const isYounger = `lane = ? AND cancels IS NOT NULL AND ${open} AND id <> ?
    AND substr(kind, 1, 6) = 'cancel' AND ${rank('posting.cancels')} > ${rank('?')}
    AND (SELECT state FROM posting AS undone WHERE undone.key = posting.cancels) = 'posted'`;
  const younger = db
    .prepare<[string, number, string], 1>(`SELECT 1 FROM posting WHERE ${isYounger} LIMIT 1`)
    .pluck();
  const allYounger = db
    .prepare<[string, number, string, number], string>(
      `SELECT cancels FROM posting WHERE ${isYounger}
       ORDER BY ${rank('posting.cancels')} DESC LIMIT ?`,
    )
    .pluck();
  const back = db
    .prepare<[string, number], 1>(
      `SELECT 1 FROM posting WHERE lane = ? AND cancels IS NOT NULL AND ${open} AND id <> ?
         AND kind IN ('cancelConfirmation', 'cancelReceipt') LIMIT 1`,
    )
    .pluck();
  const onto = db.prepare<[string, string, number], Standing>(
    `SELECT key, kind, state, document, lane, event_id AS eventId FROM posting
     WHERE lot = ? AND ${onward} AND ${sent}
       AND (state <> 'posted' OR ${rank('posting.key')} NOT BETWEEN 1 AND ${rank('?')})
       AND NOT EXISTS (SELECT 1 FROM posting AS undone WHERE undone.cancels = posting.key
         AND undone.state = 'posted')
     ORDER BY ${rank('posting.key')} DESC, id DESC LIMIT ?`,
  );

  return {
    /** Whether something younger in the lane is still to be taken back. */
    isYoungerOpen: ({ lane, id, cancels }: PostingRow): boolean =>
      younger.get(lane, id, cancels!) !== undefined,
    /** Keys of the documents of the lane that are to be taken back before, the youngest first. */
    youngerOpen: ({ lane, id, cancels }: PostingRow): readonly string[] =>
      allYounger.all(lane, id, cancels!, standingMax),
    /** Whether a confirmation or a receipt in the lane is still to be taken back. */
    isBackOpen: ({ lane, id }: PostingRow): boolean => back.get(lane, id) !== undefined,
    /** Documents by which something of the lot went further after the one of this key. */
    onto: (lot: string, key: string): readonly Standing[] => onto.all(lot, key, standingMax),
  };
}
