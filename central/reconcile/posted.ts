import type { Database } from '../../shared/database.ts';
import { amountOf, zero } from '../../shared/quantity.ts';
import { isCancel } from '../erp/erp.ts';
import { sent } from '../posting/docket.ts';
import { columns, type PostingRow } from '../posting/queue.ts';

/** Most documents of an order, or of a lot, that are set beside the ERP's. */
export const documentsMax = 10_000;

/** Amounts by what they are of, what is measured and in which unit; times in ms. */
export type Sums = Map<string, bigint>;
export const sumKey = (of: string, measure: string, unit: string): string =>
  [of, measure, unit].join('\n');

export function addTo(sums: Sums, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? zero) + amount);
}

export type Posted = ReturnType<typeof openPosted>;

/** What central has in the ERP by its own books: the documents of an order, and of a lot. */
export function openPosted(db: Database) {
  const where = (condition: string) =>
    `SELECT ${columns} FROM posting WHERE ${condition} ORDER BY id LIMIT ${documentsMax + 1}`;
  const sentOf = db.prepare<[string], PostingRow>(where(`order_number = ? AND ${sent}`));
  const parkedOf = db.prepare<[string, string], PostingRow>(
    where("lane = ? AND order_number = ? AND state = 'parked'"),
  );
  const ofLot = db.prepare<[string], PostingRow>(where(`lot = ? AND ${sent}`));
  const parkedLot = db.prepare<[string], PostingRow>(where("lot = ? AND state = 'parked'"));
  const settled = db
    .prepare<[string, string], 1>(
      "SELECT 1 FROM act WHERE key = ? AND act = 'settle' AND document = ? LIMIT 1",
    )
    .pluck();
  const byId = (rows: PostingRow[]) => rows.sort((a, b) => a.id - b.id);

  return {
    /** What was sent of an order, or may have been, and what is parked; in order of the facts. */
    ofOrder: (order: string): readonly PostingRow[] =>
      byId([...sentOf.all(order), ...parkedOf.all(order, order)]),
    /** The same of a lot, in whichever order. */
    ofLot: (lot: string): readonly PostingRow[] => byId([...ofLot.all(lot), ...parkedLot.all(lot)]),
    /** Whether a person has said that it is in the ERP under this number. */
    isByHand: ({ key, document }: PostingRow): boolean =>
      document !== null && settled.get(key, document) === 1,
  };
}

export const operationName = (operation: string): string => `operation ${operation}`;
export const goodsName = (material: string, lot: string): string => `${material} lot ${lot}`;
export const stockName = (lot: string): string => `stock of lot ${lot}`;

/** What the posted documents of an order sum up to, less what was taken back. */
export function orderSums(rows: readonly PostingRow[]): Sums {
  const sums: Sums = new Map();
  for (const row of rows) {
    if (row.state !== 'posted') continue;
    const { kind, operation, material, lot, unit } = row;
    const sign = isCancel(kind) ? -1n : 1n;
    const add = (of: string, measure: string, within: string, amount: bigint) =>
      addTo(sums, sumKey(of, measure, within), sign * amount);
    if (kind === 'confirmation' || kind === 'cancelConfirmation') {
      const of = operationName(operation ?? '');
      for (const name of ['yield', 'scrap', 'rework'] as const) {
        add(of, name, unit ?? '', amountOf(row[name]));
      }
      add(of, 'setup', 'ms', BigInt(row.setupMs ?? 0));
      add(of, 'machine', 'ms', BigInt(row.machineMs ?? 0));
      continue;
    }
    const of = goodsName(material ?? '', lot ?? '');
    const isReceipt = kind === 'goodsReceipt' || kind === 'cancelReceipt';
    if (isReceipt) add(of, 'blocked', unit ?? '', amountOf(row.blocked));
    if (isReceipt) add(of, 'received', unit ?? '', amountOf(row.quantity));
    else if (kind === 'goodsIssue' || kind === 'cancelIssue') {
      add(of, 'issued', unit ?? '', amountOf(row.quantity));
    }
  }
  return sums;
}

/** What our posted documents have left of a lot, in each kind of stock. */
export function stockSums(lot: string, unit: string, rows: readonly PostingRow[]): Sums {
  let [unrestricted, blocked, inspected] = [zero, zero, zero];
  for (const { kind, state, quantity: all, blocked: part, scrap, inspection } of rows) {
    if (state !== 'posted') continue;
    const [amount, held] = [amountOf(all), amountOf(part)];
    const sign = isCancel(kind) ? -1n : 1n;
    if (kind === 'usageDecision') {
      inspected -= amount;
      unrestricted += amount - held - amountOf(scrap);
      blocked += held;
    } else if (inspection === 1) inspected += sign * amount;
    else if (kind === 'goodsReceipt' || kind === 'cancelReceipt') {
      unrestricted += sign * (amount - held);
      blocked += sign * held;
    } else if (kind === 'goodsIssue' || kind === 'cancelIssue') unrestricted -= sign * amount;
    else if (kind === 'scrapStock' || kind === 'returnDelivery') blocked -= amount;
    else if (kind === 'blockStock' || kind === 'unblockStock') {
      const into = kind === 'blockStock' ? amount : -amount;
      unrestricted -= into;
      blocked += into;
    }
  }
  const of = stockName(lot);
  return new Map([
    [sumKey(of, 'unrestricted', unit), unrestricted],
    [sumKey(of, 'blocked', unit), blocked],
    [sumKey(of, 'inspection', unit), inspected],
  ]);
}

/** Whether an ERP lists documents of that kind under their order; goods in stock have none. */
export const isOfOrder = ({ kind }: Pick<PostingRow, 'kind'>): boolean =>
  kind === 'confirmation' || kind === 'goodsIssue' || kind === 'goodsReceipt';

/** Documents that must stand in the ERP: posted, and not taken back by one that is posted. */
export function standing(rows: readonly PostingRow[]): readonly PostingRow[] {
  const posted = rows.filter(({ state }) => state === 'posted');
  const undone = new Set(posted.filter(({ kind }) => isCancel(kind)).map(({ cancels }) => cancels));
  return posted.filter(({ kind, key }) => !isCancel(kind) && !undone.has(key));
}
