import { quantity } from '../../shared/quantity.ts';
import { type Ratio, ratio } from '../../shared/ratio.ts';
import { siteOf } from '../../shared/reference.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { FigureConfig } from './plant.ts';

const million = 1_000_000n;
const hourMs = 3_600_000n;

/** Planned time of one operation; ms, and people at work on it. */
export type Step = Readonly<{
  operation: string;
  setupMs: Ratio | undefined;
  perUnitMs: Ratio | undefined;
  people: Ratio;
}>;
export type Component = Readonly<{ component: string; unit: string; perUnit: Ratio }>;

/**
 * What is planned and what things cost: the one place that figures take it from. Config feeds it;
 * whatever else knows of routings, bills of material and prices need only answer the same.
 */
export type References = Readonly<{
  /** Planned run time of one unit, ms: by line and material, by the routing, or by the line. */
  idealMs: (line: string, material: string, operation: string) => Ratio | undefined;
  /** Cost of one unit. */
  price: (line: string, material: string) => Ratio | undefined;
  rate: (line: string, of: RateName) => Ratio | undefined;
  /** Operations of a material, in their order. */
  routing: (material: string) => readonly Step[];
  bill: (material: string) => readonly Component[];
}>;
/** An hour of a machine, an hour of one person, one inspection. */
export type RateName = 'machinePerHour' | 'labourPerHour' | 'perInspection';

const decimal = (text: string, name: string): Ratio => ratio(quantity(text, name), million);
const minutes = (text: string | undefined, name: string): Ratio | undefined =>
  text === undefined ? undefined : ratio(quantity(text, name) * 60_000n, million);
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

/** By what the config says; the last one counts of two that say the same. */
export function referencesOf(config: FigureConfig): References {
  const ideals = new Map(
    config.ideals.map((one) => [keyOf(one.line, one.material ?? ''), perHour(one.perHour)]),
  );
  const prices = new Map(
    config.prices.map((one) => [
      keyOf(one.site ?? '', one.material),
      decimal(one.perUnit, 'perUnit'),
    ]),
  );
  const rates = new Map(config.rates.map((one) => [one.at, one]));
  const step = (one: FigureConfig['routings'][number]): Step => ({
    operation: one.operation,
    setupMs: minutes(one.setupMinutes, 'setupMinutes'),
    perUnitMs: minutes(one.minutesPerUnit, 'minutesPerUnit'),
    people: decimal(one.people, 'people'),
  });
  const routings = grouped(config.routings, (one) => one.material, step);
  for (const steps of routings.values()) {
    steps.sort((a, b) => (a.operation < b.operation ? -1 : 1));
  }
  const bills = grouped(
    config.bills,
    (one) => one.material,
    ({ component, unit, perUnit }): Component => ({
      ...{ component, unit, perUnit: decimal(perUnit, 'perUnit') },
    }),
  );
  const at = (line: string, name: string): Ratio | undefined =>
    ideals.get(keyOf(line, name)) ?? ideals.get(keyOf(siteOf(line), name));
  return {
    idealMs: (line, material, operation) =>
      at(line, material) ??
      routings.get(material)?.find((one) => one.operation === operation)?.perUnitMs ??
      at(line, ''),
    price: (line, material) =>
      prices.get(keyOf(siteOf(line), material)) ?? prices.get(keyOf('', material)),
    rate(line, of) {
      const text = rates.get(line)?.[of] ?? rates.get(siteOf(line))?.[of];
      return text === undefined ? undefined : decimal(text, of);
    },
    routing: (material) => routings.get(material) ?? [],
    bill: (material) => bills.get(material) ?? [],
  };
}
