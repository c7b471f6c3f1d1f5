/** How large a counter of a controller is. */
export type Width = Readonly<{ bits: number; signed: boolean }>;

/** The least and the greatest value that it can show. */
export const firstOf = ({ bits, signed }: Width): number => (signed ? -(2 ** (bits - 1)) : 0);
export const lastOf = ({ bits, signed }: Width): number => 2 ** (signed ? bits - 1 : bits) - 1;

/** What it shows after `by` more: behind its greatest value comes its least. */
export function advance(value: number, by: number, width: Width): number {
  const first = firstOf(width);
  return ((value - first + by) % 2 ** width.bits) + first;
}
