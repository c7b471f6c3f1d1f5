/** What a spreadsheet would take for a formula, wherever it stands first in a cell. */
const formula = /^[\s\0]*[=+\-@|%\t\r]/;
const plainNumber = /^-?\d+(\.\d+)?$/;

/**
 * One cell of RFC 4180: in quotes where it must be. A text that a spreadsheet would run as a
 * formula gets an apostrophe before it, and is then shown as text; numbers stay numbers.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  const text = `${value}`;
  const safe = formula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of cells, the head first, each ended by CR LF (RFC 4180). */
export const csvOf = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
