import type { Database } from '../../shared/database.ts';
import type { Lot } from '../ledger/dossier.ts';
import type { Origin } from '../posting/handed.ts';
import type { Lanes } from '../posting/lanes.ts';
import { columns, type PostingRow } from '../posting/queue.ts';
import type { Stock } from '../posting/stock.ts';
import { laneOf } from './names.ts';
import { openShelf } from './shelf.ts';

type Following = ReturnType<typeof openFollowing>;

/** What follows suppliers' receipts, and what of a receipt its documents name. */
export function openFollowing(db: Database) {
  const { one, ofLot } = openShelf(db);
  const follows = db.prepare<[string], PostingRow>(
    `SELECT ${columns} FROM posting WHERE inbound = ? ORDER BY id`,
  );
  const claim = db
    .prepare<[string], string | null>(
      `SELECT document FROM posting WHERE inbound = ? AND kind = 'supplierClaim' AND state <> 'void'
       ORDER BY id DESC LIMIT 1`,
    )
    .pluck();

  return {
    /** What a supplier's lot is; undefined for a lot that none has delivered. */
    lotOf(lot: string): Lot | undefined {
      const [row] = ofLot(lot);
      const none = { order: null, inspect: 0, released: 0, unmade: 0 } as const;
      return row && { ...none, material: row.material, unit: row.unit };
    },

    /** The documents that a receipt calls for, in their order. */
    follows: (receipt: string): readonly PostingRow[] => follows.all(receipt),

    /** What of the receipt is named in a document that follows it; undefined for others. */
    originOf({ inbound, kind }: PostingRow): Origin | undefined {
      const row = inbound === null ? undefined : one(inbound);
      if (!row) return undefined;
      const [number, year, item] = row.receipt.split('/') as [string, string, string];
      const { supplier, purchaseOrder, purchaseItem } = row;
      const money = kind === 'accrual' || kind === 'cancelAccrual';
      const ofClaim = money ? claim.get(row.receipt) : undefined;
      return {
        ...{ receipt: `${number}/${year}`, receiptItem: item },
        ...{ supplier, purchaseOrder, purchaseItem },
        ...(ofClaim ? { claim: ofClaim } : {}),
      };
    },
  };
}

type Parts = {
  following: Following;
  lanes: Pick<Lanes, 'rouse'>;
  stock: Pick<Stock, 'of'>;
  /** How much of a lot belongs into blocked stock because the ERP told of it. */
  keptOf: (lot: string) => bigint;
};

/** What follows receipts, their lanes, and what of a lot our own documents have blocked. */
export const openReceiptLanes = ({ following, lanes, stock, keptOf }: Parts) => ({
  ...following,
  rouse: (receipt: string): void => void lanes.rouse(laneOf(receipt)),
  /** Millionths; without what central's holds have blocked because the ERP told of it. */
  blockedOf(lot: string): bigint {
    const { blocked, scrapped } = stock.of(lot);
    return blocked - scrapped - keptOf(lot);
  },
});
