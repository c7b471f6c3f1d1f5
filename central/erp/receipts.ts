import type { Unread } from './figures.ts';

/** Items of goods receipts that a connector tells at once. */
type Delivered = Readonly<{
  /** In the order of their numbers, as the ERP says them: nothing of it is believed yet. */
  receipts: readonly unknown[];
  /** Whether there may be more behind the last of them. */
  isMore: boolean;
}>;

/**
 * What suppliers have delivered against purchase orders, and what was taken back of it: at most
 * `limit` items behind the one called `after`, "number/year/item", all of them with null. Reads
 * only; never rejects. Each item is an object as `central/supplier/delivery.ts` reads it.
 */
export type Receipts = (after: string | null, limit: number) => Promise<Delivered | Unread>;
