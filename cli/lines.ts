import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Fault } from '../shared/fault.ts';

/** A row of a file; without its bytes if it has more than the limit. Rows count from 1. */
export type Line = Readonly<{ number: number; bytes: Buffer | undefined }>;

const newline = 0x0a;
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);
const gzipMagic = Buffer.of(0x1f, 0x8b);

/**
 * The rows of `path`, gzip or not, one at a time and without their line breaks; empty ones are left
 * out. A row of more than `bytesMax` is passed over without being kept. Throws Fault INVALID if the
 * file cannot be read or the gzip is damaged; what came before has been yielded.
 */
export async function* linesOf(path: string, bytesMax: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;

  function end(): Line {
    const bytes = length > bytesMax ? undefined : Buffer.concat(parts);
    const line = { number, bytes: number === 1 ? bytes && unmarked(bytes) : bytes };
    parts = [];
    length = 0;
    number += 1;
    return line;
  }

  function keep(part: Buffer): void {
    length += part.length;
    if (length <= bytesMax) parts.push(part);
    else parts = [];
  }

  for await (const chunk of chunksOf(path)) {
    let from = 0;
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, to));
      const line = end();
      if (!isBlank(line)) yield line;
      from = to + 1;
    }
    keep(chunk.subarray(from));
  }
  const last = end();
  if (!isBlank(last)) yield last;
}

const isBlank = ({ bytes }: Line): boolean => bytes !== undefined && /^\s*$/.test(`${bytes}`);

const unmarked = (bytes: Buffer): Buffer =>
  bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes;

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    const gzip = await isGzip(path);
    const file = createReadStream(path);
    // The stream that is read hears of every failure; there is nothing else to do for it here.
    const source: Readable = gzip ? pipeline(file, createGunzip(), () => undefined) : file;
    yield* source as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new Fault('INVALID', `file: ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.equals(gzipMagic);
  } finally {
    await file.close();
  }
}
