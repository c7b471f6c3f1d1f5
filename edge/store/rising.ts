/** Numbers of a block; all but the last block are full. */
const blockSize = 256;

type Block = Readonly<{ first: number; latestMs: number; steps: Uint8Array }>;

/** Steps between the numbers as 7 bits a byte, the lowest first; more follow a byte above 127. */
function packed(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let at = 1; at < numbers.length; at++) {
    let step = numbers[at]! - numbers[at - 1]!;
    for (; step > 0x7f; step = Math.floor(step / 128)) bytes.push((step % 128) | 0x80);
    bytes.push(step);
  }
  return Uint8Array.from(bytes);
}

function unpacked({ first, steps }: Block): number[] {
  const numbers = [first];
  let [step, unit] = [0, 1];
  for (const byte of steps) {
    step += (byte & 0x7f) * unit;
    unit *= 128;
    if (byte > 0x7f) continue;
    numbers.push(numbers.at(-1)! + step);
    [step, unit] = [0, 1];
  }
  return numbers;
}

/**
 * Rising whole numbers, each with a time, in little more than one byte where they stand close
 * together: places in a log, of which there may be a hundred million. Of the times only the latest
 * of each block is known.
 */
export function openRising() {
  const blocks: Block[] = [];
  let last: number[] = []; // the block that is not full yet
  let latestMs = Number.NEGATIVE_INFINITY;

  const numbersOf = (index: number): readonly number[] =>
    index === blocks.length ? last : unpacked(blocks[index]!);

  /** Adds one; it must be above the one before. */
  function add(number: number, atMs: number): void {
    if (last.length === blockSize) {
      blocks.push({ first: last[0]!, latestMs, steps: packed(last) });
      last = [];
      latestMs = Number.NEGATIVE_INFINITY;
    }
    last.push(number);
    latestMs = Math.max(latestMs, atMs);
  }

  return {
    size: (): number => blocks.length * blockSize + last.length,

    add,

    /** The one at this place, from 0 on; undefined beyond the end. */
    at(index: number): number | undefined {
      const block = Math.floor(index / blockSize);
      return block > blocks.length ? undefined : numbersOf(block)[index % blockSize];
    },

    /** All from this time on, in order, and others of the same blocks. */
    *since(sinceMs: number): Generator<number> {
      for (let index = 0; index <= blocks.length; index++) {
        const known = blocks[index] ?? { latestMs };
        if (known.latestMs >= sinceMs) yield* [...numbersOf(index)];
      }
    },

    /** How many there are up to `number`, or some more. */
    countUpTo(number: number): number {
      const after = blocks.findIndex(({ first }) => first > number);
      if (after >= 0) return after * blockSize;
      return blocks.length * blockSize + last.filter((one) => one <= number).length;
    },

    /** Takes out all of these; the others keep the latest time of the block that they were in. */
    remove(goes: (number: number) => boolean): void {
      const before = [...blocks.splice(0), { latestMs, numbers: last }];
      [last, latestMs] = [[], Number.NEGATIVE_INFINITY];
      for (const block of before) {
        for (const number of 'steps' in block ? unpacked(block) : block.numbers) {
          if (!goes(number)) add(number, block.latestMs);
        }
      }
    },
  };
}
