import type { Database } from '../../shared/database.ts';
import { amountOf, quantityText, zero } from '../../shared/quantity.ts';
import { mostOf } from '../../statecharts/tolerance.ts';
import { openAhead } from '../ledger/ahead.ts';
import type { Dossier, Lot } from '../ledger/dossier.ts';
import type { Order } from '../ledger/orderbook.ts';
import type { Holds } from '../quality/holds.ts';
import { openDecided } from '../quality/portiontables.ts';
import { openWarding } from '../quality/wardtables.ts';
import { openWarehouseGate } from '../quality/warehousegate.ts';
import type { Genealogy } from '../story/genealogy.ts';
import { movesGoods, openInboundGate } from '../supplier/gate.ts';
import { openDecision, receiptKeyOf } from './decision.ts';
import { type Asks, heldBy, openInverse, type Verdict } from './inverse.ts';
import type { PostingRow } from './queue.ts';
import { versionsFor } from './ruletable.ts';
import type { StandIns } from './standins.ts';
import type { Stock } from './stock.ts';

type Parts = {
  db: Database;
  queue: Asks;
  dossier: Dossier;
  holds: Holds;
  genealogy: Genealogy;
  stock: Stock;
  standIns: StandIns;
};

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * Decides whether a posting may go out, against everything the ledger knows now; within the
 * transaction that commits the intent.
 *
 * For stock it steers towards a target, so that it does not matter in which order production, holds
 * and dispositions arrived: how much of a lot belongs into blocked stock by all known holds,
 * against how much our own documents have put there. A lot that was made of held material belongs
 * there as a whole.
 */
