import type { Database } from '../shared/database.ts';
import { quantity } from '../shared/quantity.ts';
import type { PostingKind } from './erp.ts';
import { open, type PostingRow } from './queue.ts';

const sum = (texts: readonly (string | null)[]): bigint =>
  texts.reduce((total, text) => total + (text === null ? 0n : quantity(text, 'quantity')), 0n);

/** Documents that put a lot into blocked stock or take it out. */
const movements = "kind IN ('goodsReceipt', 'blockStock', 'unblockStock', 'scrapStock')";

/** What our own documents have done with a lot, millionths; scrap is not taken off `blocked`. */
export type LotStock = { allReceived: bigint; blocked: bigint; scrapped: bigint };
export type Stock = ReturnType<typeof openStock>;

/** What our own documents have done in the ERP, or may have; the gate asks. */
export function openStock(db: Database) {
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
    `SELECT kind, quantity, blocked FROM posting
     WHERE lot = ? AND ${movements} AND state = 'posted'`,
  );
  const exists = (where: string) =>
    db.prepare<[string], 1>(`SELECT 1 FROM posting WHERE lot = ? AND ${where} LIMIT 1`).pluck();
  const arrives = exists(
    `state IN ('intended', 'sending', 'unknown', 'held', 'deferred', 'parked')
       AND kind = 'goodsReceipt'`,
  );
  const inFlight = exists(`${movements} AND state IN ('sending', 'unknown')`);

  return {
    /** Whether another confirmation of the same operation is still open. */
    openBeside: ({ order, operation, id }: PostingRow) =>
      beside.get(order!, operation!, id) !== undefined,
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
    /** Whether a receipt of the lot is still open. */
    arrives: (lot: string) => arrives.get(lot) !== undefined,
    /** Whether a document that moves the lot is at the ERP or may be. */
    inFlight: (lot: string) => inFlight.get(lot) !== undefined,
  };
}
