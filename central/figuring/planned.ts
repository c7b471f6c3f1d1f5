import { quantity } from '../../shared/quantity.ts';
import { type Ratio, ratio, times } from '../../shared/ratio.ts';
import type { ContentOf } from '../../shared/reference.ts';

const million = 1_000_000n;
const one: Ratio = { over: 1n, under: 1n };

/** Planned time of one operation, ms: of the machine, and of people at work on it. */
export type Step = Readonly<{
  operation: string;
  setupMs: Ratio | undefined;
  perUnitMs: Ratio | undefined;
  labourSetupMs: Ratio | undefined;
  labourPerUnitMs: Ratio | undefined;
  by: Source;
}>;
export type Component = Readonly<{ component: string; unit: string; perUnit: Ratio }>;
/** By what something is planned: the config, or a version, and why that counts. */
export type Source = Readonly<{ by: 'config' | 'released' | 'inForce'; version: string }>;
export const byConfig: Source = { by: 'config', version: '' };

export const decimal = (text: string, name: string): Ratio => ratio(quantity(text, name), million);
export const minutes = (text: string | undefined, name: string): Ratio | undefined =>
  text === undefined ? undefined : ratio(quantity(text, name) * 60_000n, million);

type Base = Readonly<{ baseQuantity?: string | undefined; baseUnit?: string | undefined }>;
/** The share of what is said that falls to one unit; undefined where it is said in another one. */
function shareOf({ baseQuantity, baseUnit }: Base, unit: string): Ratio | undefined {
  if (baseUnit !== undefined && unit !== '' && baseUnit !== unit) return undefined;
  if (baseQuantity === undefined) return one;
  return ratio(million, quantity(baseQuantity, 'baseQuantity'));
}

/** Standard times of a routing for one of this unit; operations without any are left out. */
export function stepsOf(content: ContentOf<'routing'>, unit: string, by: Source): Step[] {
  return content.operations.flatMap((said) => {
    const share = shareOf(said, unit);
    const machine = minutes(said.machineMinutes, 'machineMinutes');
    if (share === undefined || machine === undefined) return [];
    const setupMs = minutes(said.setupMinutes, 'setupMinutes');
    const perUnitMs = times(machine, share);
    const labour = minutes(said.labourMinutes, 'labourMinutes');
    const labourPerUnitMs = labour === undefined ? perUnitMs : times(labour, share);
    const { operation } = said;
    return [{ operation, setupMs, perUnitMs, labourSetupMs: setupMs, labourPerUnitMs, by }];
  });
}

/** What one of this unit is made of; undefined where the bill is for another unit, or empty. */
export function componentsOf(content: ContentOf<'bom'>, unit: string): Component[] | undefined {
  const share = shareOf(content, unit);
  if (share === undefined || content.components.length === 0) return undefined;
  return content.components.map(({ material, quantity: amount, unit: of }) => ({
    ...{ component: material, unit: of },
    perUnit: times(decimal(amount, 'quantity'), share),
  }));
}

/** Most versions that the basis of one figure names. */
const namedMax = 5;

/** By what it was planned, as the basis of a figure tells it. */
export function basisOf(sources: Iterable<Source>): Record<string, string> {
  const all = [...sources];
  const names = [...new Set(all.map(({ version }) => version))]
    .filter((name) => name !== '')
    .sort();
  const more = names.length > namedMax ? [`+ ${names.length - namedMax}`] : [];
  const plannedBy = [...new Set(all.map(({ by }) => by))].sort().join(' ');
  if (plannedBy === '') return {};
  if (names.length === 0) return { plannedBy };
  return { plannedBy, versions: [...names.slice(0, namedMax), ...more].join(', ') };
}
