import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** What a store's pages have where the file's own header cannot be read, bytes. */
const usualPageBytes = 4_096;
const magic = 'SQLite format 3\0';
/** Write-ahead log: its header, the header of each frame, and its two magic numbers. */
const logHeaderBytes = 32;
const frameHeaderBytes = 24;
const logMagic = 0x377f0682;

const isPageSize = (bytes: number): boolean =>
  bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;

export type Pages = ReturnType<typeof openPages>;

/**
 * The pages of a SQLite file that may be damaged in any place, with the committed pages of its
 * write-ahead log over them. Reads bytes only: nothing is believed but the format itself.
 */
export function openPages(path: string) {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const header = Buffer.alloc(100);
  readSync(file, header, 0, 100, 0);
  const said = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const isWhole = header.subarray(0, 16).toString('latin1') === magic && isPageSize(said);
  const log = readLog(`${path}-wal`);
  const pageBytes = isWhole ? said : (log?.pageBytes ?? usualPageBytes);
  const reserved = isWhole ? header[20]! : 0;
  const newer = log?.pageBytes === pageBytes ? log.pages : new Map<number, Buffer>();

  return {
    count: Math.max(Math.ceil(size / pageBytes), ...newer.keys()),
    /** Bytes of a page that hold content. */
    usable: pageBytes - reserved,
    /** The page's bytes, filled up with zeros behind the file's end; the first page is 1. */
    read(number: number): Buffer {
      const known = newer.get(number);
      if (known) return known;
      const page = Buffer.alloc(pageBytes);
      readSync(file, page, 0, pageBytes, (number - 1) * pageBytes);
      return page;
    },
    close: (): void => closeSync(file),
  };
}

/** The newest committed image of each page; undefined for no log, or one that is none. */
function readLog(path: string): { pageBytes: number; pages: Map<number, Buffer> } | undefined {
  if (!existsSync(path)) return undefined;
  const log = readFileSync(path);
  if (log.length < logHeaderBytes || (log.readUInt32BE(0) & ~1) >>> 0 !== logMagic)
    return undefined;
  const pageBytes = log.readUInt32BE(8);
  if (!isPageSize(pageBytes)) return undefined;
  const sum = checksum((log.readUInt32BE(0) & 1) === 1);
  let sums = sum([0, 0], log.subarray(0, 24));
  const salts = log.subarray(16, 24);
  const pages = new Map<number, Buffer>();
  let open: [number, Buffer][] = []; // not committed yet
  const frameBytes = frameHeaderBytes + pageBytes;
  for (let at = logHeaderBytes; at + frameBytes <= log.length; at += frameBytes) {
    const frame = log.subarray(at, at + frameBytes);
    sums = sum(sum(sums, frame.subarray(0, 8)), frame.subarray(frameHeaderBytes));
    const holds = frame.readUInt32BE(16) === sums[0] && frame.readUInt32BE(20) === sums[1];
    if (!holds || !frame.subarray(8, 16).equals(salts)) break;
    open.push([frame.readUInt32BE(0), frame.subarray(frameHeaderBytes)]);
    if (frame.readUInt32BE(4) === 0) continue;
    for (const [number, page] of open) pages.set(number, page);
    open = [];
  }
  return { pageBytes, pages };
}

type Sums = readonly [number, number];

/** SQLite's own over 8 bytes at a time, in the byte order that the log was written in. */
const checksum =
  (isBig: boolean) =>
  ([a, b]: Sums, bytes: Buffer): Sums => {
    let [first, second] = [a, b];
    for (let at = 0; at < bytes.length; at += 8) {
      const one = isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
      const other = isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
      first = (first + one + second) >>> 0;
      second = (second + other + first) >>> 0;
    }
    return [first, second];
  };
