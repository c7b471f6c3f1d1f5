import { quantity } from '../../shared/quantity.ts';
import { type Ratio, ratio, times } from '../../shared/ratio.ts';
import { siteOf } from '../../shared/reference.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { Plans, Versioned } from '../downlink/plans.ts';
import {
  byConfig,
  type Component,
  componentsOf,
  decimal,
  minutes,
  type Source,
  type Step,
  stepsOf,
} from './planned.ts';
import type { FigureConfig } from './plant.ts';

const million = 1_000_000n;
const hourMs = 3_600_000n;

/** What is made, where, in which unit, and when: which version of a plan counts hangs on it. */
export type Work = Readonly<{
  line: string;
  order: string; // '' for none
  material: string;
  unit: string; // '' where nobody says it
  atMs: number;
}>;
/** How something is made. `key` is the same for the same plan. */
export type Plan = Readonly<{
  key: string;
  /** In the order of their numbers. */
  steps: readonly Step[];
  bill: readonly Component[];
  billBy: Source;
}>;
export type Ideal = Readonly<{ ms: Ratio; by: Source }>;

/**
 * What is planned and what things cost: the one place that figures take it from. Versions that came
 * down say it first, config where they do not.
 */
export type References = Readonly<{
  plan: (work: Work) => Plan;
  /** Planned run time of one unit: by a version, by line and material, the routing, the line. */
  idealMs: (work: Work, operation: string) => Ideal | undefined;
  /** Cost of one unit. */
  price: (line: string, material: string) => Ratio | undefined;
  rate: (line: string, of: RateName) => Ratio | undefined;
}>;
/** An hour of a machine, an hour of one person, one inspection. */
export type RateName = 'machinePerHour' | 'labourPerHour' | 'perInspection';

const perHour = (text: string): Ratio => ratio(hourMs * million, quantity(text, 'perHour'));

function grouped<T, U>(all: readonly T[], of: (one: T) => string, as: (one: T) => U) {
  const groups = new Map<string, U[]>();
  for (const one of all) {
    const group = groups.get(of(one)) ?? [];
    groups.set(of(one), group);
    group.push(as(one));
  }
  return groups;
}

const sourceOf = ({ because, name }: Versioned<'routing' | 'bom'>): Source => ({
  ...{ by: because, version: name },
});
const inOrder = (steps: readonly Step[]): Step[] =>
  [...steps].sort((a, b) => (a.operation < b.operation ? -1 : 1));

function stepOf(one: FigureConfig['routings'][number]): Step {
  const [setupMs, perUnitMs] = [
    minutes(one.setupMinutes, 'setupMinutes'),
    minutes(one.minutesPerUnit, 'minutesPerUnit'),
  ];
  const people = decimal(one.people, 'people');
  return {
    ...{ operation: one.operation, setupMs, perUnitMs, by: byConfig },
    labourSetupMs: setupMs && times(setupMs, people),
    labourPerUnitMs: perUnitMs && times(perUnitMs, people),
  };
}

/** What the config says; the last one counts of two that say the same. */
function configured(config: FigureConfig) {
  const ideals = new Map(
    config.ideals.map((one) => [keyOf(one.line, one.material ?? ''), perHour(one.perHour)]),
  );
  const prices = new Map(
    config.prices.map((one) => [
      keyOf(one.site ?? '', one.material),
      decimal(one.perUnit, 'perUnit'),
    ]),
  );
  const bills = grouped(
    config.bills,
    (one) => one.material,
    ({ component, unit, perUnit }): Component => ({
      ...{ component, unit, perUnit: decimal(perUnit, 'perUnit') },
    }),
  );
  return {
    ...{ ideals, prices, bills, rates: new Map(config.rates.map((one) => [one.at, one])) },
    routings: grouped(config.routings, (one) => one.material, stepOf),
  };
}

/** Opened once for each question: it remembers what it has looked up. */
export type OpenReferences = () => References;

/** By the versions that `plans` knows, and by the config. */
export function referencesOf(config: FigureConfig, openPlans?: () => Plans): OpenReferences {
  const { ideals, prices, bills, rates, routings } = configured(config);
  const at = (line: string, name: string): Ratio | undefined =>
    ideals.get(keyOf(line, name)) ?? ideals.get(keyOf(siteOf(line), name));

  /** Of each operation what the version says, or else the config; of no other operations. */
  function mixed(of: Versioned<'routing'> | undefined, { material, unit }: Work): Step[] {
    const steps = routings.get(material) ?? [];
    if (!of) return inOrder(steps);
    const said = stepsOf(of.content, unit, sourceOf(of));
    const silent = new Set(of.content.operations.map(({ operation }) => operation));
    for (const { operation } of said) silent.delete(operation);
    return inOrder([...said, ...steps.filter(({ operation }) => silent.has(operation))]);
  }

  return () => {
    const plans = openPlans?.();
    const known = new Map<string, Plan>();

    function plan(work: Work): Plan {
      const { line, material, unit } = work;
      const [routing, bom] = [plans?.('routing', work), plans?.('bom', work)];
      const names = [routing?.because, routing?.name, bom?.because, bom?.name];
      const key = keyOf(siteOf(line), material, unit, ...names.map((name) => name ?? ''));
      const found = known.get(key);
      if (found) return found;
      const said = bom && componentsOf(bom.content, unit);
      const made: Plan = {
        key,
        steps: mixed(routing, work),
        bill: said ?? bills.get(material) ?? [],
        billBy: bom && said ? sourceOf(bom) : byConfig,
      };
      known.set(key, made);
      return made;
    }

    return {
      plan,
      idealMs(work, operation) {
        const step = plan(work).steps.find((one) => one.operation === operation);
        if (step?.perUnitMs && step.by !== byConfig) return { ms: step.perUnitMs, by: step.by };
        const ms = at(work.line, work.material) ?? step?.perUnitMs ?? at(work.line, '');
        return ms && { ms, by: byConfig };
      },
      price: (line, material) =>
        prices.get(keyOf(siteOf(line), material)) ?? prices.get(keyOf('', material)),
      rate(line, of) {
        const text = rates.get(line)?.[of] ?? rates.get(siteOf(line))?.[of];
        return text === undefined ? undefined : decimal(text, of);
      },
    };
  };
}
