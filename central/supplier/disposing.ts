import { Fault } from '../../shared/fault.ts';
import { amountOf, type Quantity, quantityText, zero } from '../../shared/quantity.ts';
import type { PostingKind } from '../erp/erp.ts';
import { isFlying } from '../posting/docket.ts';
import type { Postings } from '../posting/postings.ts';
import type { Calls, Doing } from './calls.ts';
import type { Carrying } from './carrying.ts';
import type { ReceiptRow, Shelf } from './shelf.ts';

/** What becomes of rejected goods; `used` is of those that were consumed before they were held. */
export const dispositionNames = ['return', 'scrap', 'useAsIs', 'used'] as const;
type DispositionName = (typeof dispositionNames)[number];

type Parts = {
  shelf: Shelf;
  calls: Calls;
  carrying: Pick<Carrying, 'lift'>;
  postings: Pick<Postings['inbound'], 'follows' | 'blockedOf'>;
};
const least = (a: Quantity, b: Quantity): Quantity => (a < b ? a : b);
const refused = (receipt: string, words: string) =>
  new Fault('REFUSED', `receipt: ${receipt} ${words}`);
/** By which goods of the receipt come into blocked stock, or leave it. */
const moves: readonly PostingKind[] = [
  ...(['blockStock', 'unblockStock', 'usageDecision'] as const),
  ...(['scrapStock', 'returnDelivery'] as const),
];
const kinds = { return: 'returnDelivery', scrap: 'scrapStock', useAsIs: 'unblockStock' } as const;

/**
 * What becomes of what was rejected, in parts: what lies in blocked stock goes back, is scrapped or
 * used as it is; what was consumed before is decided on what was made of it, and only ended here.
 */
export function openDisposing({ shelf, calls, carrying, postings }: Parts) {
  const leftOf = ({ rejected, disposed }: ReceiptRow): Quantity =>
    amountOf(rejected) - amountOf(disposed);

  /** How much of it is blocked and not decided; throws Fault REFUSED while that moves. */
  function blockedOf(row: ReceiptRow): Quantity {
    const { receipt, lot } = row;
    const moving = postings
      .follows(receipt)
      .find(({ kind, state }) => moves.includes(kind) && state !== 'posted' && state !== 'void');
    if (moving) {
      const words = isFlying(moving.state) ? 'is at the ERP' : `is ${moving.state}`;
      throw refused(receipt, `has a ${moving.kind} that ${words}: say it once that is posted`);
    }
    return least(postings.blockedOf(lot), leftOf(row));
  }

  function check(row: ReceiptRow, name: DispositionName): Quantity {
    const { receipt, unit, state } = row;
    if (state !== 'failed') throw refused(receipt, 'has nothing that is rejected');
    const left = leftOf(row);
    if (left === zero) throw refused(receipt, 'is disposed of, all that was rejected');
    const there = blockedOf(row);
    if (name === 'useAsIs') return left;
    if (name !== 'used') {
      if (there > zero) return there;
      throw refused(receipt, `has nothing in blocked stock: say "used" of ${quantityText(left)}`);
    }
    if (there === zero) return left;
    throw refused(receipt, `has ${quantityText(there)} ${unit} in blocked stock: dispose of it`);
  }

  function dispose(row: ReceiptRow, name: DispositionName, by: Doing): void {
    const all = check(row, name);
    const quantity = quantityText(all);
    const there = quantityText(blockedOf(row));
    const disposed = quantityText(amountOf(row.disposed) + all);
    shelf.dispose(row.receipt, disposed);
    const { type, ...said } =
      name === 'used'
        ? ({ type: 'HoldReleased', reason: 'decided where it was used' } as const)
        : ({ type: 'HoldDispositioned', disposition: name } as const);
    calls.say(by, { type, ...said, quantity } as Parameters<Calls['say']>[1]);
    if (name !== 'used' && there !== '0') calls.plan(by, kinds[name], { quantity: there });
    if (disposed === row.rejected) carrying.lift(row, by.first.by, by.second);
  }

  return { check, dispose };
}
