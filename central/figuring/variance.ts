import type { Figure, Planned, Variance } from '../../shared/figures.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import { decimalOf, minus, nothing, plus, type Ratio, times, whole } from '../../shared/ratio.ts';
import type { Order } from '../ledger/orderbook.ts';
import { units } from './costing.ts';
import { type Group, of, type Step } from './groups.ts';
import { basisOf, type Step as Routed, type Source } from './planned.ts';
import type { Plan, References } from './reference.ts';

/** Actual against planned of one order: three figures, and what they are made of. */
export type Varied = Readonly<Record<'time' | 'labour' | 'material', Figure>> &
  Readonly<{ told: Variance }>;

const msText = (ms: Ratio): string => decimalOf(ms, 0);
const decimals = 6;
/** A quantity that is not told in more digits than it has. */
const amountText = (amount: Ratio): string =>
  decimalOf(amount, decimals).replace(/\.?0+$/, '') || '0';

type Times = Readonly<{ setup: Ratio; run: Ratio; labour: Ratio }>;
const told = ({ setup, run, labour }: Times): Planned => ({
  ...{ setupMs: msText(setup), runMs: msText(run), labourMs: msText(labour) },
});

/** Planned time for so many units; undefined where the routing does not say it. */
function plannedFor(step: Routed | undefined, amount: Ratio): Times | undefined {
  if (step?.perUnitMs === undefined) return undefined;
  const { setupMs: setup = nothing, perUnitMs, labourSetupMs, labourPerUnitMs = nothing } = step;
  const labour = plus(labourSetupMs ?? nothing, times(labourPerUnitMs, amount));
  return { setup, run: times(perUnitMs, amount), labour };
}

const actualOf = ({ told: counts, work }: Step): Times => ({
  setup: whole(of(counts, 'setupStatedMs')),
  run: whole(of(counts, 'runStatedMs')),
  labour: whole(of(work, 'labour') + of(work, 'reworkLabour')),
});

const figure = (value: string, basis: Record<string, string>): Figure => ({
  ...{ value, why: null, basis },
});

function timesOf(group: Group, order: Order, { steps }: Plan) {
  const names = new Set([...group.steps.keys(), ...steps.map(({ operation }) => operation)]);
  names.delete('');
  const ordered = units(quantity(order.quantity, 'quantity'));
  return [...names].sort().map((operation) => {
    const step = group.steps.get(operation) ?? { total: 0n, told: {}, work: {} };
    const routed = steps.find((one) => one.operation === operation);
    return {
      ...{ operation, total: step.total, actual: actualOf(step) },
      ...{ planned: plannedFor(routed, ordered), by: routed?.by },
      expected: step.total > 0n ? plannedFor(routed, units(step.total)) : undefined,
      isUnknown: step.total > 0n && routed?.perUnitMs === undefined,
      isUntouched: step.total <= 0n,
    };
  });
}

/** Material goes in with the pieces of the first operation that anything was reported at. */
function materialsOf(group: Group, order: Order, { bill }: Plan, references: References) {
  const first = [...group.steps].filter(([, { total }]) => total > 0n).sort()[0];
  const went = units(first?.[1].total ?? 0n);
  const ordered = units(quantity(order.quantity, 'quantity'));
  const keys = new Set([
    ...group.used.keys(),
    ...bill.map(({ component, unit }) => `${component}\n${unit}`),
  ]);
  return [...keys].sort().map((key) => {
    const [material = '', unit = ''] = key.split('\n');
    const planned = bill.find((one) => one.component === material && one.unit === unit);
    return {
      ...{ material, unit, actual: units(group.used.get(key) ?? 0n) },
      planned: planned && times(planned.perUnit, ordered),
      expected: planned && times(planned.perUnit, went),
      price: references.price(group.at, material),
    };
  });
}

type Timed = ReturnType<typeof timesOf>;
function timeFigure(all: Timed, of: (times: Times) => Ratio): Figure {
  const lacking = all.find(({ isUnknown }) => isUnknown);
  if (lacking) return { value: null, why: 'noRouting', basis: { lacks: lacking.operation } };
  const some = all.filter(({ isUntouched }) => !isUntouched);
  if (some.length === 0) return { value: null, why: 'nothingMade', basis: {} };
  const sum = (values: readonly Ratio[]): Ratio => values.reduce(plus, nothing);
  const actual = sum(some.map((one) => of(one.actual)));
  const expected = sum(some.map((one) => of(one.expected!)));
  const sources = some.flatMap(({ by }) => (by ? [by] : []));
  const basis = { actualMs: msText(actual), expectedMs: msText(expected), ...basisOf(sources) };
  return figure(msText(minus(actual, expected)), basis);
}

function materialFigure(all: ReturnType<typeof materialsOf>, by: Source): Figure {
  if (all.every(({ planned }) => planned === undefined)) {
    return { value: null, why: 'noBill', basis: {} };
  }
  const isMoved = all.filter(({ actual, expected }) => actual.over !== 0n || expected?.over);
  const lacking = isMoved.find(({ price }) => price === undefined);
  if (lacking) return { value: null, why: 'noPrice', basis: { lacks: lacking.material } };
  const cost = (of: (one: (typeof all)[number]) => Ratio): Ratio =>
    isMoved.reduce((sum, one) => plus(sum, times(of(one), one.price!)), nothing);
  const actual = cost((one) => one.actual);
  const expected = cost((one) => one.expected ?? nothing);
  const basis = {
    ...{ actualCost: decimalOf(actual, 2), expectedCost: decimalOf(expected, 2) },
    ...basisOf([by]),
  };
  return figure(decimalOf(minus(actual, expected), 2), basis);
}

/**
 * What an order took against what was planned: for the quantity that was ordered, and as `expected`
 * for what was made so far; the variances are against that, more than expected above 0.
 */
export function varianceOf(group: Group, order: Order, references: References): Varied {
  const { material, unit } = order;
  const { at: line, fromMs: atMs } = group;
  const plan = references.plan({ line, order: order.order, material, unit, atMs });
  const operations = timesOf(group, order, plan);
  const materials = materialsOf(group, order, plan, references);
  return {
    time: timeFigure(operations, ({ setup, run }) => plus(setup, run)),
    labour: timeFigure(operations, ({ labour }) => labour),
    material: materialFigure(materials, plan.billBy),
    told: {
      ordered: order.quantity,
      operations: operations.map(({ operation, total, planned, expected, actual }) => ({
        ...{ operation, total: quantityText(total), actual: told(actual) },
        planned: planned ? told(planned) : null,
        expected: expected ? told(expected) : null,
      })),
      materials: materials.map(({ material, unit, planned, expected, actual }) => ({
        ...{ material, unit, actual: amountText(actual) },
        planned: planned ? amountText(planned) : null,
        expected: expected ? amountText(expected) : null,
      })),
    },
  };
}
