import { Fault } from '../../shared/fault.ts';
import { amountOf } from '../../shared/quantity.ts';
import { inspection } from '../../statecharts/inspection.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Calls } from './calls.ts';
import { type InboundConfig, ruleFor } from './config.ts';
import { type Delivery, readDelivery, receiptOf } from './delivery.ts';
import { planOf } from './plan.ts';
import { ratingOf } from './rating.ts';
import type { Kept, ReceiptRow, Shelf } from './shelf.ts';
import { came } from './switching.ts';

type Parts = {
  shelf: Shelf;
  calls: Calls;
  config: InboundConfig;
  dossier: Pick<Dossier, 'lot'>;
  nowMs: () => number;
};
/** What came of an item of a receipt that was read. */
export type Taken = 'kept' | 'known' | 'cancelled' | 'odd';

/** What a receipt says once and for all. */
const lasting = [
  ...(['supplier', 'purchaseOrder', 'purchaseItem', 'material', 'lot', 'unit'] as const),
  ...(['quantity', 'stock'] as const),
];
const invalid = (words: string): Fault => new Fault('INVALID', words);

/** Throws Fault INVALID where the same receipt was told otherwise before. */
function checkSame(delivery: Delivery, row: ReceiptRow): void {
  const other = lasting.find((name) => delivery[name] !== row[name]);
  if (other === undefined) return;
  throw invalid(`differs: receipt.${other} is ${delivery[other]}, and was ${row[other]}`);
}

/**
 * Takes in what an ERP tells of receipts, each item once, by its number; decides whether it is
 * inspected, and plans what its stock calls for. What cannot be taken is set aside with its reason,
 * for a person. Within a transaction.
 */
export function openIntake({ shelf, calls, config, dossier, nowMs }: Parts) {
  /** A lot has one material and one unit here: sums of its stock would mix them up otherwise. */
  function checkLot({ lot, material, unit }: Delivery): void {
    const known = dossier.lot(lot);
    const own = known?.material ? known : shelf.ofLot(lot)[0];
    if (!own || (own.material === material && own.unit === unit)) return;
    const limit = 'a lot has one material and one unit';
    throw invalid(`receipt.lot: ${lot} is ${own.material} in ${own.unit} here, and ${limit}`);
  }

  function planned(delivery: Delivery) {
    const { supplier, material, quantity, stock } = delivery;
    const { materialClass, rule, isBlocked } = ruleFor(config, delivery);
    const { grade } = ratingOf(shelf.rated(supplier));
    const counter = shelf.counter({ supplier, material });
    const skipping = { after: config.skipAfter, oneOf: config.skipOneOf };
    const asked = { grade, materialClass, rule, counter, skipping };
    const plan = planOf({ ...asked, quantity: amountOf(quantity) });
    shelf.setCounter({ supplier, material }, came(counter, plan.isInspected));
    return { ...plan, blocks: plan.isInspected && isBlocked && stock === 'unrestricted' };
  }

  function keep(delivery: Delivery): void {
    checkLot(delivery);
    const atMs = nowMs();
    const { mode, isInspected, sample, why, blocks } = planned(delivery);
    const { reverses: _, amount = null, currency = null, ...said } = delivery;
    const request = { type: 'InspectionRequested', inspection: said.receipt };
    const state = isInspected
      ? inspection.step(inspection.initial, { ...request, result: '', signed: false }, said.receipt)
      : inspection.initial;
    const row: Kept = {
      ...{ ...said, amount, currency, receivedMs: atMs, line: config.site, mode, why, sample },
      ...{ blocks: blocks ? 1 : 0, state: state as ReceiptRow['state'] },
    };
    shelf.keep(row);
    const { receipt, quantity } = row;
    if (!isInspected) {
      const none = { rejected: '0', claimed: null, atMs };
      shelf.decide({ receipt, state: row.state, accepted: quantity, ...none });
    }
    const by = { receipt: shelf.one(receipt)!, what: 'received', atMs };
    if (row.stock === 'inspection') calls.plan(by, 'usageDecision');
    if (!blocks) return;
    calls.say(by, { type: 'HoldPlaced', quantity, reason: 'waits for its inspection' });
    calls.plan(by, 'blockStock');
  }

  /** The ERP has taken a receipt back. */
  function cancel({ receipt, reverses, quantity }: Delivery): Taken {
    if (shelf.isReversal(receipt)) return 'known';
    const row = shelf.one(reverses!);
    if (!row) throw invalid(`receipt.reverses: ${reverses} is not known`);
    if (row.quantity !== quantity) {
      throw invalid(`receipt.quantity: is ${quantity}, of ${row.quantity} that it takes back`);
    }
    if (row.state !== 'requested') {
      const words = `${reverses} is ${row.state}: what was decided of it is not taken back`;
      throw invalid(`receipt.reverses: ${words}`);
    }
    const { lot: _, ...said } = row;
    const ask = { type: 'InspectionCancelled', inspection: said.receipt };
    const state = inspection.step(row.state, { ...ask, result: '', signed: false }, said.receipt);
    shelf.cancel(row.receipt, state as ReceiptRow['state'], receipt);
    if (row.blocks === 0) return 'cancelled';
    const by = { receipt: row, what: `cancelled by ${receipt}`, atMs: nowMs() };
    calls.say(by, { type: 'HoldReleased', quantity, reason: 'taken back in the ERP' });
    return 'cancelled';
  }

  function take(given: unknown): Taken {
    const delivery = readDelivery(given);
    if (delivery.reverses !== undefined) return cancel(delivery);
    const row = shelf.one(delivery.receipt);
    if (row) checkSame(delivery, row);
    else keep(delivery);
    return row ? 'known' : 'kept';
  }

  return {
    /** What came of each; nothing that can be read is lost, and nothing is taken twice. */
    take(deliveries: readonly unknown[]): readonly Taken[] {
      return deliveries.map((given) => {
        try {
          return take(given);
        } catch (error) {
          if (!(error instanceof Fault && error.code === 'INVALID')) throw error;
          const words = JSON.stringify(given) ?? '';
          const isNew = shelf.setAside(receiptOf(given) ?? '', error.message, words, nowMs());
          return isNew ? 'odd' : 'known';
        }
      });
    },
  };
}
