import type { Failure, Query, Reply } from './wire.ts';

/** Rows that wait to be sent together: then they go out, and nobody waits for the answer. */
const togetherMax = 128;
/** Most rows of one statement; each number of rows that is a power of two is one of its own. */
const rowsMax = 64;

/** What only writes. If it adds one row, `many` is the same statement for so many rows. */
export type Written = Query & {
  many?: ((rows: number) => Pick<Query, 'statement' | 'text'>) | undefined;
};
type Waiting = { one: Written; rows: Query['values'][]; told: (number | undefined)[]; at: number };

/**
 * What is written in a transaction and waits to be sent with what is asked next. Rows that are
 * added one after the other by the same statement become one statement.
 */
export function openLater() {
  let waiting: Waiting[] = [];
  let rows = 0;
  let told: (number | undefined)[] = []; // rows changed by each that waits, once that is known
  const unanswered = new Map<number, (changes: readonly number[]) => void>();
  let failure: Failure | undefined; // of the first that has failed, where nobody waited

  let last: ((changes: readonly number[]) => void) | undefined; // who is told of what was taken

  /** The statements in which so many rows are added, and who is told of each. */
  function* portions({ one, rows, ...about }: Waiting) {
    for (let [from, size] = [0, rowsMax]; from < rows.length; ) {
      while (size > rows.length - from) size /= 2;
      const { many, ...query } = one;
      const several = size === 1 ? {} : many!(size);
      const ask: Query = { ...query, ...several, values: rows.slice(from, from + size).flat() };
      yield { ...about, ask, from, size };
      from += size;
    }
  }
  return {
    /** How many rows it has changed, once that is known. */
    add(one: Written): () => number | undefined {
      const own = told;
      const at = own.push(undefined) - 1;
      const before = waiting.at(-1);
      rows += 1;
      if (one.many && before?.one.many === one.many) before.rows.push(one.values);
      else waiting.push({ one, rows: [one.values], told: own, at });
      return () => own[at];
    },
    isFull: (): boolean => rows >= togetherMax,
    /** What is to be sent now. */
    take(): Query[] {
      const all = waiting.flatMap((one) => [...portions(one)]);
      [waiting, rows, told] = [[], 0, []];
      last = (changes) => {
        all.forEach(({ told: own, at, from, size }, index) => {
          // Of rows that were added by one statement each is there, or none.
          if (size === 1) own[at + from] = changes[index]!;
          else own.fill(1, at + from, at + from + size);
        });
      };
      return all.map(({ ask }) => ask);
    },
    /** What was taken last has been answered. */
    known: (changes: readonly number[]): void => last?.(changes),
    /** What was taken last has been sent by itself, and nobody waits for its answer. */
    sent: (id: number): void => void unanswered.set(id, last!),
    answered({ id, allChanges, failure: why }: Reply): void {
      const tell = unanswered.get(id);
      if (!tell) return;
      unanswered.delete(id);
      if (why) failure ??= why;
      else tell(allChanges);
    },
    /** The first failure that nobody has been told of yet. */
    failure(): Failure | undefined {
      const why = failure;
      failure = undefined;
      return why;
    },
    /** Nothing of it is sent any more, and what comes of what was is not heard. */
    forget(): void {
      [waiting, rows, told, failure] = [[], 0, [], undefined];
      unanswered.clear();
    },
  };
}
