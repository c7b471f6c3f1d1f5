import { Fault } from '../../shared/fault.ts';
import { quantityText } from '../../shared/quantity.ts';
import { type Balance, balanceOf } from '../../statecharts/balance.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { Book } from './book.ts';

/** The order's operations in the order of its routing; without one, those that it has had. */
export function operationsOf(book: Book, order: string): readonly string[] {
  const { routing } = book.look('order', order)!;
  if (routing.length > 0) return [...new Set(routing)];
  return [...book.rows('operation').keys()]
    .filter((key) => key.startsWith(`${order}\n`))
    .map((key) => key.slice(order.length + 1))
    .sort();
}

/**
 * Where the pieces of an order are, operation by operation, as far as this edge has stated it: from
 * memory, also with the cable pulled. Throws Fault UNKNOWN for an order that was never released.
 */
export function readBalance(book: Book, order: string) {
  const row = book.look('order', order);
  if (!row) throw new Fault('UNKNOWN', `order: ${order.slice(0, 40)} is unknown at this edge`);
  return {
    order,
    ...{ state: row.state, material: row.material },
    ...{ quantity: quantityText(row.quantity), unit: row.unit },
    operations: operationsOf(book, order).map((operation) => ({
      operation,
      name: book.look('operation', keyOf(order, operation))?.name ?? '',
      ...told(balanceOf(book, order, operation)),
    })),
  };
}

const told = ({ before, ...amounts }: Balance) => ({
  before: before ?? null, // null: what came in is what was ordered
  in: quantityText(amounts.in),
  good: quantityText(amounts.good),
  scrap: quantityText(amounts.scrap),
  rework: quantityText(amounts.rework),
  held: quantityText(amounts.held),
  wip: quantityText(amounts.wip),
  over: quantityText(amounts.over),
});
