/** A report of a machine, as it stands in the ledger: pieces, and what its counters showed. */
export type Report = Readonly<{
  pieces: Readonly<Record<string, bigint>>; // by counter
  given: string; // "good 100→110, scrap 3→4"
  flags: readonly string[];
}>;
type Shown = Readonly<Record<string, bigint>>;

/**
 * What is wrong with a line's reports, which is nothing if no piece was counted twice and none left
 * out: the windows of each counter begin at `began`, join without gap or overlap, end at `ended`,
 * and each is as wide as its report has pieces. Of a reset only that it joins.
 */
export function windowFlaws(reports: readonly Report[], began: Shown, ended: Shown, bits = 32) {
  const flaws: string[] = [];
  const at = new Map(Object.entries(began));
  for (const { pieces, given, flags } of reports) {
    const windows = given === '' ? [] : given.split(', ').map(windowOf);
    const counters = windows.map(({ counter }) => counter);
    for (const { counter, from, to } of windows) {
      const before = at.get(counter);
      if (from !== before) flaws.push(`${counter} ${from}→${to}: ${before} was accounted for`);
      at.set(counter, to);
      const rest = BigInt.asUintN(bits, to - from - (pieces[counter] ?? 0n));
      if (rest !== 0n && !flags.includes('reset')) {
        flaws.push(`${counter} ${from}→${to}: ${pieces[counter] ?? 0n} pieces`);
      }
    }
    for (const [counter, count] of Object.entries(pieces)) {
      if (count !== 0n && !counters.includes(counter)) {
        flaws.push(`${counter}: ${count} pieces of no window`);
      }
    }
  }
  for (const [counter, value] of Object.entries(ended)) {
    const last = at.get(counter);
    if (last !== value) flaws.push(`${counter}: shows ${value}, ${last} is accounted for`);
  }
  return flaws;
}

function windowOf(text: string) {
  const found = /^(\S+) (-?\d+)→(-?\d+)$/.exec(text);
  if (!found) throw new Error(`${text} is no window of a counter`);
  const [, counter, from, to] = found;
  return { counter: counter!, from: BigInt(from!), to: BigInt(to!) };
}
