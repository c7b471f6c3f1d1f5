import type { Database } from '../../shared/database.ts';
import { amountOf, zero } from '../../shared/quantity.ts';
import { isCancel, type PostingKind } from '../erp/erp.ts';
import { isSent, sent } from './docket.ts';
import type { PostingRow } from './queue.ts';

/**
 * What our own documents have done with a lot, millionths: what is still to be inspected aside;
 * scrap is not taken off `blocked`, and `condemned` is what of it a usage decision has scrapped.
 */
export type LotStock = {
  allReceived: bigint;
  blocked: bigint;
  scrapped: bigint;
  condemned: bigint;
};

type Counted = Pick<
  PostingRow,
  | ('kind' | 'state' | 'order' | 'operation' | 'lot' | 'yield' | 'quantity' | 'blocked')
  | ('scrap' | 'inspection')
>;
type Sign = 1n | -1n;

/** Most orders, operations and lots of which a sum is remembered; of the others it is made anew. */
const rememberedMax = 20_000;

/** What was sent counts, or may have been, less what was taken back for sure. */
function net({ kind, state }: Counted, amount: string | null): bigint {
  if (isCancel(kind)) return state === 'posted' ? -amountOf(amount) : zero;
  return isSent(state) ? amountOf(amount) : zero;
}

/** What a receipt does to what is available or blocked: nothing, where it is to be inspected. */
const received = ({ inspection, quantity, blocked }: Counted, sign: Sign): Partial<LotStock> =>
  inspection === 1
    ? {}
    : { allReceived: sign * amountOf(quantity), blocked: sign * amountOf(blocked) };

/** What a document that is posted does to a lot in stock. */
const effects: Partial<Record<PostingKind, (row: Counted) => Partial<LotStock>>> = {
  goodsReceipt: (row) => received(row, 1n),
  cancelReceipt: (row) => received(row, -1n),
  usageDecision({ quantity, blocked, scrap }) {
    const gone = amountOf(scrap);
    const amounts = { allReceived: amountOf(quantity), blocked: amountOf(blocked) + gone };
    return { ...amounts, scrapped: gone, condemned: gone };
  },
  blockStock: (row) => ({ blocked: amountOf(row.quantity) }),
  unblockStock: (row) => ({ blocked: -amountOf(row.quantity) }),
  scrapStock: (row) => ({ scrapped: amountOf(row.quantity) }),
  // Gone from blocked stock as scrap is.
  returnDelivery: (row) => ({ scrapped: amountOf(row.quantity) }),
};

const operationKey = (order: string, operation: string) => `${order}\n${operation}`;

/** What all documents of an operation, an order or a lot come to, read at once. */
function openReading(db: Database) {
  const columns = `kind, state, order_number AS "order", operation, lot, yield, quantity, blocked,
    scrap, inspection`;
  const rows = <A extends string[]>(where: string) =>
    db.prepare<A, Counted>(`SELECT ${columns} FROM posting WHERE ${where}`);
  const yields = rows<[string, string]>(
    `order_number = ? AND operation = ? AND yield IS NOT NULL AND ${sent}`,
  );
  const receipts = rows<[string]>(
    `order_number = ? AND kind IN ('goodsReceipt', 'cancelReceipt') AND ${sent}`,
  );
  const issues = rows<[string]>(
    `lot = ? AND kind IN ('goodsIssue', 'cancelIssue')
     AND state IN ('sending', 'unknown', 'queued', 'posted')`,
  );
  const moved = rows<[string]>(
    `lot = ? AND state = 'posted' AND kind <> 'goodsIssue' AND kind <> 'cancelIssue'`,
  );
  return { yields, receipts, issues, moved };
}

/**
 * Sums over what was sent, asked for before each document. A sum is read once and then follows what
 * moves: an order of a hundred thousand reports would otherwise be added up as many times.
 */
export function openSums(db: Database) {
  const read = openReading(db);
  const yields = new Map<string, bigint>();
  const receipts = new Map<string, bigint>();
  const issues = new Map<string, bigint>();
  const lots = new Map<string, LotStock>();
  const all = [yields, receipts, issues, lots];

  /** The sum under this key, made if it is not remembered. */
  function known<T>(sums: Map<string, T>, key: string, make: () => T): T {
    const found = sums.get(key);
    if (found !== undefined) return found;
    if (sums.size >= rememberedMax) sums.clear();
    const made = make();
    sums.set(key, made);
    return made;
  }

  function add(sums: Map<string, bigint>, key: string, more: bigint): void {
    const found = sums.get(key);
    if (found !== undefined) sums.set(key, found + more);
  }

  function count(row: Counted, sign: Sign): void {
    const { kind, state, order, operation, lot } = row;
    if (order !== null && operation !== null && row.yield !== null) {
      add(yields, operationKey(order, operation), sign * net(row, row.yield));
    }
    const amount = sign * net(row, row.quantity);
    const isReceipt = kind === 'goodsReceipt' || kind === 'cancelReceipt';
    if (isReceipt && order !== null) add(receipts, order, amount);
    if (lot === null) return;
    if (kind === 'goodsIssue' || kind === 'cancelIssue') add(issues, lot, amount);
    const there = state === 'posted' ? lots.get(lot) : undefined;
    if (there) put(there, row, sign);
  }

  return {
    /** Yield that is confirmed or may be, of the same operation. */
    confirmed: ({ order, operation }: Pick<PostingRow, 'order' | 'operation'>): bigint =>
      known(yields, operationKey(order!, operation!), () =>
        total(read.yields.all(order!, operation!), (row) => net(row, row.yield)),
      ),
    /** Quantity that is received or may be, of the order. */
    received: (order: string): bigint =>
      known(receipts, order, () =>
        total(read.receipts.all(order), (row) => net(row, row.quantity)),
      ),
    /** Quantity of the lot that was issued to orders, or may have been. */
    issued: (lot: string): bigint =>
      known(issues, lot, () => total(read.issues.all(lot), (row) => net(row, row.quantity))),
    of: (lot: string): Readonly<LotStock> =>
      known(lots, lot, () => {
        const there = { allReceived: zero, blocked: zero, scrapped: zero, condemned: zero };
        for (const row of read.moved.all(lot)) put(there, row, 1n);
        return there;
      }),

    /** A posting says something else from now on, or is in another state. */
    moved(before: Counted, now: Counted): void {
      count(before, -1n);
      count(now, 1n);
    },
    /** A transaction was undone: all is read again. */
    undone(): void {
      for (const sums of all) sums.clear();
    },
  };
}

const total = (rows: readonly Counted[], of: (row: Counted) => bigint): bigint =>
  rows.reduce((sum, row) => sum + of(row), zero);

function put(there: LotStock, row: Counted, sign: Sign): void {
  const effect = effects[row.kind]?.(row) ?? {};
  for (const [name, more] of Object.entries(effect) as [keyof LotStock, bigint][]) {
    there[name] += sign * more;
  }
}
