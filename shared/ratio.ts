/** An exact share of two whole numbers; `under` is more than 0. */
export type Ratio = Readonly<{ over: bigint; under: bigint }>;

export const nothing: Ratio = { over: 0n, under: 1n };
export const whole = (over: bigint): Ratio => ({ over, under: 1n });

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));

/** In its least terms, so that long sums stay small. `under` may be negative, and must not be 0. */
export function ratio(over: bigint, under: bigint): Ratio {
  const by = gcd(over, under) * (under < 0n ? -1n : 1n);
  return { over: over / by, under: under / by };
}
export const plus = (a: Ratio, b: Ratio): Ratio =>
  ratio(a.over * b.under + b.over * a.under, a.under * b.under);
export const minus = (a: Ratio, b: Ratio): Ratio => plus(a, { over: -b.over, under: b.under });
export const times = (a: Ratio, b: Ratio): Ratio => ratio(a.over * b.over, a.under * b.under);

/** As a decimal with so many decimals, rounded half away from zero; no sign before nothing. */
export function decimalOf({ over, under }: Ratio, decimals: number): string {
  const scale = 10n ** BigInt(decimals);
  const positive = over < 0n ? -over : over;
  const rounded = (2n * positive * scale + under) / (2n * under);
  const sign = over < 0n && rounded > 0n ? '-' : '';
  const digits = `${rounded}`.padStart(decimals + 1, '0');
  if (decimals === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** A share in percent with one decimal, rounded half up; null of nothing, and of less than that. */
export function percent(part: bigint, all: bigint): string | null {
  if (all <= 0n || part < 0n) return null;
  return decimalOf({ over: part * 100n, under: all }, 1);
}
