import type { FigureAbout } from '../../shared/figures.ts';
import { nothing, plus, type Ratio, times, whole } from '../../shared/ratio.ts';
import { keyOf } from '../../statecharts/tables.ts';
import { amounts, producedOf } from '../../statecharts/tally.ts';
import { addSums, type Cell, type Sums } from './cells.ts';
import { type Costing, charge, chargeCost, hours, type Money, noMoney, units } from './costing.ts';
import type { Source } from './planned.ts';
import type { Days } from './plant.ts';
import type { RateName, References, Work } from './reference.ts';

/** By what figures are put together. */
export const groupings = ['line', 'shift', 'product', 'order'] as const;
export type By = (typeof groupings)[number];
/** What an operation came to, for its plan to be set beside. */
export type Step = { total: bigint; told: Sums; work: Sums };
export type Group = {
  key: string;
  about: FigureAbout;
  /** Pieces by their unit. */
  made: Map<string, Sums>;
  told: Sums;
  /** Time of whole lines, ms; what of it is planned, and what ran in it. */
  line: Sums;
  work: Sums;
  posted: Sums;
  unplanned: Set<string>;
  /** Planned run time of what was made; and of what it is not known. */
  idealMs: Ratio;
  noIdeal: Set<string>;
  idealBy: Set<Source>;
  scrapCost: Money;
  reworkCost: Money;
  reinspectionCost: Money;
  appraisalCost: Money;
  steps: Map<string, Step>;
  used: Map<string, bigint>;
  /** Some line of it, by whose calendar and prices it is told; and when its first fact was true. */
  at: string;
  fromMs: number;
};

export const newGroup = (key: string, about: FigureAbout, at: string, fromMs: number): Group => ({
  ...{
    key,
    about,
    at,
    fromMs,
    idealBy: new Set(),
    made: new Map(),
    told: {},
    line: {},
    work: {},
    posted: {},
  },
  ...{ unplanned: new Set(), idealMs: nothing, noIdeal: new Set() },
  ...{ scrapCost: noMoney(), reworkCost: noMoney() },
  ...{ reinspectionCost: noMoney(), appraisalCost: noMoney() },
  ...{ steps: new Map(), used: new Map() },
});

export const of = (sums: Readonly<Sums>, name: string): bigint => sums[name] ?? 0n;
const none = amounts([]);
/** Pieces of these sums, each once. */
export const totalOf = (sums: Readonly<Sums>): bigint => producedOf({ ...none, ...sums });
/** All that is lost: reported as scrap, out of rework too, and scrapped by quality. */
export const lostOf = (sums: Readonly<Sums>): bigint => of(sums, 'scrap') + of(sums, 'freedScrap');

/** What is known of an order or a lot beside its cells. */
export type Known = Readonly<{
  materialOf: (order: string) => string | undefined;
  lotOf: (lot: string) => Readonly<{ order: string; material: string }> | undefined;
}>;
type Parts = Readonly<{ references: References; costing: Costing; known: Known }>;

/** Adds a cell to its group. `days` is the calendar of its line. */
export function openAdding({ references, costing, known }: Parts) {
  function stepOf(group: Group, operation: string): Step {
    const step = group.steps.get(operation) ?? { total: 0n, told: {}, work: {} };
    group.steps.set(operation, step);
    return step;
  }
  const rate = (line: string, name: RateName) => references.rate(line, name);

  const workOf = ({ line, order, unit, fromMs: atMs }: Cell, material: string): Work => ({
    ...{ line, order, unit, atMs, material },
  });

  function made(group: Group, cell: Cell): void {
    const { line, order, operation, unit, sums } = cell;
    const all = group.made.get(unit) ?? {};
    group.made.set(unit, all);
    addSums(all, sums);
    const total = totalOf(sums);
    stepOf(group, operation).total += total;
    const material = known.materialOf(order) ?? '';
    const work = workOf(cell, material);
    const ideal = references.idealMs(work, operation);
    if (ideal) group.idealMs = plus(group.idealMs, times(units(total), ideal.ms));
    if (ideal && total !== 0n) group.idealBy.add(ideal.by);
    else if (total !== 0n) group.noIdeal.add(material === '' ? line : `${line} ${material}`);
    const name = material === '' ? order : material;
    chargeCost(group.scrapCost, units(lostOf(sums)), costing.costOf(work, operation), name);
  }

  function told(group: Group, { line, operation, sums }: Cell): void {
    addSums(group.told, sums);
    addSums(stepOf(group, operation).told, sums);
    const price = rate(line, 'perInspection');
    const inspections = (name: string): Ratio => whole(of(sums, name));
    charge(group.reinspectionCost, inspections('reinspections'), price, line);
    charge(group.appraisalCost, inspections('inspections'), price, line);
  }

  function lot(group: Group, cell: Cell): void {
    const { name, sums, order } = cell;
    const lotKnown = known.lotOf(name);
    const material = lotKnown?.material ?? '';
    const work = { ...workOf(cell, material), order: order || (lotKnown?.order ?? '') };
    const lost = units(of(sums, 'scrap'));
    const cost = costing.costOf(work);
    chargeCost(group.scrapCost, lost, cost, material === '' ? name : material);
  }

  function spent(group: Group, cell: Cell, days: Days): void {
    const { line, fromMs, order, operation, sums } = cell;
    if (order === '') {
      addSums(group.line, sums);
      const why = days.unplanned(days.calendar.placeOf(fromMs));
      if (why !== undefined) group.unplanned.add(why);
      else addSums(group.line, { planned: of(sums, 'known'), inPlan: of(sums, 'run') });
      return;
    }
    addSums(group.work, sums);
    addSums(stepOf(group, operation).work, sums);
    const { reworkCost: cost } = group;
    charge(cost, hours(of(sums, 'rework')), rate(line, 'machinePerHour'), line);
    charge(cost, hours(of(sums, 'reworkLabour')), rate(line, 'labourPerHour'), line);
  }

  return (group: Group, cell: Cell, days: Days): void => {
    if (cell.kind === 'made') made(group, cell);
    else if (cell.kind === 'told') told(group, cell);
    else if (cell.kind === 'lot') lot(group, cell);
    else if (cell.kind === 'spent') spent(group, cell, days);
    else if (cell.kind === 'posted') addSums(group.posted, cell.sums);
    else {
      const key = keyOf(cell.name, cell.unit);
      group.used.set(key, (group.used.get(key) ?? 0n) + of(cell.sums, 'used'));
    }
  };
}
