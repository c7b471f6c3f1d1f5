import type { Fact } from '../../shared/event.ts';
import type { PostingKind } from '../erp/erp.ts';
import type { Saying } from '../posting/amendments.ts';
import { blank, type Planned, type PostingRow } from '../posting/queue.ts';
import { keyOf } from '../posting/rules.ts';
import type { Holds } from '../quality/holds.ts';
import { eventOf, holdOf, laneOf } from './names.ts';
import type { ReceiptRow } from './shelf.ts';

/** What a receipt's own hold says: the bodies of the facts of lines, in a fact of central's own. */
type Said =
  | { type: 'HoldPlaced'; quantity: string; reason: string }
  | { type: 'HoldDispositioned'; disposition: 'useAsIs' | 'scrap' | 'return'; quantity: string }
  | { type: 'HoldReleased'; quantity: string; reason: string };
type Amounts = Partial<Pick<PostingRow, 'quantity' | 'unit' | 'amount' | 'currency' | 'cancels'>>;

type Parts = {
  holds: Pick<Holds, 'note'>;
  /** Adds a posting to its lane, within the transaction. */
  enter: (row: Planned) => void;
  /** What follows of a fact about a hold for the lots that it reaches. */
  reach: (fact: Fact) => void;
};
/** Of which event it comes, and when that was. */
export type By = Readonly<{ receipt: ReceiptRow; what: string; atMs: number }>;
/** The same, done by what one person has said and another approved. */
export type Doing = By & Readonly<{ first: Saying; second: Saying }>;
export type Calls = ReturnType<typeof openCalls>;

/**
 * What a receipt calls for: documents in a lane of its own; and a hold of central's own on its lot,
 * by the very tables of those that lines place, so that it reaches what was made of the goods.
 */
export function openCalls({ holds, enter, reach }: Parts) {
  return {
    /** Plans a document; its key is that of the receipt and of what has happened to it. */
    plan({ receipt: row, what, atMs }: By, kind: PostingKind, amounts: Amounts = {}): string {
      const { receipt, line, material, lot, unit, quantity } = row;
      const eventId = eventOf(receipt, what, atMs);
      const key = keyOf(eventId, kind);
      enter({
        ...{ ...blank, key, eventId, line, sequence: 0, atMs, lane: laneOf(receipt), kind },
        ...{ material, lot, unit, quantity, ...amounts, inbound: receipt },
        ...({ state: 'intended', final: 0, beside: 1 } as const),
      });
      return key;
    },

    /** Says it of the hold of the receipt, and plans what follows for what was made of its lot. */
    say({ receipt: row, what, atMs }: By, { type, ...said }: Said): void {
      const { receipt, line, lot, unit } = row;
      const scope = type === 'HoldPlaced' ? { scope: 'lot' } : {};
      const fact = {
        ...{ type, version: 1, line, epoch: 1, sequence: 0, atMs, recordedMs: atMs, lot },
        eventId: eventOf(receipt, `${what} ${type}`, atMs),
        actor: 'system:central',
        body: { hold: holdOf(receipt), unit, ...scope, ...said },
      } as unknown as Fact;
      holds.note(fact);
      reach(fact);
    },
  };
}
