import type { Database } from '../../shared/database.ts';
import { quantityText } from '../../shared/quantity.ts';
import { refusal } from './message.ts';

export const stockKinds = ['unrestricted', 'quality', 'blocked'] as const;
export type StockKind = (typeof stockKinds)[number];

/** First quantity that no longer fits Edm.Decimal(13,3), and first value over 11 digits. */
const quantityLimit = 10_000_000_000n * 1_000_000n;
const valueLimit = 100_000_000_000n * 1_000_000n;

/** `a + b` if it still fits the ERP's quantity field. */
export function addQuantity(a: bigint, b: bigint): bigint {
  if (a + b < quantityLimit) return a + b;
  throw refusal('valueOver', `Quantity ${quantityText(a + b)} is over 10 digits`);
}

/** `a + b` if it still fits the ERP's value field. */
export function addValue(a: bigint, b: bigint): bigint {
  if (a + b < valueLimit) return a + b;
  throw refusal('valueOver', `Value ${quantityText(a + b)} is over 11 digits`);
}

/** `a × b ÷ per`, rounded half up. All millionths except `per`, a plain number. */
export const product = (a: bigint, b: bigint, per = 1n): bigint => {
  const divisor = 1_000_000n * per;
  return (a * b * 2n + divisor) / (divisor * 2n);
};

export type Change = {
  material: string;
  lot: string;
  quantity: bigint;
  from?: StockKind | undefined;
  to?: StockKind | undefined;
};
export type Kept = Readonly<{ kind: StockKind; quantity: bigint; unit: string }>;
export type Stock = ReturnType<typeof openStock>;

/** What lies in the plant, per material, lot and kind. Call inside the document's transaction. */
export function openStock(db: Database, plant: string) {
  const select = db
    .prepare<[string, string, string, string], bigint>(
      'SELECT quantity FROM stock WHERE material = ? AND plant = ? AND lot = ? AND kind = ?',
    )
    .pluck();
  const write = db.prepare(
    `INSERT INTO stock (material, plant, lot, kind, quantity) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET quantity = excluded.quantity`,
  );

  const there = db.prepare<[string, string, string], Kept>(
    `SELECT s.kind, s.quantity, m.unit FROM stock s JOIN material m USING (material)
     WHERE material = ? AND plant = ? AND lot = ?`,
  );

  return {
    /** What there is of a lot, by kind; nothing for a lot that never was here. */
    of: (material: string, lot: string): readonly Kept[] => there.all(material, plant, lot),

    /** Takes `quantity` out of `from` and puts it into `to`; refuses to take what is not there. */
    move({ material, lot, quantity, from, to }: Change): void {
      if (from) {
        const held = select.get(material, plant, lot, from) ?? 0n;
        if (held < quantity) {
          const short = `${quantityText(quantity - held)} short in ${from} stock`;
          throw refusal('stockShort', `Material ${material} batch ${lot}: ${short}`);
        }
        write.run(material, plant, lot, from, held - quantity);
      }
      if (to) {
        const held = select.get(material, plant, lot, to) ?? 0n;
        write.run(material, plant, lot, to, addQuantity(held, quantity));
      }
    },
  };
}
