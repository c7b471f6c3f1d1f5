import type { Gain } from './counting.ts';
import type { Unit } from './mapping.ts';
import type { Memory } from './memory.ts';
import type { Heard } from './settle.ts';

/** A rule of the plant that has come true. */
export type Fired = Readonly<{
  rule: number;
  hold: 'operation' | 'order' | 'line';
  reason: string;
}>;

const million = 1_000_000n;

/**
 * How many rejects came in a row. Where nobody knows in which order pieces came (behind a gap, or
 * where good ones are only reckoned), a single good one among them ends the row.
 */
export function inARow(unit: Unit, before: number, gains: readonly Gain[], good: bigint): number {
  const kindOf = ({ counter }: Gain) => unit.counters.get(counter)!.counts;
  const isReckoned = [...unit.counters.values()].some(
    ({ derive, counts }) => derive && counts === 'good',
  );
  const isOrdered = !isReckoned && !gains.some(({ flags }) => flags.includes('catchUp'));
  if (!isOrdered && good > 0n) return 0;
  return gains.reduce((row, gain) => {
    if (kindOf(gain) === 'good' && isOrdered) return 0;
    return kindOf(gain) === 'scrap' ? row + Number(gain.pieces / million) : row;
  }, before);
}

/** The rules that so many rejects in a row make true, now that there were fewer before. */
export const firedBy = (unit: Unit, row: number): Fired[] =>
  unit.rules.flatMap(({ rejectsInARow, hold, reason }, rule) =>
    row >= rejectsInARow ? [{ rule, hold, reason }] : [],
  );

/** Results whose handshake number is another one: a reject makes the row longer. */
export function results(
  unit: Unit,
  memory: Memory,
  heard: ReadonlyMap<string, Heard>,
  row: number,
) {
  const sequences = new Map(memory.sequences);
  let rejects = row;
  for (const [result, { passed }] of unit.results) {
    const sequence = heard.get(`sequence ${result}`)?.value;
    const value = heard.get(`result ${result}`)?.value;
    if (sequence === undefined || sequence === null || value === undefined) continue;
    const before = sequences.get(result);
    if (before === `${sequence}`) continue;
    sequences.set(result, `${sequence}`);
    if (before === undefined) continue; // from when it was first seen, it says nothing new
    rejects = passed.includes(`${value}`) ? 0 : rejects + 1;
  }
  return { sequences, row: rejects };
}
