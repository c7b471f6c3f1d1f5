import { nothing, plus, type Ratio, ratio, times } from '../../shared/ratio.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { Source } from './planned.ts';
import type { References, Work } from './reference.ts';

const hourMs = 3_600_000n;

/** What one piece has cost when it is lost, and by what that is known. */
export type Cost = Readonly<{
  perUnit: Ratio;
  by: 'costSoFar' | 'standardPrice';
  /** By what material and work of it are planned. */
  sources: readonly Source[];
}>;

/** Money that adds up, and what it lacks to be all of it. */
export type Money = { sum: Ratio; lacks: Set<string>; by: Set<string>; sources: Set<Source> };
export const noMoney = (): Money => ({
  ...{ sum: nothing, lacks: new Set(), by: new Set(), sources: new Set() },
});

/** Adds so much at this price; what has no price is remembered as lacking, unless it is nothing. */
export function charge(money: Money, amount: Ratio, price: Ratio | undefined, lack: string): void {
  if (amount.over === 0n) return;
  if (price === undefined) {
    money.lacks.add(lack);
    return;
  }
  money.sum = plus(money.sum, times(amount, price));
}
/** The same of pieces at what one costs, and by what that is known. */
export function chargeCost(money: Money, amount: Ratio, cost: Cost | undefined, lack: string) {
  charge(money, amount, cost?.perUnit, lack);
  if (amount.over === 0n || cost === undefined) return;
  money.by.add(cost.by);
  for (const source of cost.sources) money.sources.add(source);
}

/** So many hours of a rate an hour. */
export const hours = (ms: bigint): Ratio => ratio(ms, hourMs);
/** A quantity of millionths. */
export const units = (micros: bigint): Ratio => ratio(micros, 1_000_000n);

/** Material and work of one unit up to this operation; undefined where not all of it is known. */
function builtUp(references: References, work: Work, upTo?: string): Cost | undefined {
  const { line } = work;
  const { bill, billBy, ...plan } = references.plan(work);
  const steps = plan.steps.filter(({ operation }) => upTo === undefined || operation <= upTo);
  if (bill.length === 0 || steps.length === 0) return undefined;
  let sum = nothing;
  for (const { component, perUnit } of bill) {
    const price = references.price(line, component);
    if (price === undefined) return undefined;
    sum = plus(sum, times(perUnit, price));
  }
  const machine = references.rate(line, 'machinePerHour');
  const labour = references.rate(line, 'labourPerHour');
  for (const { perUnitMs, labourPerUnitMs = nothing } of steps) {
    if (perUnitMs === undefined || machine === undefined) return undefined;
    if (labourPerUnitMs.over > 0n && labour === undefined) return undefined;
    const money = plus(times(perUnitMs, machine), times(labourPerUnitMs, labour ?? nothing));
    sum = plus(sum, times(money, { over: 1n, under: hourMs }));
  }
  return { perUnit: sum, by: 'costSoFar', sources: [billBy, ...steps.map(({ by }) => by)] };
}

/**
 * What a piece costs: material and work up to the operation where it was lost, by bill, routing and
 * rates; or where those are not all known, the price of one unit, which is of the whole.
 */
export function openCosting(references: References) {
  const known = new Map<string, Cost | undefined>();

  function costOf(work: Work, upTo?: string): Cost | undefined {
    const built = builtUp(references, work, upTo);
    if (built) return built;
    const price = references.price(work.line, work.material);
    return price && { perUnit: price, by: 'standardPrice', sources: [] };
  }

  return {
    /** Of one unit lost at this line and operation; of one that is finished without one. */
    costOf(work: Work, upTo?: string): Cost | undefined {
      const key = keyOf(work.line, references.plan(work).key, upTo ?? '');
      if (!known.has(key)) known.set(key, costOf(work, upTo));
      return known.get(key);
    },
  };
}
export type Costing = ReturnType<typeof openCosting>;
