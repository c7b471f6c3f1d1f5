import type { FigureAbout } from '../../shared/figures.ts';
import { siteOf } from '../../shared/reference.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Cell } from './cells.ts';
import { openCosting } from './costing.ts';
import { type By, type Group, newGroup, openAdding } from './groups.ts';
import type { Plant } from './plant.ts';
import type { References } from './reference.ts';

/** Of which facts figures are told: production days from and to, inclusive. */
export type Asked = Readonly<{
  by: By;
  from?: string;
  to?: string;
  site?: string;
  line?: string;
  shift?: string;
  product?: string;
  order?: string;
  limit: number;
  after?: string;
}>;

type Parts = Readonly<{
  plant: Plant;
  references: References;
  dossier: Dossier;
  asked: Asked;
  days: Readonly<{ from: string; to: string }>;
}>;

const nobody: FigureAbout = {
  ...{ site: null, line: null, day: null, shift: null, product: null, order: null },
};

/** Puts cells into the groups that are asked for. */
export function openSorting({ plant, references, dossier, asked, days }: Parts) {
  const costing = openCosting(references);
  const materials = new Map<string, string | undefined>();
  const materialOf = (order: string): string | undefined => {
    if (!materials.has(order)) materials.set(order, dossier.order(order)?.material || undefined);
    return materials.get(order);
  };
  const lotOf = (name: string) => {
    const lot = dossier.lot(name);
    return lot && { order: lot.order ?? '', material: lot.material };
  };
  const add = openAdding({ references, costing, known: { materialOf, lotOf } });
  const groups = new Map<string, Group>();
  const isOfLines = asked.by === 'line' || asked.by === 'shift';
  const isWhole = isOfLines && asked.product === undefined && asked.order === undefined;

  /** Whether a cell is asked for, and where it belongs then. */
  function about(cell: Pick<Cell, 'line' | 'order' | 'kind' | 'name'>, atMs: number) {
    const { line, kind, name: lot } = cell;
    const { productionDay, shift } = plant.daysOf(line).calendar.placeOf(atMs);
    if (productionDay < days.from || productionDay > days.to) return undefined;
    const order = cell.order === '' && kind === 'lot' ? (lotOf(lot)?.order ?? '') : cell.order;
    const product = order === '' ? lotOf(lot)?.material : materialOf(order);
    const place = { site: siteOf(line), line, shift: shift ?? '', product, order };
    for (const name of ['site', 'line', 'shift', 'product', 'order'] as const) {
      if (asked[name] !== undefined && asked[name] !== place[name]) return undefined;
    }
    return { ...place, day: productionDay };
  }

  type Where = NonNullable<ReturnType<typeof about>>;
  const sorts: Record<By, (where: Where) => [key: string, is: FigureAbout] | undefined> = {
    line: ({ site, line }) => [line, { ...nobody, site, line }],
    shift: ({ site, day, shift }) => [
      [site, day, shift].join(' ').trimEnd(),
      { ...nobody, site, day, shift: shift || null },
    ],
    product: ({ product, order }) =>
      order === '' && product === undefined
        ? undefined
        : [product ?? '', { ...nobody, product: product ?? null }],
    order: ({ order, product }) =>
      order === '' ? undefined : [order, { ...nobody, order, product: product ?? null }],
  };

  function groupOf(where: Where, atMs: number): Group | undefined {
    const [key, is] = sorts[asked.by](where) ?? [];
    if (key === undefined || is === undefined) return undefined;
    const group = groups.get(key) ?? newGroup(key, is, where.line, atMs);
    group.fromMs = Math.min(group.fromMs, atMs);
    groups.set(key, group);
    return group;
  }

  function take(cell: Cell): void {
    const place = about(cell, cell.fromMs);
    const group = place && groupOf(place, cell.fromMs);
    if (group) add(group, cell, plant.daysOf(cell.line));
  }
  return { take, groups, about, groupOf, isWhole };
}
