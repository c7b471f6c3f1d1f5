import { Fault } from '../../shared/fault.ts';
import { quantityText } from '../../shared/quantity.ts';
import { ancestors, descendants, kinOf } from '../../statecharts/genealogy.ts';
import { heldBy, keyOf } from '../../statecharts/tables.ts';
import type { Book } from '../line/book.ts';

/** Most lots of one direction in one answer; all of them are counted. */
export const kinMax = 1_000;

/**
 * Where a lot or serial came from and what became of it, as far as this edge has stated it: from
 * memory, also with the cable pulled. Throws Fault UNKNOWN for a lot that was never stated.
 */
export function readPedigree(book: Book, lot: string) {
  const { look } = book;
  const row = look('lot', lot);
  if (!row) throw new Fault('UNKNOWN', `lot: ${lot.slice(0, 40)} was never stated at this edge`);
  const before = ancestors(look, lot);
  const after = descendants(look, lot);
  const { quantity, ...rest } = row;
  return {
    lot,
    ...rest,
    quantity: quantity === undefined ? null : quantityText(quantity), // null: made elsewhere
    holds: heldBy(look, keyOf('lot', lot)),
    ...kinOf(look, lot),
    ancestors: before.slice(0, kinMax),
    ancestorsCount: before.length,
    descendants: after.slice(0, kinMax),
    descendantsCount: after.length,
  };
}
