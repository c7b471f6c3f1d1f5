import { nothing, plus, type Ratio, ratio, times } from '../../shared/ratio.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { References } from './reference.ts';

const hourMs = 3_600_000n;

/** What one piece has cost when it is lost, and by what that is known. */
export type Cost = Readonly<{ perUnit: Ratio; by: 'costSoFar' | 'standardPrice' }>;

/** Money that adds up, and what it lacks to be all of it. */
export type Money = { sum: Ratio; lacks: Set<string>; by: Set<string> };
export const noMoney = (): Money => ({ sum: nothing, lacks: new Set(), by: new Set() });

/** Adds so much at this price; what has no price is remembered as lacking, unless it is nothing. */
export function charge(
  money: Money,
  amount: Ratio,
  price: Ratio | undefined,
  lack: string,
  by?: string,
): void {
  if (amount.over === 0n) return;
  if (price === undefined) {
    money.lacks.add(lack);
    return;
  }
  money.sum = plus(money.sum, times(amount, price));
  if (by !== undefined) money.by.add(by);
}

/** So many hours of a rate an hour. */
export const hours = (ms: bigint): Ratio => ratio(ms, hourMs);
/** A quantity of millionths. */
export const units = (micros: bigint): Ratio => ratio(micros, 1_000_000n);

/** Material and work of one unit up to this operation; undefined where not all of it is known. */
function builtUp(references: References, line: string, material: string, upTo?: string) {
  const bill = references.bill(material);
  const steps = references
    .routing(material)
    .filter(({ operation }) => upTo === undefined || operation <= upTo);
  if (bill.length === 0 || steps.length === 0) return undefined;
  let sum = nothing;
  for (const { component, perUnit } of bill) {
    const price = references.price(line, component);
    if (price === undefined) return undefined;
    sum = plus(sum, times(perUnit, price));
  }
  const machine = references.rate(line, 'machinePerHour');
  const labour = references.rate(line, 'labourPerHour');
  for (const { perUnitMs, people } of steps) {
    if (perUnitMs === undefined || machine === undefined) return undefined;
    if (people.over > 0n && labour === undefined) return undefined;
    const rate = plus(machine, times(people, labour ?? nothing));
    sum = plus(sum, times(times(perUnitMs, rate), { over: 1n, under: hourMs }));
  }
  return sum;
}

/**
 * What a piece costs: material and work up to the operation where it was lost, by bill, routing and
 * rates; or where those are not all known, the price of one unit, which is of the whole.
 */
export function openCosting(references: References) {
  const known = new Map<string, Cost | undefined>();

  function costOf(line: string, material: string, upTo?: string): Cost | undefined {
    const built = builtUp(references, line, material, upTo);
    if (built) return { perUnit: built, by: 'costSoFar' };
    const price = references.price(line, material);
    return price && { perUnit: price, by: 'standardPrice' };
  }

  return {
    /** Of one unit lost at this line and operation; of one that is finished without one. */
    costOf(line: string, material: string, upTo?: string): Cost | undefined {
      const key = keyOf(line, material, upTo ?? '');
      if (!known.has(key)) known.set(key, costOf(line, material, upTo));
      return known.get(key);
    },
  };
}
export type Costing = ReturnType<typeof openCosting>;
