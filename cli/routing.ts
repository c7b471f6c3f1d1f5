import { components, type Place, type Product, products, tradeNames } from './catalogue.ts';
import { type Random, random, subseed } from './random.ts';

export type Step = Readonly<{
  operation: string;
  name: string;
  line: string;
  sibling: string | undefined; // another line of the same trade that may help
  inspects: boolean;
}>;

/** A component lot that an order takes from, thousandths. */
export type Draw = Readonly<{ component: string; unit: string; lot: string; milli: number }>;

/** An order before work on it begins: everything that does not depend on what others do. */
export type Plan = Readonly<{
  order: string;
  product: Product;
  milli: number; // ordered
  started: number; // pieces that go into the first operation, thousandths
  tolerancePercent: number;
  steps: readonly Step[];
  draws: readonly Draw[];
  /** Steps that are worked; fewer than all for an order that stops half-way. */
  worked: number;
  closes: boolean;
}>;

/** Orders that draw on one component lot before the next is opened. */
const ordersPerLot = 25;

const orderNumber = (index: number): string => `WO-${100_001 + index}`;
export const lotName = (component: string, number: number): string =>
  `${component.replace('-', '').slice(0, 4)}-${`${number}`.padStart(5, '0')}`;
/** The lot of a component that is never held, for whoever finds another one held. */
export const spareLot = (component: string): string => lotName(component, 0);

function stepsOf(product: Product, places: readonly Place[], random: Random): Step[] {
  const machines = places.filter(({ path }) => /\/M\d+$/.test(path));
  return product.trades.map((trade, index) => {
    const fit = places.filter((place) => place.trade === trade);
    const usable = fit.length > 0 ? fit : machines;
    const at = random.below(usable.length);
    return {
      operation: `${(index + 1) * 10}`.padStart(4, '0'),
      name: tradeNames[trade],
      line: usable[at]!.path,
      sibling: usable.length > 1 ? usable[(at + 1) % usable.length]!.path : undefined,
      inspects: trade === 'inspection',
    };
  });
}

/** What goes in: mostly what is ordered, seldom less, more, or more than the tolerance allows. */
function startedOf(units: number, tolerancePercent: number, random: Random): number {
  const dice = random.below(100);
  if (dice < 3) return units + Math.ceil((units * (tolerancePercent + random.between(2, 9))) / 100);
  if (dice < 12) return units + Math.floor((units * tolerancePercent) / 100);
  if (dice < 18) return Math.max(1, Math.floor(units * 0.9));
  return units;
}

function drawsOf(product: Product, started: number, index: number, random: Random): Draw[] {
  return product.parts.flatMap(({ component, takes }) => {
    const { unit } = components.find(({ material }) => material === component)!;
    const needed = Math.ceil((started * takes) / 1_000);
    const number = 1 + Math.floor(index / ordersPerLot);
    const whole = unit === 'EA' ? 1_000 : 1;
    const first = random.chance(0.2) ? Math.floor((needed * 0.6) / whole) * whole : needed;
    return [first, needed - first]
      .map((milli, part) => ({ component, unit, lot: lotName(component, number + part), milli }))
      .filter(({ milli }) => milli > 0);
  });
}

/** Order `index` of the shop that `seed` makes. */
export function buildPlan(seed: number, index: number, places: readonly Place[]): Plan {
  const dice = random(subseed(seed, index));
  const product = products[index % 9 === 8 ? products.length - 1 : dice.below(products.length)]!;
  const units = dice.between(...product.lotSize);
  const grams = product.unit === 'KG' ? dice.below(4) * 250 : 0;
  const tolerancePercent = dice.pick([0, 5, 5, 10]);
  const steps = stepsOf(product, places, dice);
  const started = startedOf(units, tolerancePercent, dice) * 1_000 + grams;
  const stops = dice.chance(0.05);
  return {
    order: orderNumber(index),
    ...{ product, tolerancePercent, steps, started },
    milli: units * 1_000 + grams,
    draws: drawsOf(product, started, index, dice),
    worked: stops ? dice.between(1, steps.length - 1) : steps.length,
    closes: !stops && !dice.chance(0.05),
  };
}
