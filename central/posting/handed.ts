import { isCancel, type Posting } from '../erp/erp.ts';
import { receiptKeyOf } from './decision.ts';
import type { PostingRow, Queue } from './queue.ts';

/** What a posting is about that has a number: what it takes back, or the receipt it decides. */
type Behind = Readonly<{
  undone?: PostingRow | undefined;
  receipt?: PostingRow | undefined;
  /** Of what follows a supplier's receipt: what the ERP has of that. */
  origin?: Origin | undefined;
}>;
/** A supplier's receipt as documents that follow it name it; `claim` is that of its goods. */
export type Origin = Readonly<
  Pick<Posting, 'receipt' | 'receiptItem' | 'supplier' | 'purchaseOrder' | 'purchaseItem' | 'claim'>
>;

/** The posting as the ERP port takes it. */
export function postingOf(row: PostingRow, { undone, receipt, origin }: Behind = {}): Posting {
  const { key, kind, eventId, atMs, final } = row;
  const { order, operation, lot, material, unit, quantity, blocked, setupMs, machineMs } = row;
  const { yield: good, scrap, rework, ticket, amount, currency } = row;
  const money = { amount, currency };
  const optional = { order, operation, lot, material, unit, quantity, blocked, setupMs, machineMs };
  const back = { cancels: undone?.document ?? null, cancelsKey: undone?.key ?? null };
  const decides = { receipt: receipt?.document ?? null };
  const inspectionLot = receipt?.inspectionLot ?? null;
  const all = { ...optional, yield: good, scrap, rework, ...back, ...decides, inspectionLot };
  const given = Object.entries({ ...all, ...money, ticket });
  const present = Object.fromEntries(given.filter(([, value]) => value !== null));
  const inspects = row.inspection === 1 && receipt === undefined;
  return {
    ...{ key, kind, eventId, atMs, ...(final ? { final: true } : {}) },
    ...{ ...(inspects ? { inspection: true } : {}), ...present, ...origin },
  };
}

type Parts = Readonly<{
  queue: Pick<Queue, 'one'>;
  following: Readonly<{ originOf: (row: PostingRow) => Origin | undefined }>;
}>;

/** As the ERP port takes a posting, with what it takes back, or the receipt that it decides. */
export const openHanding =
  ({ queue, following }: Parts) =>
  (row: PostingRow): Posting =>
    postingOf(row, {
      undone: isCancel(row.kind) ? queue.one(row.cancels!) : undefined,
      receipt: row.kind === 'usageDecision' ? queue.one(receiptKeyOf(row)) : undefined,
      origin: following.originOf(row),
    });
