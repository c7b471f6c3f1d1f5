import { Fault } from './fault.ts';
import { id, integer, list, type Read, record } from './field.ts';
import { type Quantity, quantity, quantityText } from './quantity.ts';

/** How a plant counts a material: `numerator` of `to` are `denominator` of `from`. */
export const conversionsField = list(
  record('One unit of a material in terms of another, exactly.', {
    material: id('Material number.'),
    from: id('Unit that is reported.', 6),
    to: id('Unit that the order or the lot is kept in.', 6),
    numerator: integer('So many of the kept unit …', 1, 1_000_000_000),
    denominator: integer('… are so many of the reported one.', 1, 1_000_000_000),
  }),
  10_000,
);
export type Conversions = Read<{ all: typeof conversionsField }>['all'];
export type Convert = ReturnType<typeof openUnits>;

/**
 * Converts by the plant's own factors and by nothing else; units are compared as they are spelt.
 * Exact to the millionth: what a factor cannot express exactly is refused, not rounded.
 */
export function openUnits(conversions: Conversions) {
  const factors = new Map(
    conversions.map((known) => [`${known.material}\n${known.from}\n${known.to}`, known]),
  );

  return {
    /** True if a quantity of this material can be told in the other unit. */
    knows: (material: string, from: string, to: string): boolean =>
      from === to || factors.has(`${material}\n${from}\n${to}`),

    /** The text of the quantity in the other unit. Throws Fault REFUSED if it is not exact. */
    convert(text: string, material: string, from: string, to: string): string {
      if (from === to) return text;
      const { numerator, denominator } = factors.get(`${material}\n${from}\n${to}`)!;
      const scaled: Quantity = quantity(text, 'quantity') * BigInt(numerator);
      if (scaled % BigInt(denominator) === 0n) return quantityText(scaled / BigInt(denominator));
      const message = `${text} ${from} of ${material} cannot be told exactly in ${to}`;
      throw new Fault('REFUSED', message);
    },
  };
}
