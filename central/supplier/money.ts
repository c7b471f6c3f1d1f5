import { amountOf, type Quantity, quantityText } from '../../shared/quantity.ts';

/** Decimals of a currency, ISO 4217, as far as the runtime knows it; two if not. */
function decimalsOf(currency: string): number {
  try {
    const options = { style: 'currency', currency } as const;
    return new Intl.NumberFormat('en', options).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

type Worth = Readonly<{ quantity: string; amount: string | null; currency: string | null }>;

/**
 * What a part of a receipt is worth, by its value: rounded half up to the currency's smallest coin,
 * all of it exactly what all of it is worth. Null where the receipt has no value.
 */
export function worthOf({ quantity, amount, currency }: Worth, part: string): string | null {
  if (amount === null || currency === null) return null;
  if (part === quantity) return amount;
  const coin = 10n ** BigInt(6 - Math.min(6, decimalsOf(currency)));
  const divisor = amountOf(quantity) * coin;
  const coins: Quantity = (amountOf(amount) * amountOf(part) * 2n + divisor) / (divisor * 2n);
  return quantityText(coins * coin);
}
