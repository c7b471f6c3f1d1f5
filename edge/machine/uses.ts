import type { Gain, Why } from './counting.ts';
import type { Unit } from './mapping.ts';

/** Material that was consumed: of one counter and one lot. */
export type Use = Readonly<{
  material: string;
  measure: string; // its unit of measure
  lot: string | undefined;
  quantity: bigint; // millionths
  why: Why | undefined;
  gains: readonly Gain[];
}>;

/** What the counters of consumption have gained, apart by lot and by why it is nobody's. */
export function usesOf(unit: Unit, gains: readonly Gain[]): Use[] {
  const groups = new Map<string, Gain[]>();
  for (const gain of gains) {
    if (!isUse(unit, gain)) continue;
    const key = [gain.counter, gain.why ?? '', gain.lot ?? ''].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), gain]);
  }
  return [...groups.values()].map((own) => {
    const { counter, why, lot } = own[0]!;
    const { material, unit: measure } = unit.counters.get(counter)!;
    const quantity = own.reduce((sum, { pieces }) => sum + pieces, 0n);
    return { material: material!, measure: measure!, lot, quantity, why, gains: own };
  });
}

/** True for a gain of material that was consumed, which is no piece that was made. */
export const isUse = (unit: Unit, { counter }: Gain): boolean =>
  unit.counters.get(counter)!.counts === 'consumed';
