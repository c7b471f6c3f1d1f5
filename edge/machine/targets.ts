import type { WriteValue } from './jobmap.ts';
import type { Mapping, Unit } from './mapping.ts';
import { type Address, addressOf, under } from './tags.ts';

/** Where a value is written: a variable, or by one of the two methods of an OPC 30050 unit. */
export type Target =
  | Readonly<{ way: 'variable'; at: Address }>
  | Readonly<{ way: 'product'; unit: Address }>
  | Readonly<{ way: 'parameter'; unit: Address; id: number; name: string }>;
/** Where it is read back: a variable, or what of the list that stands there. */
export type ReadBack = Readonly<{
  at: Address;
  pick?: Readonly<{ product: number }> | Readonly<{ parameter: number }> | undefined;
}>;
export type Place = Readonly<{ name: string; target: Target; readBack: ReadBack }>;

/** Where the receiver of a unit's jobs is, and what tells their results if the mapping says. */
export function receiverOf({ units, namespaces }: Mapping, unit: string, before = '') {
  const { object, results } = units.get(unit)!.jobs!;
  const at = (written: string, what: string): Address =>
    addressOf(written, namespaces, `${before}units.${unit}.jobs.${what}`);
  return {
    object: at(object, 'object'),
    results: results === undefined ? undefined : at(results, 'results'),
  };
}

/** Where the values of a unit's `writes` go that may be written, in the order of the mapping. */
export function placesOf({ units, namespaces }: Mapping, unit: string, before = ''): Place[] {
  const given = units.get(unit)!;
  const { allow, values } = given.writes!;
  return [...values].flatMap(([name, value]) => {
    if (!allow.includes(name)) return [];
    const at = (written: string): Address =>
      addressOf(written, namespaces, `${before}units.${unit}.writes.values.${name}`);
    return [{ name, ...placeOf(given, name, value, at) }];
  });
}

function placeOf(
  { profile, root = '' }: Unit,
  name: string,
  { product, parameter, at: written, readBack }: WriteValue,
  at: (written: string) => Address,
): Omit<Place, 'name'> {
  const variable = (one: string, back: string) => ({
    target: { way: 'variable' as const, at: at(one) },
    readBack: { at: at(back) },
  });
  if (written !== undefined) return variable(written, readBack!);
  const what =
    product === undefined ? `Parameter[${parameter}].Value` : `Product[${product}].ProductID`;
  if (profile === 'packml-tags') {
    return variable(under(root, `Command.${what}`), under(root, `Status.${what}`));
  }
  const unit = at(root);
  if (product !== undefined) {
    return {
      target: { way: 'product', unit },
      readBack: { at: at(`${root}/pk:Status/pk:Product`), pick: { product } },
    };
  }
  const id = parameter!;
  return {
    target: { way: 'parameter', unit, id, name },
    readBack: { at: at(`${root}/pk:Status/pk:Parameter`), pick: { parameter: id } },
  };
}

/** Throws Fault INVALID, which begins with `name`, for an address that is none. */
export function checkTargets(mapping: Mapping, name: string): void {
  const { units } = mapping;
  for (const [unit, given] of units) {
    if (given.jobs) receiverOf(mapping, unit, `${name}.`);
    if (!given.writes) continue;
    // Those that may not be written are checked as well: they may be, one day.
    const writes = { ...given.writes, allow: [...given.writes.values.keys()] };
    placesOf({ ...mapping, units: new Map([[unit, { ...given, writes }]]) }, unit, `${name}.`);
  }
}
