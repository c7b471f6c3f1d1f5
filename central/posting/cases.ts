import { inverses, isCancel, type PostingKind } from '../erp/erp.ts';
import type { PostingRow, Queue } from './queue.ts';
import type { Stock } from './stock.ts';

type Named = Readonly<
  Pick<PostingRow, 'key' | 'kind' | 'state' | 'document' | 'lane' | 'lot' | 'eventId'>
>;
/** A document that stands, what would take it back, and whether that is planned. */
type Step = Named & Readonly<{ by: PostingKind | 'none'; planned: Named | null }>;
type Instead = Named & Pick<PostingRow, 'unit' | 'quantity' | 'yield' | 'scrap' | 'rework'>;
/** What would have to be done: undone in this order, and posted then. */
export type Plan = Readonly<{ undo: readonly Step[]; instead: readonly Instead[] }>;

const named = ({ key, kind, state, document, lane, lot, eventId }: PostingRow): Named => ({
  ...{ key, kind, state, document, lane, lot, eventId },
});

/**
 * The plan behind a posting that takes back another one: all that stands on that one and must go
 * before, last in, first out. Nothing moves. Null for other postings, and once it is over.
 */
export function openCases({ one, inverse, ofEvent }: Queue, stock: Stock) {
  function step(key: string): Step {
    const row = one(key)!;
    const back = inverse(key);
    return { ...named(row), by: inverses[row.kind], planned: back ? named(back) : null };
  }

  return (row: PostingRow): Plan | null => {
    const { kind, state, cancels, lot, eventId, key } = row;
    if (!isCancel(kind) || cancels === null || state === 'posted' || state === 'void') return null;
    const onto = kind === 'cancelReceipt' ? stock.onto(lot!, cancels) : [];
    const before = [...onto.map((document) => document.key), ...stock.youngerOpen(row)];
    const instead = ofEvent(eventId)
      .filter((other) => other.key !== key && !isCancel(other.kind) && other.cancels === null)
      .filter((other) => other.kind !== 'blockStock')
      .map((other) => {
        const { unit, quantity, yield: good, scrap, rework } = other;
        return { ...named(other), unit, quantity, yield: good, scrap, rework };
      });
    return { undo: [...new Set(before), cancels].map(step), instead };
  };
}
