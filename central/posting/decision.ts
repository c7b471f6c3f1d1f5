import type { Database } from '../../shared/database.ts';
import { amountOf, quantityText, zero } from '../../shared/quantity.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Holds } from '../quality/holds.ts';
import { openDecided } from '../quality/portiontables.ts';
import type { Genealogy } from '../story/genealogy.ts';
import { type Asks, heldBy, unsentReason, type Verdict } from './inverse.ts';
import type { PostingRow } from './queue.ts';
import { keyOf } from './rules.ts';
import type { Stock } from './stock.ts';

type Parts = {
  db: Database;
  queue: Asks;
  dossier: Dossier;
  holds: Holds;
  genealogy: Genealogy;
  stock: Stock;
};

/** Why a usage decision is void whose receipt was taken back. */
export const goneReason = 'the receipt that it decides was taken back';

/** The receipt into quality inspection that a usage decision is about: of the same event. */
export const receiptKeyOf = ({ eventId }: Pick<PostingRow, 'eventId'>): string =>
  keyOf(eventId, 'goodsReceipt');

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * The part of the gate that is about usage decisions: what was received into quality inspection
 * leaves it once, when quality has released the lot, or has condemned all of the receipt. Until
 * then none of it is available, whatever arrives first.
 *
 * Every open hold that reaches the lot, even on a part of it, stops the whole decision: it is made
 * once, and by then it is known what goes to blocked stock and what to scrap.
 */
export function openDecision({ db, queue, dossier, holds, genealogy, stock }: Parts) {
  const decidedOf = openDecided(db);

  /** What keeps it from being made, because of its receipt; undefined once that is posted. */
  function waitsFor(receipt: PostingRow): Verdict | undefined {
    if (receipt.state === 'void') return { do: 'void', reason: receipt.reason ?? unsentReason };
    if (receipt.state !== 'posted') {
      return { do: 'defer', reason: 'waits for the receipt of the lot to be posted' };
    }
    const back = queue.inverse(receipt.key);
    if (back === undefined) return undefined;
    if (back.state === 'posted') return { do: 'void', reason: goneReason };
    return { do: 'defer', reason: 'waits: the receipt of the lot is to be taken back' };
  }

  return (row: PostingRow): Verdict => {
    const receipt = queue.one(receiptKeyOf(row))!;
    const waits = waitsFor(receipt);
    if (waits) return waits;
    const lot = row.lot!;
    const isDecided = decidedOf(row);
    const held = heldBy([
      ...holds.forbidding(row.order!, row.operation, row.line).filter((one) => !isDecided(one)),
      ...new Set([...genealogy.reaching(lot), ...holds.openOnLot(lot)]),
    ]);
    if (held) return held;
    const all = amountOf(receipt.quantity);
    const { blocked: barred, scrapped } = stock.of(lot);
    const toBar = least(most(holds.toBlock(lot) - barred, zero), all);
    // What shall be scrapped may be in blocked stock already: then it goes from there.
    const toScrap = least(most(holds.toScrap(lot) - scrapped, zero), toBar);
    if (!dossier.lot(lot)?.released && toBar < all) {
      return { do: 'hold', reason: 'waits for quality to decide the lot' };
    }
    const blocked = quantityText(toBar - toScrap);
    return { do: 'send', quantity: receipt.quantity!, blocked, scrap: quantityText(toScrap) };
  };
}
