import { quantity, quantityText } from '../../shared/quantity.ts';
import { decimalOf } from '../erp/exchange.ts';
import type { DynamicsConfig } from './options.ts';

/** One row of an entity set, as it came. */
export type Row = Readonly<Record<string, unknown>>;
export type Masters = NonNullable<DynamicsConfig['masters']>;
type EntityName = keyof Masters['entities'];
/** Rows that belong to those of a page: of which set, and by which field. */
type Below = Readonly<{ entity: EntityName; field: string; by: string }>;
export type Stream = Readonly<{
  entity: EntityName;
  /** By what rows that were changed at one time are ordered. */
  key: string;
  below: readonly Below[];
  /** Property that names the plant; without one, or where it is empty, it is of all plants. */
  plant?: string;
  kind: 'reference' | 'order';
  read: (row: Row, below: readonly (readonly Row[])[], masters: Masters) => object;
}>;

/** What it says; undefined for what is empty. */
export const own = (row: Row, name: string): unknown => {
  const value = row[name];
  return value === '' || value === null ? undefined : value;
};
const micros = 1_000_000n;
/** What can be reckoned with. */
const isAmount = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{1,9}(\.\d{1,6})?$/.test(value);
/** Unix ms of an instant; undefined for anything else. */
export const instant = (value: unknown): number | undefined => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
};
const stamp = (row: Row, { changedField }: Masters): string | undefined => {
  const ms = instant(row[changedField]);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};
const given = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const reference = (kind: string, record: unknown, version: unknown, content: object) => ({
  ...given({ kind, record, version }),
  content: given(content),
});
const joined = (row: Row, ...names: string[]): string =>
  names
    .map((name) => own(row, name))
    .filter((value) => typeof value === 'string')
    .join('/');
/** Enumerations come as texts [K]. */
const activeOf = (row: Row) =>
  row['IsActive'] === 'Yes' && row['IsApproved'] === 'Yes' ? {} : { status: 'blocked' };
/** Those of one head, always in the same order: rows below it come in any. */
const of = (
  rows: readonly Row[] | undefined,
  [field, value]: readonly [string, unknown],
  by = '',
): readonly Row[] =>
  (rows ?? [])
    .filter((one) => one[field] === value)
    .map((row) => ({ row, number: Number(row[by] ?? 0), text: JSON.stringify(row) }))
    .sort((a, b) => a.number - b.number || (a.text < b.text ? -1 : 1))
    .map(({ row }) => row);
const text = (value: unknown): unknown => (typeof value === 'number' ? `${value}` : value);

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
/** Each line is per a series of its own: all of them per the least that all of them divide. */
function componentsOf(lines: readonly Row[]) {
  const series = lines.map((one) => decimalOf(one['QuantityDenominator'] ?? 1));
  const isWhole = series.every((one) => typeof one === 'string' && /^[1-9]\d{0,5}$/.test(one));
  const all = series.map((one) => (isWhole ? BigInt(one as string) : 1n));
  const base = all.reduce((least, one) => (least / gcd(least, one)) * one, 1n);
  const components = lines.map((one, at) => {
    const amount = decimalOf(one['Quantity']);
    const times = base / all[at]!;
    return given({
      material: own(one, 'ItemNumber'),
      quantity:
        isAmount(amount) && isWhole
          ? quantityText(quantity(amount, 'Quantity') * times)
          : one['Quantity'],
      unit: own(one, 'ProductUnitSymbol'),
    });
  });
  return { components, ...(base === 1n ? {} : { baseQuantity: `${base}` }) };
}

/** Time of an operation in minutes, rounded half up to 6 decimals; none is 0. */
function minutesOf(row: Row, name: string): unknown {
  const time = decimalOf(row[name] ?? 0);
  const hours = decimalOf(row['OperationsTimeToHourConversionFactor'] ?? 1);
  if (time === '0') return undefined;
  if (!isAmount(time) || !isAmount(hours)) return row[name];
  const [a, b] = [quantity(time, name), quantity(hours, 'factor')];
  return quantityText((2n * a * b * 60n + micros) / (2n * micros));
}

function stepOf(row: Row, properties: readonly Row[]) {
  const fits = of(properties, ['OperationId', row['OperationId']]);
  const one = fits[0] ?? row;
  const times = {
    setupMinutes: minutesOf(one, 'SetupTime'),
    machineMinutes: minutesOf(one, 'ProcessTime'),
  };
  const isTimed = Object.values(times).some((value) => value !== undefined);
  const amount = decimalOf(one['ProcessQuantity'] ?? 1);
  return given({
    ...{ operation: text(own(row, 'OperationNumber')), name: own(row, 'OperationId') },
    workCenter: own(one, 'CostingOperationResourceId') ?? '-',
    ...times,
    ...(isTimed && amount !== '0' ? { baseQuantity: amount } : {}),
  });
}

