import type { Database } from '../../shared/database.ts';
import { amountOf, type Quantity, quantityText, zero } from '../../shared/quantity.ts';
import { heldBy, type Verdict } from '../posting/inverse.ts';
import type { PostingRow } from '../posting/queue.ts';
import type { Stock } from '../posting/stock.ts';
import type { Holds } from '../quality/holds.ts';
import type { Genealogy } from '../story/genealogy.ts';
import { isOwnHold } from './names.ts';
import { openFollowing } from './origin.ts';
import { openShelf } from './shelf.ts';

type Parts = { db: Database; holds: Holds; genealogy: Genealogy; stock: Stock };
const least = ([first, ...all]: readonly [Quantity, ...Quantity[]]): Quantity => {
  const rest = all.filter((one) => one < first);
  return rest.length === 0 ? first : least(rest as [Quantity, ...Quantity[]]);
};

/**
 * The part of the gate that is about what follows suppliers' receipts. As everywhere it steers
 * towards a target: what of a lot belongs into blocked stock by all holds, those of central on
 * receipts among them, against what our documents have put there.
 */
export function openInboundGate({ db, holds, genealogy, stock }: Parts) {
  const shelf = openShelf(db);
  const { follows, lotOf } = openFollowing(db);

  const drawing = db
    .prepare<[string], string>(
      `SELECT quantity FROM posting WHERE lot = ? AND kind = 'goodsIssue'
         AND state IN ('intended', 'held', 'deferred', 'parked')`,
    )
    .pluck();

  /**
   * How much of the lot may lie free, by what was received, decided, drawn and blocked; what lines
   * have drawn is gone, whether its issue is posted or not.
   */
  function freeOf(lot: string): Quantity {
    const received = shelf
      .ofLot(lot)
      .filter((row) => row.stock === 'unrestricted' && row.state !== 'cancelled')
      .reduce((sum, row) => sum + amountOf(row.quantity), zero);
    const { allReceived, blocked } = stock.of(lot);
    const drawn = drawing.all(lot).reduce((sum, text) => sum + amountOf(text), stock.issued(lot));
    return received + allReceived - drawn - blocked;
  }

  function nothing(lot: string, reason: string): Verdict {
    if (!stock.inDoubt(lot)) return { do: 'void', reason };
    return { do: 'defer', reason: 'waits for a parked document of the lot' };
  }

  function block(lot: string, all: Quantity): Verdict {
    if (stock.issuing(lot)) return { do: 'wait', reason: 'an issue of the lot is in flight' };
    const part = least([all, holds.toBlock(lot) - stock.of(lot).blocked, freeOf(lot)]);
    if (part > zero) return { do: 'send', quantity: quantityText(part) };
    return nothing(lot, 'nothing more of the lot is free: it was used, or is blocked');
  }

  function unblock(lot: string, all: Quantity): Verdict {
    const part = least([all, stock.of(lot).blocked - holds.toBlock(lot)]);
    if (part <= zero) return nothing(lot, 'nothing of it is in blocked stock');
    const held = heldBy(genealogy.reaching(lot));
    return held ?? { do: 'send', quantity: quantityText(part) };
  }

  function leave(lot: string, all: Quantity): Verdict {
    const { blocked, scrapped } = stock.of(lot);
    const there = blocked - scrapped;
    if (there >= all) return { do: 'send' };
    const reason = `waits: only ${quantityText(there)} of the lot is in blocked stock`;
    return { do: 'defer', reason };
  }

  /** What was received into quality inspection leaves it once, by its result. */
  function decide(lot: string, receipt: string): Verdict {
    const { state, rejected, accepted } = shelf.one(receipt)!;
    if (state === 'cancelled') return { do: 'void', reason: 'the receipt was taken back' };
    if (state === 'requested') return { do: 'hold', reason: 'waits for its inspection' };
    const decision = { do: 'send', blocked: rejected, scrap: '0' } as const;
    // What makes nothing free waits for no hold.
    if (amountOf(accepted) === zero) return decision;
    const others = holds.openOnLot(lot).filter((hold) => !isOwnHold(hold));
    const held = heldBy([...new Set([...genealogy.reaching(lot), ...others])]);
    return held ?? decision;
  }

  /** The provision names the claim that it is for. */
  function accrue(receipt: string): Verdict {
    const claim = follows(receipt).find(({ kind }) => kind === 'supplierClaim');
    if (claim?.state === 'posted') return { do: 'send' };
    if (claim?.state === 'void') return { do: 'void', reason: 'there is no claim' };
    return { do: 'defer', reason: 'waits for the claim to be posted' };
  }

  return {
    lotOf,
    /** How much of a supplier's lot may lie free; undefined for a lot that none has delivered. */
    free: (lot: string): Quantity | undefined =>
      shelf.ofLot(lot).length === 0 ? undefined : freeOf(lot),
    /** Whether it is one of those that are weighed here; others of a receipt are as any other. */
    weighs: ({ inbound, kind }: PostingRow): boolean =>
      inbound !== null && kind !== 'cancelAccrual',

    verdict({ kind, lot, quantity, inbound }: PostingRow): Verdict {
      const [name, all] = [lot!, amountOf(quantity)];
      switch (kind) {
        case 'blockStock':
          return block(name, all);
        case 'unblockStock':
          return unblock(name, all);
        case 'scrapStock':
        case 'returnDelivery':
          return leave(name, all);
        case 'usageDecision':
          return decide(name, inbound!);
        case 'accrual':
          return accrue(inbound!);
        default:
          return { do: 'send' }; // a claim moves nothing
      }
    },
  };
}

/** Kinds by which no goods move: they wait for no other document of their lot. */
const still: readonly PostingRow['kind'][] = ['supplierClaim', 'accrual', 'cancelAccrual'];
export const movesGoods = ({ kind }: Pick<PostingRow, 'kind'>): boolean => !still.includes(kind);
