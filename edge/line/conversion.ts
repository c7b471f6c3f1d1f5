import type { Content } from '../../shared/event.ts';
import type { Convert } from '../../shared/unit.ts';
import type { Book } from './book.ts';

const amounts = ['good', 'scrap', 'rework', 'held'] as const;

/**
 * The fact in the unit that its order or its lot is kept in, where the plant has a factor for the
 * material; `given` then says what was stated. Without a factor the fact stays as it is, and the
 * charts refuse its unit. Throws Fault REFUSED for a quantity that cannot be told exactly.
 */
export function inKeptUnit(book: Book, units: Convert, fact: Content): Content {
  if (fact.type === 'QuantityReported' || fact.type === 'QuantityCorrected') {
    const order = book.look('order', fact.order!);
    const { unit } = fact.body;
    if (!order || unit === order.unit || !units.knows(order.material, unit, order.unit))
      return fact;
    const converted = amounts.map((name) => [
      name,
      units.convert(fact.body[name], order.material, unit, order.unit),
    ]);
    const given = `${amounts.map((name) => `${name} ${fact.body[name]}`).join(', ')} ${unit}`;
    const body = { ...fact.body, ...Object.fromEntries(converted), unit: order.unit, given };
    return { ...fact, body } as Content;
  }
  if (!('material' in fact.body) || !('quantity' in fact.body) || fact.lot === undefined)
    return fact;
  const { material, unit, quantity } = fact.body;
  const kept = book.look('lot', fact.lot)?.unit || unit;
  if (kept === unit || !units.knows(material, unit, kept)) return fact;
  const converted = units.convert(quantity, material, unit, kept);
  const body = { ...fact.body, quantity: converted, unit: kept, given: `${quantity} ${unit}` };
  return { ...fact, body } as Content;
}
