import type { PostingRow, Queue } from './queue.ts';
import type { Standing, Stock } from './stock.ts';

/** What may be done with a posting now. */
export type Verdict =
  | { do: 'send'; quantity?: string; blocked?: string; scrap?: string }
  | { do: 'hold' | 'defer' | 'void' | 'park' | 'wait'; reason: string };

/** Why a posting is void that was taken back before the ERP had it. */
export const unsentReason = 'taken back before it was posted';
/** How the reason of a case begins: what only a person can undo. */
export const caseReason = 'what it takes back went further';
/** Most documents that a reason names. */
const namedMax = 5;

/** What open holds do to a posting that they forbid; undefined for none. */
export const heldBy = (names: readonly string[]): Verdict | undefined =>
  names.length === 0
    ? undefined
    : { do: 'hold', reason: `held by ${names.slice(0, 5).join(', ')}` };

export type Asks = Pick<Queue, 'one' | 'inverse'>;

/** A document as a person finds it in the ERP. */
export const named = ({ kind, document, key }: Standing): string => `${kind} ${document ?? key}`;

/**
 * The part of the gate that is about taking back.
 *
 * A hold stops none of it: what takes a receipt back takes goods away, a confirmation moves none,
 * and the goods of an issue are blocked as soon as they are back (`comeBack` in `reach.ts`).
 */
export function openInverse(queue: Asks, stock: Stock) {
  /** A receipt goes only as long as nothing was done with its goods. */
  function receipt(row: PostingRow): Verdict | undefined {
    const lot = row.lot!;
    if (stock.issuing(lot)) return { do: 'wait', reason: 'an issue of the lot is in flight' };
    const onto = stock.onto(lot, row.cancels!);
    if (onto.length === 0) return undefined;
    if (onto.every(({ key }) => queue.inverse(key) !== undefined)) {
      return { do: 'defer', reason: 'waits for what went further to be taken back' };
    }
    const names = onto.slice(0, namedMax).map(named);
    const more = onto.length > namedMax ? [`${onto.length - namedMax} more`] : [];
    return { do: 'park', reason: `${caseReason}: ${[...names, ...more].join(', ')}` };
  }

  /** Whether in the end it is taken back: by something that is not taken back itself. */
  function isTakenBack({ key }: PostingRow): boolean {
    const back = queue.inverse(key);
    return back !== undefined && !isTakenBack(back);
  }

  return {
    /** What is to be said of any posting before all else, or undefined. */
    before(row: PostingRow): Verdict | undefined {
      const back = queue.inverse(row.key);
      if (back && back.state !== 'parked' && !isTakenBack(back)) {
        return { do: 'void', reason: unsentReason };
      }
      const target = row.cancels === null ? undefined : queue.one(row.cancels)!;
      if (!target || target.state === 'posted') return undefined;
      return target.state === 'void'
        ? { do: 'void', reason: 'what it takes back was never posted' }
        : { do: 'defer', reason: 'waits for what it takes back to be posted' };
    },

    /** What takes back a posted document; it has the amounts of that. */
    cancel(row: PostingRow): Verdict {
      if (stock.isYoungerOpen(row)) {
        return { do: 'defer', reason: 'waits for a younger document to be taken back first' };
      }
      const further = row.kind === 'cancelReceipt' ? receipt(row) : undefined;
      if (further) return further;
      const { quantity, blocked } = queue.one(row.cancels!)!;
      return { do: 'send', ...(quantity ? { quantity } : {}), ...(blocked ? { blocked } : {}) };
    },
  };
}
