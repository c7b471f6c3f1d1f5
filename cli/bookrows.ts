import type { BookGroup, Reconciled } from './answers.ts';
import { accounts, type Floor } from './closing.ts';
import { type ErpBooks, erpColumn } from './erpbooks.ts';
import { grouped } from './progress.ts';

/** What both sides say, and whether it closes. */
export type Certificate = Readonly<{
  madeMs: number;
  closes: boolean;
  against: readonly string[];
  central: Reconciled;
  floor: readonly Floor[];
}>;

export const sorts = ['line', 'shift', 'order', 'material'] as const;
export type Sort = (typeof sorts)[number];

/** How many facts are in which account; accounts of nobody are left out. */
export function factRows(groups: readonly BookGroup[], sort: Sort): string[][] {
  const used = accounts.filter((account) => groups.some(({ by }) => by[account]));
  return [
    [sort, 'recorded', ...used],
    ...groups.map(({ name, recorded, by }) => [
      name,
      grouped(recorded),
      ...used.map((account) => grouped(by[account] ?? 0)),
    ]),
  ];
}

/** What was made, used and produced, what became of it, and what the ERP has of an order. */
export function amountRows(
  groups: readonly BookGroup[],
  sort: Sort,
  erp: ErpBooks | null,
): string[][] {
  const amounts = groups.flatMap(({ name, amounts: all }) => all.map((row) => ({ name, ...row })));
  const used = accounts.filter((account) => amounts.some(({ by }) => by[account]));
  const theirs = sort === 'order' ? erpColumn(erp) : undefined;
  return [
    [sort, '', 'unit', 'stated', ...used, ...(theirs ? ['ERP'] : [])],
    ...amounts.map(({ name, measure, unit, stated, by }) => [
      ...[name, measure, unit, stated],
      ...used.map((account) => by[account] ?? '0'),
      ...(theirs ? [theirs(name, measure, unit)] : []),
    ]),
  ];
}

export function floorRows(floor: readonly Floor[]): string[][] {
  return [
    ['line', 'edge', 'ledger', 'away', 'chain'],
    ...floor.map(({ line, edge, ledger, away, against: words }) => [
      line,
      `${edge.epoch}/${edge.sequence}`,
      ledger ? `${ledger.epoch}/${ledger.sequence}` : 'nothing',
      grouped(away),
      words.length > 0 ? 'differs' : away > 0 ? 'goes on' : edge.hash.slice(0, 16),
    ]),
  ];
}
