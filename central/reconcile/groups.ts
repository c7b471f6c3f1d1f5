import { quantityText } from '../../shared/quantity.ts';
import { type Account, type Measure, type Moved, measures } from './accounts.ts';

/** Most groups of one sort that are told. */
const groupsMax = 5_000;

/** By what facts are put together. */
const sorts = ['line', 'shift', 'order', 'material'] as const;
export type Sort = (typeof sorts)[number];
type Sums = Map<string, bigint>; // by measure, unit and account
type Group = { facts: Map<Account, number>; sums: Sums };

export type Amount = Readonly<{
  measure: Measure;
  unit: string;
  stated: string;
  by: Readonly<Partial<Record<Account, string>>>; // they sum up to what is stated
}>;
export type GroupTold = Readonly<{
  name: string;
  recorded: number;
  by: Readonly<Partial<Record<Account, number>>>; // they sum up to what is recorded
  amounts: readonly Amount[];
}>;
export type Grouped = Readonly<Record<Sort, readonly GroupTold[]>>;

const told = ({ facts, sums }: Group, name: string): GroupTold => ({
  name,
  recorded: [...facts.values()].reduce((sum, count) => sum + count, 0),
  by: Object.fromEntries(facts),
  amounts: amountsOf(sums),
});

function amountsOf(sums: Sums): Amount[] {
  const rows = new Map<string, Map<string, bigint>>();
  for (const [key, amount] of sums) {
    const at = key.lastIndexOf('\n');
    const [name, account] = [key.slice(0, at), key.slice(at + 1)];
    rows.set(name, (rows.get(name) ?? new Map<string, bigint>()).set(account, amount));
  }
  return [...rows].sort().map(([name, by]) => {
    const [measure = '', unit = ''] = name.split('\n');
    const stated = [...by.values()].reduce((sum, amount) => sum + amount, 0n);
    const texts = Object.fromEntries([...by].map(([of, amount]) => [of, quantityText(amount)]));
    return { measure: measure as Measure, unit, stated: quantityText(stated), by: texts };
  });
}

/** Puts facts together, and what became of them. */
export function openGroups() {
  const groups = new Map<Sort, Map<string, Group>>(sorts.map((sort) => [sort, new Map()]));
  let leftOut = 0;

  function add(sort: Sort, name: string, account: Account, moved: readonly Moved[]): void {
    const known = groups.get(sort)!;
    const group = known.get(name) ?? { facts: new Map(), sums: new Map() };
    if (!known.has(name)) {
      if (known.size >= groupsMax) {
        leftOut += 1;
        return;
      }
      known.set(name, group);
    }
    group.facts.set(account, (group.facts.get(account) ?? 0) + 1);
    for (const { account: where, unit, amounts } of moved) {
      for (const measure of measures) {
        const amount = amounts[measure];
        if (amount === undefined || amount === 0n) continue;
        const key = [measure, unit, where].join('\n');
        group.sums.set(key, (group.sums.get(key) ?? 0n) + amount);
      }
    }
  }
  const all = (sort: Sort) =>
    [...groups.get(sort)!].sort().map(([name, group]) => told(group, name));
  return {
    add,
    leftOut: () => leftOut,
    told: () => Object.fromEntries(sorts.map((sort) => [sort, all(sort)])) as unknown as Grouped,
  };
}
