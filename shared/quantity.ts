import { Fault } from './fault.ts';

/**
 * An exact quantity: millionths of its unit. Sums, comparisons and the wire never see a float.
 *
 * As text it is a plain decimal of at most 12 digits before and 6 after the point ("12.5").
 */
export type Quantity = bigint;

export const zero: Quantity = 0n;
const scale = 1_000_000n;
const decimal = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/;

/** True for a whole number of at most 9 digits, as its one spelling. */
export function isWhole(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > 9) return false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return value.length === 1 || value.charCodeAt(0) !== 0x30;
}

/** Reads "12.5" or the whole number 12. Throws Fault INVALID naming `field` and the limit. */
export function quantity(value: unknown, field: string): Quantity {
  if (isWhole(value)) return BigInt(Number(value) * 1_000_000); // at most 10^15: exact
  if (typeof value === 'number' && Number.isSafeInteger(value)) return quantity(`${value}`, field);
  const match = typeof value === 'string' ? decimal.exec(value) : null;
  if (match) {
    const [, sign, whole, fraction = ''] = match;
    const micros = BigInt(whole!) * scale + BigInt(fraction.padEnd(6, '0'));
    return sign === '-' ? -micros : micros;
  }
  throw new Fault(
    'INVALID',
    `${field}: must be a decimal text or a whole number, at most 12 digits and 6 decimals`,
  );
}

/** The same of a text that is null where there is none. */
export const amountOf = (text: string | null): Quantity =>
  text === null ? zero : quantity(text, 'quantity');

/** The one spelling of a quantity: no leading or trailing zeros, "0" for nothing. */
export function quantityText(micros: Quantity): string {
  const positive = micros < 0n ? -micros : micros;
  const fraction = `${positive % scale}`.padStart(6, '0').replace(/0+$/, '');
  const whole = `${positive / scale}`;
  return `${micros < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
