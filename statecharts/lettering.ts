/** A row of letters. `count`: how often that way was taken; absent if nobody counted. */
export type Line = Readonly<{
  kind: 'name' | 'timer' | 'event' | 'rule';
  text: string;
  count?: number;
}>;
export type Size = Readonly<{ width: number; height: number }>;

/** Letter size and row height of each kind of line, px; nothing is smaller than 13. */
export const kinds = {
  name: { size: 17, row: 26, bold: true },
  timer: { size: 14, row: 21, bold: false },
  event: { size: 14, row: 20, bold: false },
  rule: { size: 13, row: 18, bold: false },
} as const;

/** Widths in em, rounded up from DejaVu Sans, the widest of the fonts that a picture may meet. */
const widths: readonly (readonly [RegExp, number])[] = [
  [/[ijl|!.,:;' ]/, 0.34],
  [/[frt()[\]"/-]/, 0.43],
  [/[a-z0-9_]/, 0.66],
  [/[A-Z]/, 0.8],
];
const wide = /[mwMW@%&]/;
const otherWidth = 1.1; // any other letter, full-width ones included
const boldFactor = 1.14;

const letterWidth = (letter: string): number =>
  wide.test(letter) ? 1.02 : (widths.find(([letters]) => letters.test(letter))?.[1] ?? otherWidth);

export const countText = (count: number): string => ` ×${count}`;

/** Width that the line takes at most, px. */
export function widthOf({ kind, text, count }: Line): number {
  const { size, bold } = kinds[kind];
  const em = (letters: string) =>
    [...letters].reduce((sum, letter) => sum + letterWidth(letter), 0) * size;
  const counted = count ? em(countText(count)) * boldFactor : 0;
  return Math.ceil(em(text) * (bold ? boldFactor : 1) + counted);
}

export const heightOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, { kind }) => sum + kinds[kind].row, 0);

export const sizeOf = (lines: readonly Line[]): Size => ({
  width: Math.max(0, ...lines.map(widthOf)),
  height: heightOf(lines),
});

/** Rows of at most `max` characters where the words allow it. */
export function wrap(words: readonly string[], max: number): string[] {
  const rows: string[] = [];
  for (const word of words) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= max)
      rows.splice(-1, 1, `${last} ${word}`);
    else rows.push(word);
  }
  return rows;
}
