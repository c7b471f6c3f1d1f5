import type { Figure, FigureName, Why } from '../../shared/figures.ts';
import { oeeOf } from '../../shared/oee.ts';
import { quantityText } from '../../shared/quantity.ts';
import { decimalOf, nothing, percent, plus, type Ratio, ratio } from '../../shared/ratio.ts';
import type { Money } from './costing.ts';
import { type Group, lostOf, of, totalOf } from './groups.ts';
import { basisOf } from './planned.ts';
import { exactWaitOf, waitOf } from './sketch.ts';
import type { Varied } from './variance.ts';

/** What a group's figures are made of beside its sums. */
export type Around = Readonly<{
  /** True where the time of whole lines is the time of the group. */
  isOfLines: boolean;
  /** How long the one order was worked on, ms; or why that is not known. */
  executionMs: bigint | Why;
  /** Waits for decisions, in order, ms; holds that are open, and those whose times are in doubt. */
  holds: Readonly<{ waits: readonly bigint[]; open: number; doubtful: number }>;
  varied: Varied | undefined;
}>;
type Basis = Record<string, string>;
type Tell = (group: Group, around: Around) => Figure;

const moneyDecimals = 2;
const money = (sum: Ratio): string => decimalOf(sum, moneyDecimals);
const known = (value: string, basis: Basis): Figure => ({ value, why: null, basis });
export const unknown = (why: Why, basis: Basis = {}): Figure => ({ value: null, why, basis });

/** Pieces of the one unit that the group has; quantities of two units are no sum. */
function pieces({ made }: Group) {
  const units = [...made].filter(([, sums]) => totalOf(sums) !== 0n || lostOf(sums) !== 0n);
  if (units.length > 1) return 'units';
  const [unit = '', sums = {}] = units[0] ?? [];
  const total = totalOf(sums);
  const first = of(sums, 'good') - of(sums, 'reworkGood');
  return { unit, sums, total, first };
}

/** A share of pieces, of which `top` and `bottom` are parts. */
const share =
  (
    top: string,
    bottom: string,
    parts: (p: Exclude<ReturnType<typeof pieces>, string>) => bigint[],
  ): Tell =>
  (group) => {
    const all = pieces(group);
    if (typeof all === 'string') return unknown(all);
    const [over = 0n, under = 0n] = parts(all);
    const basis = { [top]: quantityText(over), [bottom]: quantityText(under), unit: all.unit };
    const value = percent(over, under);
    if (under <= 0n) return unknown('nothingMade', basis);
    return value === null ? unknown('negative', basis) : known(value, basis);
  };

function oee(group: Group) {
  const all = pieces(group);
  const { line, idealMs } = group;
  const planned = of(line, 'planned');
  const [good, total] = typeof all === 'string' ? [0n, 0n] : [all.first, all.total];
  const told = oeeOf({
    ...{ good, total, plannedMs: planned === 0n ? null : planned },
    ...{ runMs: of(line, 'run'), inPlanMs: of(line, 'inPlan') },
    idealMs,
  });
  return { all, planned, ...told };
}
const firstOf = (names: ReadonlySet<string>): string => [...names].sort()[0] ?? '';

const availability: Tell = (group, { isOfLines }) => {
  if (!isOfLines) return unknown('ofLines');
  const { line, unplanned } = group;
  const basis = {
    ...{ runMs: `${of(line, 'inPlan')}`, plannedMs: `${of(line, 'planned')}` },
    ...{ stopMs: `${of(line, 'stop')}`, setupMs: `${of(line, 'setup')}` },
  };
  const { availability: value, planned } = oee(group);
  if (planned === 0n) return unknown((firstOf(unplanned) || 'nothingPlanned') as Why, basis);
  return value === null ? unknown('negative', basis) : known(value, basis);
};

const performance: Tell = (group, { isOfLines }) => {
  const { idealMs, noIdeal, line, work } = group;
  if (noIdeal.size > 0) return unknown('noIdeal', { lacks: firstOf(noIdeal) });
  const runMs = of(isOfLines ? line : work, 'run');
  const basis = { idealMs: decimalOf(idealMs, 0), runMs: `${runMs}`, ...basisOf(group.idealBy) };
  const value = percent(idealMs.over, idealMs.under * runMs);
  if (runMs === 0n) return unknown('nothingRan', basis);
  return value === null ? unknown('negative', basis) : known(value, basis);
};

const whole: Tell = (group, around) => {
  const parts = [availability, performance, quality].map((tell) => tell(group, around));
  const missing = parts.find(({ why }) => why !== null);
  const [a, p, q] = parts.map(({ value }) => value ?? '');
  if (missing) return unknown(missing.why!, missing.basis);
  const basis = { availability: a!, performance: p!, quality: q! };
  const { oee: value } = oee(group);
  return value === null ? unknown('negative', basis) : known(value, basis);
};

const quality = share('good', 'total', ({ first, total }) => [first, total]);
const judgedOf = (sums: Group['told'], first: bigint): bigint =>
  first +
  (of(sums, 'scrap') - of(sums, 'reworkScrap')) +
  (of(sums, 'rework') - of(sums, 'reworkAgain'));

const setupRatio: Tell = ({ line, work }, { isOfLines }) => {
  const [setup, run] = isOfLines
    ? [of(line, 'setup'), of(line, 'run')]
    : [of(work, 'setup'), of(work, 'run')];
  const basis = { setupMs: `${setup}`, busyMs: `${setup + run}` };
  const value = percent(setup, setup + run);
  return value === null ? unknown('nothingRan', basis) : known(value, basis);
};

