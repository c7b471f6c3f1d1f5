import type { Pages } from './pages.ts';

export type Value = null | number | string | Buffer;
/** A row as it lies in a leaf page of a table. */
export type Scanned = Readonly<{ rowid: number; values: readonly Value[] }>;

const leafOfTable = 0x0d;
/** Longest row that is read: more than any of ours has, bytes. */
const payloadMax = 1024 * 1024;

/** Every row in every page that looks like a table's leaf; what cannot be read is passed over. */
export function* rowsIn(pages: Pages): Generator<Scanned & { at: readonly [number, number] }> {
  for (let number = 1; number <= pages.count; number++) {
    const page = pages.read(number);
    for (const offset of cellsOf(page, number)) {
      const row = rowAt(pages, page, offset);
      if (row) yield { ...row, at: [number, offset] };
    }
  }
}

/** The row at a place that `rowsIn` told of. */
export const rowOf = (pages: Pages, [number, offset]: readonly [number, number]): Scanned =>
  rowAt(pages, pages.read(number), offset)!;

function cellsOf(page: Buffer, number: number): number[] {
  const header = number === 1 ? 100 : 0;
  if (page[header] !== leafOfTable) return [];
  const count = page.readUInt16BE(header + 3);
  const first = header + 8;
  if (first + 2 * count > page.length) return [];
  return Array.from({ length: count }, (_, index) => page.readUInt16BE(first + 2 * index));
}

function rowAt(pages: Pages, page: Buffer, offset: number): Scanned | undefined {
  try {
    const [length, afterLength] = varint(page, offset);
    const [rowid, start] = varint(page, afterLength);
    if (length > payloadMax) return undefined;
    const values = valuesOf(payload(pages, page, start, length));
    return values && { rowid, values };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it leads out of its page
    throw error;
  }
}

/** The row's bytes, those in overflow pages too. Throws RangeError if they lead nowhere. */
function payload(pages: Pages, page: Buffer, start: number, length: number): Buffer {
  const { usable } = pages;
  const max = usable - 35;
  if (length <= max) return slice(page, start, length);
  const min = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = min + ((length - min) % (usable - 4));
  const local = fitting <= max ? fitting : min;
  const parts = [slice(page, start, local)];
  let rest = length - local;
  let next = page.readUInt32BE(start + local);
  while (rest > 0) {
    if (next < 1 || next > pages.count) throw new RangeError('no such page');
    const more = pages.read(next);
    parts.push(slice(more, 4, Math.min(rest, usable - 4)));
    rest -= usable - 4;
    next = more.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function slice(page: Buffer, start: number, length: number): Buffer {
  if (start + length > page.length) throw new RangeError('beyond the page');
  return page.subarray(start, start + length);
}

/** A record's values: a list of their kinds, then the values; undefined if they do not fit. */
function valuesOf(record: Buffer): Value[] | undefined {
  const [headerBytes, first] = varint(record, 0);
  const values: Value[] = [];
  let at = headerBytes;
  for (let next = first; next < headerBytes; ) {
    const [kind, after] = varint(record, next);
    next = after;
    const length = lengthOf(kind);
    values.push(parsed(kind, slice(record, at, length)));
    at += length;
  }
  return at === record.length ? values : undefined;
}

const fixed = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;
function lengthOf(kind: number): number {
  const known = fixed[kind];
  if (known !== undefined) return known;
  if (kind < 12) throw new RangeError('no such kind');
  return Math.floor((kind - 12) / 2);
}

function parsed(kind: number, bytes: Buffer): Value {
  if (kind === 0) return null;
  if (kind === 8 || kind === 9) return kind - 8;
  if (kind === 7) return bytes.readDoubleBE(0);
  if (kind === 6) return Number(bytes.readBigInt64BE(0));
  if (kind < 6) return bytes.readIntBE(0, bytes.length);
  return kind % 2 === 0 ? bytes : bytes.toString('utf8');
}

/** SQLite's number of 1 to 9 bytes, and where the next one begins. */
function varint(bytes: Buffer, at: number): [number, number] {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes.readUInt8(at + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + index + 1];
  }
  return [value * 256 + bytes.readUInt8(at + 8), at + 9];
}
