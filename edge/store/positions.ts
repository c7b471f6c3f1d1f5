type Row = { position: number };

/**
 * The rows in the order of their positions, each line's own in the order given. A row whose
 * position cannot be right comes behind the one before it of its line; no position is there twice,
 * and none up to `after`.
 */
export function inOrder<T extends Row>(lines: readonly (readonly T[])[], after = 0): T[] {
  const rows = lines.flatMap((own) => {
    let last = after;
    return own.map((row, index) => {
      const next = own[index + 1]?.position ?? Number.POSITIVE_INFINITY;
      const { position } = row;
      const isOdd = position <= last || (position > next && next > last);
      if (!isOdd) last = position;
      return { row, key: last };
    });
  });
  rows.sort((a, b) => a.key - b.key);
  let at = after;
  return rows.map(({ row, key }) => {
    at = Math.max(at + 1, key);
    return { ...row, position: at };
  });
}