export function openGate({ db, queue, dossier, holds, genealogy, stock, standIns }: Parts) {
  const ahead = openAhead(db);
  const warding = openWarding(db);
  const warehouse = openWarehouseGate(db, stock);
  const decidedOf = openDecided(db);
  const inverse = openInverse(queue, stock);
  const inbound = openInboundGate({ db, holds, genealogy, stock });
  const usageDecision = openDecision({ db, queue, dossier, holds, genealogy, stock });

  /** The order; or why not yet: its release may still be on the way from another line. */
  function released({ order: number, kind }: PostingRow): Order | Verdict {
    const order = number === null ? undefined : dossier.order(number);
    if (!order?.released)
      return { do: 'defer', reason: 'the order is not released at central yet' };
    const lacked = dossier.lacking(order.order, versionsFor[kind] ?? []);
    if (!lacked) return order;
    const { kind: of, record, version } = lacked;
    return { do: 'defer', reason: `waits: version ${version} of ${of} ${record} is not known` };
  }

  const over = (order: Order, done: bigint, more: bigint, row: PostingRow): Verdict | undefined => {
    const most = mostOf(amountOf(order.quantity), order.tolerancePercent);
    if (done + more <= most) return undefined;
    if (stock.isBackOpen(row)) {
      return { do: 'defer', reason: 'waits for a document of the order to be taken back' };
    }
    const sum = quantityText(done + more);
    const reason = `over tolerance: ${sum} of ${order.quantity} + ${order.tolerancePercent} %`;
    return { do: 'park', reason };
  };

  function confirmation(row: PostingRow): Verdict {
    const order = released(row);
    if ('do' in order) return order;
    if (row.final) {
      if (!order.complete) return { do: 'defer', reason: 'waits for the order to be closed' };
      if (stock.openBeside(row)) {
        return { do: 'defer', reason: 'waits for other confirmations of the operation' };
      }
    }
    const more = amountOf(row.yield);
    const done = more > zero ? stock.confirmed(row) : zero;
    return (more > zero && over(order, done, more, row)) || { do: 'send' };
  }

  /** None of a lot that is inspected is available before quality has released it. */
  const unreleased = (lot: Lot | undefined): Verdict | undefined =>
    lot?.inspect && !lot.released
      ? { do: 'hold', reason: 'waits for quality to release the lot' }
      : undefined;

  function receipt(row: PostingRow): Verdict {
    const order = released(row);
    if ('do' in order) return order;
    const more = amountOf(row.quantity);
    const excess = () => over(order, stock.received(order.order), more, row);
    // Nothing becomes available by it: that is the usage decision's, which waits for quality.
    if (row.inspection === 1) return excess() ?? { do: 'send', blocked: quantityText(zero) };
    const isDecided = decidedOf(row);
    const held = heldBy([
      ...holds.forbidding(order.order, row.operation, row.line).filter((one) => !isDecided(one)),
      ...genealogy.reaching(row.lot!),
    ]);
    if (held) return held;
    const barred = unreleased(dossier.lot(row.lot!)) ?? excess();
    if (barred) return barred;
    const missing = holds.toBlock(row.lot!) - stock.of(row.lot!).blocked;
    const part = missing < zero ? zero : least(missing, more);
    return { do: 'send', blocked: quantityText(part) };
  }

  /**
   * Holds that hold all of a lot that we received. How much there is of one that came from
   * elsewhere is not known here: of that, only what is held by quantity is blocked.
   */
  const holding = (name: string, lot: Lot | undefined): string[] =>
    (lot?.order ?? null) === null ? [] : genealogy.reaching(name);
  const isWhole = (name: string, lot: Lot | undefined): boolean => holding(name, lot).length > 0;

  /** What of the lot our documents made available and is still to be blocked. */
  function missing(name: string, lot: Lot): bigint {
    const { allReceived, blocked } = stock.of(name);
    if (isWhole(name, lot)) return allReceived - stock.issued(name) - blocked;
    const part = holds.toBlock(name) - blocked;
    if (lot.order === null) return least(part, inbound.free(name) ?? part);
    return least(part, allReceived - blocked);
  }

  function block(row: PostingRow): Verdict {
    const told = warehouse.verdict(row);
    if (told) return told;
    const name = row.lot!;
    const known = dossier.lot(name);
    const lot = known?.material ? known : inbound.lotOf(name);
    // Of one that was released before it was made, as far as central heard, nothing else is known.
    if (!lot?.material) return { do: 'defer', reason: 'the lot is not known at central yet' };
    if (stock.issuing(name) && isWhole(name, lot)) {
      return { do: 'wait', reason: 'an issue of the lot is in flight' };
    }
    const all = missing(name, lot);
    const part = row.quantity === null ? all : least(amountOf(row.quantity), all);
    if (part > zero) return { do: 'send', quantity: quantityText(part) };
    return nothing(name, 'nothing more of the lot in stock has to be blocked');
  }

  /** There is nothing to do, unless a person says that a document is there after all. */
  function nothing(lot: string, reason: string): Verdict {
    if (!stock.inDoubt(lot)) return { do: 'void', reason };
    return { do: 'defer', reason: 'waits for a parked document of the lot' };
  }

  function unblock(row: PostingRow): Verdict {
    const name = row.lot!;
    const lot = dossier.lot(name);
    const excess = isWhole(name, lot) ? zero : stock.of(name).blocked - holds.toBlock(name);
    const part = row.quantity === null ? excess : least(amountOf(row.quantity), excess);
    if (part <= zero) return nothing(name, 'nothing of it is in blocked stock');
    // What the ERP told of stays blocked while a line holds it.
    const held = warehouse.knows(name) ? heldBy(genealogy.reaching(name)) : undefined;
    if (held) return held;
    // A hold that is over releases no lot.
    return unreleased(lot) ?? { do: 'send', quantity: quantityText(part) };
  }

  /** More of the lot may come into blocked stock at any time, so this never needs a person. */
  function scrap(row: PostingRow): Verdict {
    const { blocked, scrapped, condemned } = stock.of(row.lot!);
    const there = blocked - scrapped;
    const all = amountOf(row.quantity);
    // What a usage decision has scrapped of the lot is not scrapped again.
    const left = condemned === zero ? all : least(all, holds.toScrap(row.lot!) - scrapped);
    if (left <= zero) return { do: 'void', reason: 'scrapped by the usage decision of the lot' };
    if (there >= left) return { do: 'send', quantity: quantityText(left) };
    const reason = `waits: only ${quantityText(there)} of the lot is in blocked stock`;
    return { do: 'defer', reason };
  }

  function issue(row: PostingRow): Verdict {
    const order = released(row);
    if ('do' in order) return order;
    const lot = row.lot!;
    if (stock.arrives(lot)) return { do: 'defer', reason: 'waits for the receipt of the lot' };
    if (stock.recedes(lot)) {
      return { do: 'defer', reason: 'waits: a receipt of the lot is to be taken back' };
    }
    // What came from elsewhere is held as a whole by central's word alone, and stays blocked then
    // until the lines have let it go.
    const lines = warehouse.knows(lot) ? genealogy.reaching(lot) : holding(lot, dossier.lot(lot));
    const held = heldBy([...new Set([...lines, ...warding(lot)])]);
    if (held) return held;
    if (stock.leaves(lot) && isShort(lot, amountOf(row.quantity))) {
      return { do: 'defer', reason: 'waits for the lot to leave blocked stock' };
    }
    if (dossier.lot(lot)?.unmade && isShort(lot, amountOf(row.quantity))) {
      return { do: 'defer', reason: 'waits: a receipt of the lot was taken back' };
    }
    return { do: 'send' };
  }

  /** Whether less than this may be available of a lot, by our own documents. */
  function isShort(lot: string, need: bigint): boolean {
    const { allReceived, blocked } = stock.of(lot);
    return stock.inFlight(lot) || allReceived - blocked - stock.issued(lot) < need;
  }

  /** The line that made what is received, or decided. */
  function lineOf(row: PostingRow): string {
    if (row.kind === 'goodsReceipt') return standIns.lineOf(row);
    if (row.inbound !== null) return row.line;
    return row.kind === 'usageDecision' ? standIns.lineOf(queue.one(receiptKeyOf(row))!) : row.line;
  }

  return (given: PostingRow): Verdict => {
    const row = { ...given, line: lineOf(given) };
    const mayMeet = row.kind !== 'goodsIssue' && movesGoods(row);
    if (row.lot !== null && mayMeet && stock.inFlight(row.lot)) {
      return { do: 'wait', reason: 'another document of the lot is in flight' };
    }
    const known = inverse.before(row) ?? heldBy(ahead.holding(row));
    if (known) return known;
    if (inbound.weighs(row)) return inbound.verdict(row);
    switch (row.kind) {
      case 'confirmation':
        return confirmation(row);
      case 'goodsIssue':
        return issue(row);
      case 'goodsReceipt':
        return receipt(row);
      case 'blockStock':
        return block(row);
      case 'unblockStock':
        return unblock(row);
      case 'scrapStock':
        return scrap(row);
      case 'usageDecision':
        return usageDecision(row);
      default:
        return inverse.cancel(row);
    }
  };
}
