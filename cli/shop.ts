import { Fault } from '../shared/fault.ts';
import type { Expected } from './account.ts';
import { nextShiftMs } from './calendar.ts';
import {
  buildPlaces,
  components,
  decimalText,
  linesMax,
  linesMin,
  type Material,
  type Place,
  products,
} from './catalogue.ts';
import { type Asked, openFloor, type Station } from './floor.ts';
import type { LotHolds } from './journey.ts';
import { passage } from './passage.ts';
import { buildPlan, spareLot } from './routing.ts';
import { newGate, openTimeline, type Process } from './timeline.ts';

export type { Expected, LineTotal, LotTotal, Misuse, OrderTotal } from './account.ts';
export type { Asked, CommandJson } from './floor.ts';
export type { Total } from './sum.ts';

/** Friday before the clocks go forward, 06:00 in Lyon. */
export const shopStartMs = Date.UTC(2026, 2, 27, 5);
export const ordersMax = 800_000;

export type ShopOrder = Readonly<{
  order: string;
  material: string;
  quantity: string; // decimal text
  unit: string;
  tolerancePercent: number;
  operations: readonly Readonly<{ operation: string; name: string; line: string }>[];
}>;

/** A component and what lies in stock of it before the first order begins. */
export type Component = Material &
  Readonly<{ lots: readonly Readonly<{ lot: string; quantity: string }>[] }>;

export type Shop = Readonly<{
  lines: readonly string[];
  /** Runs that each line takes at once. */
  lanes: Readonly<Record<string, number>>;
  materials: readonly Material[];
  components: readonly Component[];
  orders: readonly ShopOrder[];
  /** What is asked of the lines, in plant time. Made while it is read, and anew at each reading. */
  commands: Iterable<Asked>;
  /** What must have come of it. Reads the commands once if nobody has read them to the end. */
  expected(): Expected;
}>;

type Given = Readonly<{ seed: number; orders: number; lines?: number; startMs?: number }>;

/**
 * A machine shop made up from `seed`: `orders` orders on `lines` lines (12), from `startMs` on.
 * The same arguments always give the same shop. Memory grows with the orders, not the commands.
 */
export function generateShop({ seed, orders, lines = 12, startMs = shopStartMs }: Given): Shop {
  if (lines < linesMin || lines > linesMax) {
    throw new Fault('INVALID', `lines: must be from ${linesMin} to ${linesMax}`);
  }
  if (orders < 1 || orders > ordersMax) {
    throw new Fault('INVALID', `orders: must be from 1 to ${ordersMax}`);
  }
  const places = buildPlaces(lines);
  let expected: Expected | undefined;

  function* commands(): Generator<Asked> {
    const { floor, timeline } = begin(places, { seed, orders, startMs });
    while (timeline.next()) yield* floor.take();
    expected ??= floor.account.expected();
  }

  return {
    lines: places.map(({ path }) => path),
    lanes: Object.fromEntries(places.map(({ path, lanes }) => [path, lanes])),
    materials: products.map(({ material, name, unit, price }) => ({ material, name, unit, price })),
    ...buildMaster(seed, orders, places),
    commands: { [Symbol.iterator]: commands },
    expected() {
      for (const made = commands(); expected === undefined; ) if (made.next().done) break;
      return expected!;
    },
  };
}

/** Orders as the ERP has them, and component lots that are enough for them and for every hold. */
function buildMaster(seed: number, count: number, places: readonly Place[]) {
  const stock = new Map<string, Map<string, number>>();
  const add = (component: string, lot: string, milli: number) => {
    const lots = stock.get(component) ?? new Map<string, number>();
    stock.set(component, lots);
    lots.set(lot, (lots.get(lot) ?? 50_000) + milli);
  };
  const orders = Array.from({ length: count }, (_, index): ShopOrder => {
    const { order, product, milli, tolerancePercent, steps, draws } = buildPlan(
      seed,
      index,
      places,
    );
    for (const { component, lot, milli: taken } of draws) {
      add(component, lot, taken);
      add(component, spareLot(component), taken);
    }
    const operations = steps.map(({ operation, name, line }) => ({ operation, name, line }));
    const { material, unit } = product;
    return { order, material, quantity: decimalText(milli), unit, tolerancePercent, operations };
  });
  const used = components.filter(({ material }) => stock.has(material));
  return {
    orders,
    components: used.map((component) => ({
      ...component,
      lots: [...stock.get(component.material)!].map(([lot, milli]) => ({
        lot,
        quantity: decimalText(milli),
      })),
    })),
  };
}

/** A floor with all its processes begun and nothing done yet. */
function begin(places: readonly Place[], given: Required<Omit<Given, 'lines'>>) {
  const timeline = openTimeline(given.startMs);
  const floor = openFloor(given.seed, places, timeline);
  const lotHolds: LotHolds = { now: new Set(), ever: new Set() };
  const lanes = places.reduce((sum, place) => sum + place.lanes, 0);
  const room = newGate();
  let released = 0;
  let open = 0;

  /** Releases an order whenever the shop has room for one. */
  function* releases(): Process {
    for (let index = 0; index < given.orders; index++) {
      while (open >= lanes) yield room;
      const plan = buildPlan(given.seed, index, places);
      open += 1;
      released += 1;
      const course = { floor, seed: given.seed, index, plan, lotHolds };
      timeline.spawn(
        passage(course, () => {
          open -= 1;
          timeline.open(room);
        }),
      );
      yield (5 + ((index * 37) % 50)) * 60_000;
    }
  }

  function* shifts(station: Station): Process {
    while (open > 0 || released < given.orders) {
      floor.startShift(station);
      yield nextShiftMs(timeline.nowMs()) - timeline.nowMs();
    }
  }

  for (const station of floor.stations.values()) timeline.spawn(shifts(station));
  timeline.spawn(releases());
  return { floor, timeline };
}
