import { isBytes } from './beside.ts';
import type { Pages } from './pages.ts';
import { rowOf, rowsIn, type Value } from './records.ts';

/** Where a row lies: its page, and its place there. */
export type Locator = readonly [number, number];
export type Line = { id: number; path?: string; epoch: number };
export type Candidate = { position: number; at: Locator };
export type Found = {
  lines: Map<number, Line>;
  /** Rows that look like facts, by line, then by "epoch/sequence". */
  facts: Map<number, Map<string, Candidate[]>>;
};

const isNumber = (value: Value | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value);

/** Columns of a fact's row behind its position. */
const isFact = (values: readonly Value[]): boolean => values.length < 10 && isPlaced(values);
/** A fact that was set aside looks the same, but for where it stood and what became of it. */
const isAside = (values: readonly Value[]): boolean =>
  values.length === 10 && isPlaced(values) && values[9] !== 'moving';
const isPlaced = ([, line, epoch, sequence, bytes, hash]: readonly Value[]): boolean =>
  [line, epoch, sequence].every(isNumber) && isBytes(bytes) && isBytes(hash, 32);
const isLine = ([id, path, epoch, sent, kept]: readonly Value[]): boolean =>
  id === null && typeof path === 'string' && [epoch, sent, kept].every(isNumber);

/** Every row of the pages that looks like a fact of the history, or like a line. */
export function scan(pages: Pages): Found {
  const found: Found = { lines: new Map(), facts: new Map() };
  const apart = new Set<string>(); // hashes of what was taken out of the history
  for (const { rowid, values, at } of rowsIn(pages)) {
    if (isFact(values)) {
      const [, line, epoch, sequence] = values as number[];
      const known = found.facts.get(line!) ?? new Map<string, Candidate[]>();
      found.facts.set(line!, known);
      const key = `${epoch}/${sequence}`;
      known.set(key, [...(known.get(key) ?? []), { position: rowid, at }]);
    } else if (isAside(values)) apart.add((values[5] as Buffer).toString('hex'));
    else if (isLine(values)) {
      const [, path, epoch] = values as [null, string, number];
      const before = found.lines.get(rowid)?.epoch ?? 0;
      if (epoch >= before) found.lines.set(rowid, { id: rowid, path, epoch });
    }
  }
  if (apart.size > 0) for (const known of found.facts.values()) leaveOut(pages, known, apart);
  return found;
}

/** Pages that are free now may still show what once stood in the history. */
function leaveOut(pages: Pages, known: Map<string, Candidate[]>, apart: ReadonlySet<string>): void {
  const isIn = ({ at }: Candidate) =>
    !apart.has((rowOf(pages, at).values[5] as Buffer).toString('hex'));
  for (const [place, candidates] of known) {
    const left = candidates.filter(isIn);
    if (left.length > 0) known.set(place, left);
    else known.delete(place);
  }
}
