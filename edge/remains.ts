import type { Anchor } from './forgotten.ts';
import type { Pages } from './pages.ts';
import { rowsIn, type Value } from './records.ts';

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

const isBytes = (value: Value | undefined, length?: number): boolean =>
  Buffer.isBuffer(value) && (length === undefined || value.length === length);
const isNumber = (value: Value | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value);

/** Columns of a fact's row behind its position. What was set aside says what became of it, too. */
const isFact = ([, line, epoch, sequence, bytes, hash, ...others]: readonly Value[]): boolean =>
  [line, epoch, sequence].every(isNumber) &&
  isBytes(bytes) &&
  isBytes(hash, 32) &&
  typeof others[3] !== 'string';
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
  for (const { rowid, values, at } of rowsIn(pages)) {
    if (isFact(values)) {
      const [, line, epoch, sequence] = values as number[];
      const known = found.facts.get(line!) ?? new Map<string, Candidate[]>();
      found.facts.set(line!, known);
      const key = `${epoch}/${sequence}`;
      known.set(key, [...(known.get(key) ?? []), { position: rowid, at }]);
    } else if (isLine(values)) {
      const [, path, epoch] = values as [null, string, number];
      const before = found.lines.get(rowid)?.epoch ?? 0;
      if (epoch >= before) found.lines.set(rowid, { id: rowid, path, epoch });
    } else if (isAnchor(values)) {
      const [line, epoch, sequence, position, hash, state] = values as unknown as AnchorCells;
      const known = found.anchors.get(`${line}/${epoch}`);
      if (sequence <= (known?.sequence ?? 0)) continue;
      const anchor = { line, epoch, sequence, position, hash, state };
      found.anchors.set(`${line}/${epoch}`, anchor);
    }
  }
  // Without its name a line's chain cannot be told from another's.
  for (const [key, { line }] of found.anchors) {
    if (found.lines.get(line)?.path === undefined) found.anchors.delete(key);
  }
  return found;
}
