import { isBytes } from './beside.ts';
import type { Anchor } from './forgotten.ts';
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
  /** Up to where an epoch was forgotten, by "line/epoch". */
  anchors: Map<string, Anchor>;
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

/** How far an epoch was forgotten: its row behind the columns of its key. */
type AnchorCells = [number, number, number, number, Buffer, Buffer | null];
const isAnchor = ([line, epoch, sequence, position, hash, state, ...rest]: readonly Value[]) =>
  [line, epoch, sequence, position].every(isNumber) &&
  isBytes(hash, 32) &&
  (state === null || isBytes(state, 8)) &&
  rest.length === 0;

/** What looks like a row of ours, in any page; what is none of ours is passed over. */
export function scan(pages: Pages): Found {
  const found: Found = { lines: new Map(), facts: new Map(), anchors: new Map() };
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
    } else if (isAnchor(values)) noteAnchor(found, values as unknown as AnchorCells);
  }
  // Without its name a line's chain cannot be told from another's.
  for (const [key, { line }] of found.anchors) {
    if (found.lines.get(line)?.path === undefined) found.anchors.delete(key);
  }
  if (apart.size > 0) for (const known of found.facts.values()) leaveOut(pages, known, apart);
  return found;
}

function noteAnchor({ anchors }: Found, cells: AnchorCells): void {
  const [line, epoch, sequence, position, hash, state] = cells;
  const key = `${line}/${epoch}`;
  if (sequence <= (anchors.get(key)?.sequence ?? 0)) return;
  anchors.set(key, { line, epoch, sequence, position, hash, state });
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
