import type { Database } from '../../shared/database.ts';
import { amountOf, quantityText, zero } from '../../shared/quantity.ts';
import { type ReceiptRow, type Shelf, waitsOf } from './shelf.ts';

/** What of all receipts of a unit became what: received is the sum of the others. */
type UnitBook = Readonly<
  Record<'received' | 'accepted' | 'rejected' | 'waiting' | 'cancelled', string> & {
    unit: string;
    receipts: number;
  }
>;
/** Money that suppliers shall make good: as claims that are not answered, and as it is provided. */
type MoneyBook = Readonly<{
  currency: string;
  claims: number;
  claimsOpen: string;
  accrualsOpen: string;
  accrualsPosted: string; // of those that are open, what the ERP has
}>;
export type Books = Readonly<{
  units: readonly UnitBook[];
  money: readonly MoneyBook[];
  /** Receipts whose claim and whose provision do not say the same: 50 at most. */
  differing: readonly string[];
  agrees: boolean;
}>;

const differingMax = 50;
type Accrual = Readonly<{ inbound: string; amount: string; currency: string; state: string }>;
type Sums = Map<string, Record<string, bigint>>;

function add(sums: Sums, name: string, more: Readonly<Record<string, bigint>>): void {
  const sum = sums.get(name) ?? {};
  for (const [key, amount] of Object.entries(more)) sum[key] = (sum[key] ?? zero) + amount;
  sums.set(name, sum);
}

const openClaim = (row: ReceiptRow): boolean =>
  row.state === 'failed' && row.answer === null && amountOf(row.claimed) > zero;

/** Whether the whole is what its parts are. */
const isWhole = ({ received, accepted, rejected, waiting, cancelled }: UnitBook): boolean =>
  amountOf(received) ===
  [accepted, rejected, waiting, cancelled].reduce((sum, part) => sum + amountOf(part), zero);

/**
 * The books of what suppliers deliver, added up anew from every receipt and every document: goods
 * by unit, money by currency. Claims are read from receipts, provisions from the postings.
 */
export function openBooks(db: Database, { all }: Pick<Shelf, 'all'>) {
  const accruals = db.prepare<[], Accrual>(
    `SELECT inbound, amount, currency, state FROM posting
     WHERE inbound IS NOT NULL AND kind = 'accrual' AND state <> 'void'
       AND NOT EXISTS (SELECT 1 FROM posting AS back WHERE back.cancels = posting.key
         AND back.state <> 'void')`,
  );

  return (): Books => {
    const [units, money]: [Sums, Sums] = [new Map(), new Map()];
    const claimed = new Map<string, string>();
    for (const row of all()) {
      const quantity = amountOf(row.quantity);
      add(units, row.unit, {
        ...{ received: quantity, receipts: 1n, waiting: waitsOf(row) },
        ...{ accepted: amountOf(row.accepted), rejected: amountOf(row.rejected) },
        cancelled: row.state === 'cancelled' ? quantity : zero,
      });
      if (!openClaim(row)) continue;
      claimed.set(row.receipt, `${row.claimed} ${row.currency}`);
      add(money, row.currency!, { claims: 1n, claimsOpen: amountOf(row.claimed) });
    }
    const differing: string[] = [];
    for (const { inbound, amount, currency, state } of accruals.all()) {
      const sum = amountOf(amount);
      add(money, currency, {
        accrualsOpen: sum,
        accrualsPosted: state === 'posted' ? sum : zero,
      });
      if (claimed.get(inbound) === `${amount} ${currency}`) claimed.delete(inbound);
      else differing.push(inbound);
    }
    differing.push(...claimed.keys());
    const text = (sum: Record<string, bigint>, name: string) => quantityText(sum[name] ?? zero);
    const told = {
      units: [...units].sort().map(([unit, sum]) => ({
        ...{ unit, receipts: Number(sum['receipts']), received: text(sum, 'received') },
        ...{ accepted: text(sum, 'accepted'), rejected: text(sum, 'rejected') },
        ...{ waiting: text(sum, 'waiting'), cancelled: text(sum, 'cancelled') },
      })),
      money: [...money].sort().map(([currency, sum]) => ({
        ...{ currency, claims: Number(sum['claims'] ?? zero) },
        ...{ claimsOpen: text(sum, 'claimsOpen'), accrualsOpen: text(sum, 'accrualsOpen') },
        accrualsPosted: text(sum, 'accrualsPosted'),
      })),
      differing: [...new Set(differing)].slice(0, differingMax),
    };
    return { ...told, agrees: told.differing.length === 0 && told.units.every(isWhole) };
  };
}