const throughput: Tell = ({ steps }, { executionMs }) => {
  if (typeof executionMs === 'string') return unknown(executionMs);
  const last = [...steps]
    .filter(([, { total }]) => total !== 0n)
    .sort()
    .at(-1);
  const total = last?.[1].total ?? 0n;
  const basis = { total: quantityText(total), executionMs: `${executionMs}` };
  if (executionMs <= 0n) return unknown('nothingRan', basis);
  return known(decimalOf(ratio(total * 3_600_000n, executionMs * 1_000_000n), 3), basis);
};
const processRatio: Tell = ({ work }, { executionMs }) => {
  if (typeof executionMs === 'string') return unknown(executionMs);
  const basis = { runMs: `${of(work, 'run')}`, executionMs: `${executionMs}` };
  const value = percent(of(work, 'run'), executionMs);
  return value === null ? unknown('nothingRan', basis) : known(value, basis);
};

type Costs = 'scrapCost' | 'reworkCost' | 'reinspectionCost' | 'appraisalCost';
const costs: readonly Costs[] = ['scrapCost', 'reworkCost', 'reinspectionCost', 'appraisalCost'];
function spent({ sum, lacks, by, sources }: Money, lack: Why, basis: Basis): Figure {
  if (lacks.size > 0) return unknown(lack, { ...basis, lacks: firstOf(lacks) });
  const told = by.size > 0 ? { ...basis, by: [...by].sort().join(' ') } : basis;
  return known(money(sum), { ...told, ...basisOf(sources) });
}
const scrapCost: Tell = (group) => {
  const all = pieces(group);
  const scrap: Basis = typeof all === 'string' ? {} : { scrap: quantityText(lostOf(all.sums)) };
  return spent(group.scrapCost, 'noPrice', scrap);
};
const reworkCost: Tell = ({ reworkCost: cost, work }) =>
  spent(cost, 'noRate', {
    ...{ reworkMs: `${of(work, 'rework')}`, labourMs: `${of(work, 'reworkLabour')}` },
    aloneMs: `${of(work, 'reworkAlone')}`,
  });
const inspected =
  (name: Costs, count: string): Tell =>
  (group) =>
    spent(group[name], 'noRate', { inspections: `${of(group.told, count)}` });

const poorQuality: Tell = (group) => {
  const basis = Object.fromEntries(
    costs.map((name) => [name, group[name].lacks.size > 0 ? '' : money(group[name].sum)]),
  );
  const lacking = costs.find((name) => group[name].lacks.size > 0);
  if (lacking) {
    const why = lacking === 'scrapCost' ? 'noPrice' : 'noRate';
    return unknown(why, { ...basis, lacks: firstOf(group[lacking].lacks) });
  }
  return known(money(costs.reduce((sum, name) => plus(sum, group[name].sum), nothing)), basis);
};

const varied =
  (name: 'time' | 'labour' | 'material'): Tell =>
  (_group, { varied: all }) =>
    all === undefined ? unknown('ofOrders') : all[name];

const holdWait =
  (percentile: bigint): Tell =>
  (_group, { holds: { waits, open, doubtful } }) => {
    const basis = { holds: `${waits.length}`, open: `${open}`, doubtful: `${doubtful}` };
    const ms = exactWaitOf(waits, percentile);
    return ms === undefined ? unknown('nothingDecided', basis) : known(`${ms}`, basis);
  };
const postedWait =
  (percentile: bigint): Tell =>
  ({ posted }) => {
    const basis = { documents: `${of(posted, 'waits')}`, doubtful: `${of(posted, 'doubtful')}` };
    const ms = percentile === 100n ? posted['maxMs'] : waitOf(posted, percentile);
    if (of(posted, 'waits') === 0n) return unknown('nothingPosted', basis);
    return known(`${ms ?? 0n}`, basis);
  };

/** Every figure, and how it is told of a group. */
const tells: Readonly<Record<FigureName, Tell>> = {
  ...{ availability, performance, quality, oee: whole },
  yield: share('good', 'total', ({ sums, total }) => [
    of(sums, 'good') - of(sums, 'heldByHolds') + of(sums, 'freedGood'),
    total,
  ]),
  firstPassYield: share('good', 'judged', ({ sums, first }) => [first, judgedOf(sums, first)]),
  scrapRatio: share('scrap', 'total', ({ sums, total }) => [lostOf(sums), total]),
  reworkRatio: share('rework', 'total', ({ sums, total }) => [
    of(sums, 'rework') - of(sums, 'reworkAgain') + of(sums, 'freedRework'),
    total,
  ]),
  ...{ setupRatio, throughput, processRatio, scrapCost, reworkCost },
  reinspectionCost: inspected('reinspectionCost', 'reinspections'),
  appraisalCost: inspected('appraisalCost', 'inspections'),
  copq: poorQuality,
  ...{ timeVariance: varied('time'), labourVariance: varied('labour') },
  materialVariance: varied('material'),
  ...{ holdP50: holdWait(50n), holdP90: holdWait(90n), holdMax: holdWait(100n) },
  ...{ postedP50: postedWait(50n), postedP90: postedWait(90n), postedMax: postedWait(100n) },
};

export const figuresOf = (group: Group, around: Around): Record<FigureName, Figure> =>
  Object.fromEntries(
    Object.entries(tells).map(([name, tell]) => [name, tell(group, around)]),
  ) as Record<FigureName, Figure>;
export { money, pieces };
