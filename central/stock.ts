import type { Database } from '../shared/database.ts';
import { quantity } from '../shared/quantity.ts';
import { flies, open, sent } from './docket.ts';
import type { PostingKind } from './erp.ts';
import type { PostingRow } from './queue.ts';

const sum = (texts: readonly (string | null)[]): bigint =>
  texts.reduce((total, text) => total + (text === null ? 0n : quantity(text, 'quantity')), 0n);

/** Documents that put a lot into blocked stock or take it out. */
const movements = "kind IN ('goodsReceipt', 'blockStock', 'unblockStock', 'scrapStock')";

/** What our own documents have done with a lot, millionths; scrap is not taken off `blocked`. */
export type LotStock = { allReceived: bigint; blocked: bigint; scrapped: bigint };
export type Stock = ReturnType<typeof openStock>;

/** What our own documents have done in the ERP, or may have; the gate asks. */
export const openStock = (db: Database) => ({ ...openSums(db), ...openSigns(db) });

function openSums(db: Database) {
  const beside = db
    .prepare<[string, string, number], 1>(
      `SELECT 1 FROM posting WHERE lane = ? AND operation = ? AND id <> ? AND ${open}
         AND kind = 'confirmation' LIMIT 1`,
    )
    .pluck();
  const yields = db
    .prepare<[string, string], string>(
      `SELECT yield FROM posting WHERE order_number = ? AND operation = ? AND yield IS NOT NULL
         AND ${sent}`,
    )
    .pluck();
  const receipts = db
    .prepare<[string], string>(
      `SELECT quantity FROM posting WHERE order_number = ? AND kind = 'goodsReceipt'
         AND ${sent}`,
    )
    .pluck();
  const moved = db.prepare<[string], Pick<PostingRow, 'kind' | 'quantity' | 'blocked'>>(
    `SELECT kind, quantity, blocked FROM posting
     WHERE lot = ? AND ${movements} AND state = 'posted'`,
  );
  const issues = db
    .prepare<[string], string>(
      `SELECT quantity FROM posting WHERE lot = ? AND kind = 'goodsIssue'
         AND state IN ('sending', 'unknown', 'posted')`,
    )
    .pluck();

  return {
    /** Whether another confirmation of the same operation, in the same lane, is still open. */
    openBeside: ({ lane, operation, id }: PostingRow) =>
      beside.get(lane, operation!, id) !== undefined,
    /** Yield that is confirmed or may be, of the same operation. */
    confirmed: ({ order, operation }: PostingRow) => sum(yields.all(order!, operation!)),
    /** Quantity that is received or may be, of the order. */
    received: (order: string) => sum(receipts.all(order)),
    of(lot: string): LotStock {
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
    /** Quantity of the lot that was issued to orders, or may have been. */
    issued: (lot: string) => sum(issues.all(lot)),
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
  const isOpen = "state IN ('intended', 'sending', 'unknown', 'held', 'deferred', 'parked')";
  const mayBe = "state IN ('sending', 'unknown', 'parked', 'posted')";

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
    /** An issue of the lot is at the ERP or may be. */
    issuing: exists(`kind = 'goodsIssue' AND ${flies}`),
    /** A person must say whether a document that moves the lot is there. */
    inDoubt: exists("state = 'parked' AND kind IN ('goodsReceipt', 'blockStock', 'unblockStock')"),
  };
}
