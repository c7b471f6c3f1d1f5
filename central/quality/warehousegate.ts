import type { Database } from '../../shared/database.ts';
import { amountOf, quantityText } from '../../shared/quantity.ts';
import type { Lot } from '../ledger/dossier.ts';
import type { Verdict } from '../posting/inverse.ts';
import type { PostingRow } from '../posting/queue.ts';
import type { Stock } from '../posting/stock.ts';
import { openWarding } from './wardtables.ts';
import { keptName, warehouseTables } from './warehousetables.ts';

/** How much of a lot belongs into blocked stock because the ERP told of it; millionths. */
export function openKept(db: Database) {
  const { kept } = warehouseTables(db);
  return (lot: string): bigint => kept.get(keptName(lot)) ?? 0n;
}

/** What a lot is that no line has stated: as it was delivered, or as the ERP has said. */
export function openLotOf(db: Database, delivered: (lot: string) => Lot | undefined) {
  const tables = warehouseTables(db);
  const none = { order: null, inspect: 0, released: 0, unmade: 0 } as const;
  return (lot: string): Lot | undefined => {
    const known = delivered(lot);
    const { material = null, unit = null } = known ? {} : (tables.one.get(lot) ?? {});
    return material === null || unit === null ? known : { ...none, material, unit };
  };
}

/** The part of the gate that is about stock that the ERP told of. */
export function openWarehouseGate(db: Database, stock: Pick<Stock, 'issuing'>) {
  const tables = warehouseTables(db);
  const warding = openWarding(db);
  return {
    /** Whether some of it may be blocked because the ERP told of it. */
    knows: (lot: string): boolean => tables.one.get(lot) !== undefined,
    /** What was read is blocked as it was read, or not at all; undefined for other documents. */
    verdict({ key, kind, lot, quantity }: PostingRow): Verdict | undefined {
      if (kind !== 'blockStock' || tables.blocks.get(key) === undefined) return undefined;
      if (warding(lot!).length === 0) return { do: 'void', reason: 'its hold is over' };
      if (stock.issuing(lot!)) return { do: 'wait', reason: 'an issue of the lot is in flight' };
      return { do: 'send', quantity: quantityText(amountOf(quantity)) };
    },
  };
}
