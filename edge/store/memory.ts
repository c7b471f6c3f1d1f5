import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Packr } from 'msgpackr';
import { Fault } from '../../shared/fault.ts';
import { deciding } from '../../statecharts/edition.ts';
import type { Contents } from './contents.ts';

/** Whole numbers stay numbers, quantities stay bigints. */
const packr = new Packr({ useRecords: false, int64AsType: 'bigint' });

/** First element of what is written: another shape, another number. */
const shape = 1;
/** Most bytes that a memory may have when it is inflated. */
const memoryMax = 256 * 1024 * 1024;

/**
 * Everything that a book says, as bytes. The facts themselves are left out: the store has them.
 * Throws Fault FULL for more than could be read again.
 */
export function writeMemory(contents: Contents): Buffer {
  const packed = packr.pack([shape, contents]);
  if (packed.length <= memoryMax) return deflateRawSync(packed);
  throw new Fault('FULL', `memory: must be at most ${memoryMax} bytes, is ${packed.length}`);
}

/**
 * The contents of written bytes. Throws Fault CORRUPT if they cannot be read, or if a row is in a
 * state that the charts of this program do not know.
 */
export function readMemory(bytes: Uint8Array): Contents {
  const contents = contentsOf(bytes);
  for (const [table, { states }] of Object.entries(deciding)) {
    const rows =
      table === 'report' ? contents.reports : contents.tables[table as keyof Contents['tables']];
    for (const [key, row] of rows as [string, { state: string }][]) {
      if (states.includes(row.state)) continue;
      const name = `${table} ${key.replaceAll('\n', ' ')}`;
      throw new Fault('CORRUPT', `${name} is ${row.state}: the charts know no such state`);
    }
  }
  return contents;
}

function contentsOf(bytes: Uint8Array): Contents {
  let read: unknown;
  try {
    read = packr.unpack(inflateRawSync(bytes, { maxOutputLength: memoryMax }));
  } catch (cause) {
    throw new Fault('CORRUPT', `memory: ${(cause as Error).message}`, { cause });
  }
  if (Array.isArray(read) && read[0] === shape) return read[1] as Contents;
  throw new Fault('CORRUPT', 'memory: is of a shape that this program does not know');
}
