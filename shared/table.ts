export const grouped = (value: number): string => `${value}`.replace(/\B(?=(\d{3})+$)/g, ',');

/** Rows as an aligned table; the first row is the head. Numbers stand to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (text: string) => /^-?[\d,.]+( %)?$/.test(text);
  return rows
    .map((row) =>
      row
        .map((text, column) => {
          const width = widths[column]!;
          return isNumber(text) ? text.padStart(width) : text.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Most rows of one list, and most characters of one cell, in what `plainText` draws. */
const rowsMax = 200;
const cellMax = 80;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Names that end in `Ms` and hold an instant, not a duration. */
const instantMin = Date.UTC(2000);

function cell(name: string, value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') {
    const isInstant = name.endsWith('Ms') && value >= instantMin;
    return isInstant ? new Date(value).toISOString() : grouped(value);
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/\p{Cc}/gu, ' ');
  return line.length > cellMax ? `${line.slice(0, cellMax - 1)}…` : line;
}

function listed(rows: readonly unknown[]): string[] {
  const shown = rows.slice(0, rowsMax);
  const more = rows.length > rowsMax ? [`and ${grouped(rows.length - rowsMax)} more`] : [];
  if (!shown.every(isRecord)) return [...shown.map((row) => cell('', row)), ...more];
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const cells = shown.map((row) => names.map((name) => cell(name, row[name])));
  return [...table([names, ...cells]).split('\n'), ...more];
}

/**
 * Any answer as text for a person: what is one value first, each list as a table under its name.
 * Of a list 200 rows, of a value 80 characters.
 */
export function plainText(answer: unknown): string {
  if (Array.isArray(answer)) return `${listed(answer).join('\n')}\n`;
  if (!isRecord(answer)) return `${cell('', answer)}\n`;
  const entries = Object.entries(answer);
  const lists = entries.filter(([, value]) => Array.isArray(value) && value.length > 0);
  const plain = entries.filter(([, value]) => !(Array.isArray(value) && value.length > 0));
  const none = (value: unknown) => (Array.isArray(value) ? 'none' : undefined);
  return [
    ...plain.map(([name, value]) => `${name}: ${none(value) ?? cell(name, value)}`),
    ...lists.flatMap(([name, value]) => ['', `${name}:`, ...listed(value as unknown[])]),
    '',
  ].join('\n');
}
