import { invalid } from '../../shared/field.ts';

/** A file of an archive: where it stands in it, with `/`, and whether it may be run. */
export type Entry = Readonly<{ path: string; bytes: Buffer; runs: boolean }>;

const block = 512;
const nameMax = 100;
const prefixMax = 155;
const bytesMax = 0o77777777777;
/** Of every entry: what differs from one day or person to another must not show. */
const fixed = { uid: 0, gid: 0, mtime: 0, owner: 'root' };

/**
 * An archive as `tar` reads it (POSIX ustar), the same bytes for the same files whenever and
 * wherever it is made: sorted, without times, owned by root. Throws Fault INVALID for a path that
 * leads out of the archive, stands there twice or has more than 255 bytes.
 */
export function packTar(entries: readonly Entry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const parts: Buffer[] = [];
  sorted.forEach((entry, index) => {
    refusePath(entry.path);
    if (sorted[index + 1]?.path === entry.path) throw invalid(entry.path, 'stands there twice');
    const rest = (block - (entry.bytes.length % block)) % block;
    parts.push(headerOf(entry), entry.bytes, Buffer.alloc(rest));
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function refusePath(path: string): void {
  const names = path.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..') || /\p{Cc}/u.test(path)) {
    throw invalid(path, 'must be a path inside the archive');
  }
}

function headerOf({ path, bytes, runs }: Entry): Buffer {
  const header = Buffer.alloc(block);
  const { name, prefix } = divided(path);
  const octal = (value: number, at: number, size: number): void => {
    header.write(value.toString(8).padStart(size - 1, '0'), at);
  };
  if (bytes.length > bytesMax) throw invalid(path, `must be at most ${bytesMax} bytes`);
  header.write(name, 0);
  octal(runs ? 0o755 : 0o644, 100, 8);
  octal(fixed.uid, 108, 8);
  octal(fixed.gid, 116, 8);
  octal(bytes.length, 124, 12);
  octal(fixed.mtime, 136, 12);
  header.write(' '.repeat(8), 148); // the sum counts itself as blanks
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(fixed.owner, 265);
  header.write(fixed.owner, 297);
  header.write(prefix, 345);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** The two fields of ustar that hold a path: the second is for what comes before some `/`. */
function divided(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= nameMax) return { name: path, prefix: '' };
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= nameMax && Buffer.byteLength(prefix) <= prefixMax) {
      return { name, prefix };
    }
  }
  throw invalid(path, 'is too long for an archive: 155 bytes, a "/", and 100 more');
}

/**
 * The files of an archive that `packTar` has made. Throws Fault INVALID for anything that it would
 * have written in other bytes.
 */
export function unpackTar(archive: Buffer, name: string): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  while (at + block <= archive.length && archive[at] !== 0) {
    const header = archive.subarray(at, at + block);
    const field = (from: number, size: number): string =>
      header
        .subarray(from, from + size)
        .toString()
        .split('\0')[0]!;
    const path = [field(345, prefixMax), field(0, nameMax)].filter((part) => part !== '').join('/');
    refusePath(path);
    const size = Number.parseInt(field(124, 12), 8);
    const begin = at + block;
    if (!(size >= 0) || begin + size > archive.length) throw invalid(name, 'ends too early');
    const bytes = archive.subarray(begin, begin + size);
    entries.push({ path, bytes, runs: field(100, 8) === '0000755' });
    at = begin + Math.ceil(size / block) * block;
  }
  if (!packTar(entries).equals(archive))
    throw invalid(name, 'is no archive of ours, or is cut off');
  return entries;
}
