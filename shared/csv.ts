/**
 * Places at which a spreadsheet may see the beginning of a formula: where a cell begins, and where
 * one would begin if the file were cut at semicolons, tabs or line breaks, as a spreadsheet of
 * another country does it whatever stands in quotes. Blanks and quotes before the sign do not hide
 * it. Full-width signs are taken for the others by some.
 */
const formula = /(?<=^|[;\t\r\n])(?=(?:(?![\t\r\n])[\s\0"'])*[=+\-@|%＝＋－＠])/g;
/** A cell that begins with a tab or a line break (OWASP, CSV injection). */
const blank = /^(?=["']*[\t\r\n])/;
const plainNumber = /^-?\d+(\.\d+)?$/;

/**
 * The text so that no spreadsheet takes any of it for a formula: an apostrophe is put where one
 * might begin, and what has one there already gets another, so that who takes one away has the very
 * text again (docs/examples/csv-cell.js). Numbers stay numbers.
 */
const harmless = (text: string): string =>
  plainNumber.test(text) ? text : text.replace(formula, "'").replace(blank, "'");

/** One cell of RFC 4180, in quotes where it must be; null is empty, and an empty text is "". */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return `${value}`;
  const text = harmless(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines of cells, the head first, each ended by CR LF (RFC 4180). */
export const csvOf = (rows: readonly (readonly (string | number | boolean | null)[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
