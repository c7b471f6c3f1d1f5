import { type Quantity, quantity } from '../../shared/quantity.ts';

/** Tryton's JSON of what JSON has no type for. */
export const decimalOf = (text: string) => ({ __class__: 'Decimal', decimal: text });

/** "2026-11-23" as a date. */
export function dateOf(day: string) {
  const [year, month, date] = day.split('-').map(Number);
  return { __class__: 'date', year, month, day: date };
}

/** Tryton keeps the float of seconds; a whole number of ms under 10^12 comes back as it was. */
export const durationOf = (ms: number) => ({ __class__: 'timedelta', seconds: ms / 1_000 });

type Typed = Readonly<{ __class__?: unknown; decimal?: unknown; seconds?: unknown }>;

/** The text of a Decimal; undefined where there is none. */
export function decimalIn(value: unknown): string | undefined {
  const { decimal } = (value ?? {}) as Typed;
  return typeof decimal === 'string' ? decimal : undefined;
}

/** A duration in ms; 0 where there is none. */
export function msIn(value: unknown): number {
  const { seconds } = (value ?? {}) as Typed;
  return typeof seconds === 'number' ? Math.round(seconds * 1_000) : 0;
}

/** A Decimal of at most 6 places ("12.50", "0E-6"), or nothing, as a quantity. */
export function amountIn(value: unknown): Quantity {
  const text = decimalIn(value) ?? '0';
  return /^-?\d+(\.\d+)?$/.test(text)
    ? quantity(text.replace(/(\.\d{6})0+$/, '$1'), 'decimal')
    : quantityIn(Number(text));
}

/** A float of Tryton's, of at most 15 digits of which 6 are decimals, as a quantity. */
export const quantityIn = (value: unknown): Quantity =>
  quantity(typeof value === 'number' ? value.toFixed(6) : '0', 'quantity');

/** Numbers of our documents, as people find them in Tryton. */
export const numberOf = (id: number): string => `holdfast/${id}`;
export const idIn = (number: string | undefined): number | undefined =>
  /^holdfast\/[1-9]\d{0,14}$/.test(number ?? '') ? Number(number!.slice(9)) : undefined;