const statuses: Readonly<Record<string, string>> = {
  ...{ Created: 'created', CostEstimated: 'created', Scheduled: 'created' },
  ...{ Released: 'released', StartedUp: 'released', ReportedFinished: 'released' },
  ...{ Completed: 'closed', Ended: 'closed' },
};

/**
 * Dynamics 365's entities. Names of fields are those of the vendor's data model, but for
 * `InventoryUnitSymbol`, `ProductName` and `OperationsResourceId` [K]; names of the sets are [K].
 */
export const streams: Readonly<Record<string, Stream>> = {
  items: {
    ...{ entity: 'items', key: 'ItemNumber', below: [], kind: 'reference' },
    read: (row, _below, masters) => {
      const { revisionField: field } = masters;
      const revision = field === undefined ? undefined : own(row, field);
      return reference('item', own(row, 'ItemNumber'), revision ?? stamp(row, masters), {
        ...{ name: own(row, 'ProductName'), unit: own(row, 'InventoryUnitSymbol') },
        // Without revisions of its own none is refused for another one.
        ...(field === undefined ? { earlier: 'allowed' } : {}),
      });
    },
  },
  workCenters: {
    ...{ entity: 'resources', key: 'OperationsResourceId', below: [], kind: 'reference' },
    read: (row, _below, masters) =>
      reference('workCenter', own(row, 'OperationsResourceId'), stamp(row, masters), {
        line: own(row, masters.lineField),
      }),
  },
  boms: {
    ...{ entity: 'bomVersions', key: 'BOMId', plant: 'ProductionSiteId', kind: 'reference' },
    below: [{ entity: 'bomLines', field: 'BOMId', by: 'BOMId' }],
    read: (row, [lines], masters) =>
      reference('bom', joined(row, 'BOMId', 'ManufacturedItemNumber'), stamp(row, masters), {
        ...{ material: own(row, 'ManufacturedItemNumber'), name: own(row, 'VersionName') },
        ...{ ...activeOf(row), ...componentsOf(of(lines, ['BOMId', row['BOMId']], 'LineNumber')) },
      }),
  },
  routings: {
    ...{ entity: 'routeVersions', key: 'RouteId', plant: 'ProductionSiteId', kind: 'reference' },
    below: [
      { entity: 'routeOperations', field: 'RouteId', by: 'RouteId' },
      { entity: 'routeProperties', field: 'RouteId', by: 'RouteId' },
    ],
    read: (row, [operations, properties], masters) => {
      const steps = of(operations, ['RouteId', row['RouteId']], 'OperationNumber');
      const times = of(properties, ['RouteId', row['RouteId']]);
      return reference('routing', joined(row, 'RouteId', 'ItemNumber'), stamp(row, masters), {
        ...{ material: own(row, 'ItemNumber'), name: own(row, 'VersionName'), ...activeOf(row) },
        operations: steps.map((one) => stepOf(one, times)),
      });
    },
  },
  orders: {
    ...{ entity: 'orders', key: 'ProductionOrderNumber', plant: 'ProductionSiteId', kind: 'order' },
    below: [
      { entity: 'orderOperations', field: 'ProductionOrderNumber', by: 'ProductionOrderNumber' },
      { entity: 'items', field: 'ItemNumber', by: 'ItemNumber' },
    ],
    read: (row, [operations, items]) => {
      const steps = of(
        operations,
        ['ProductionOrderNumber', row['ProductionOrderNumber']],
        'OperationNumber',
      );
      const [item = {}] = of(items, ['ItemNumber', row['ItemNumber']]);
      const status = row['ProductionOrderStatus'];
      return given({
        order: own(row, 'ProductionOrderNumber'),
        status: Object.hasOwn(statuses, `${status}`) ? statuses[`${status}`] : status,
        ...{ material: own(row, 'ItemNumber'), unit: own(item, 'InventoryUnitSymbol') },
        quantity: decimalOf(row['ScheduledQuantity']),
        operations: steps.map((one) =>
          given({
            ...{ operation: text(own(one, 'OperationNumber')), name: own(one, 'OperationId') },
            workCenter: own(one, 'CostingOperationResourceId'),
          }),
        ),
      });
    },
  },
};
