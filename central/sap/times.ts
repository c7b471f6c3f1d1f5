import { quantity, quantityText } from '../../shared/quantity.ts';

/** Which of the six activities of a work centre is which time; labour only where it is said. */
export type Activities = Readonly<{
  setupActivity: number;
  machineActivity: number;
  labourActivity?: number | undefined;
}>;
type Row = Readonly<Record<string, unknown>>;

/** Minutes in one of each unit of time, times 60; as SAP spells them inside and outside [K]. */
const seconds: Readonly<Record<string, bigint>> = {
  ...{ S: 1n, SEC: 1n, MIN: 60n, H: 3_600n, HR: 3_600n, HUR: 3_600n, STD: 3_600n },
  ...{ TAG: 86_400n, DAY: 86_400n },
};

/**
 * Decimals without the zeros behind the point, as we spell them; anything else as it is, to be
 * refused where it is read.
 */
export const decimal = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,12}\.\d+$/.test(value) ? value.replace(/\.?0+$/, '') : value;

/** A standard value in minutes, rounded half up to 6 decimals; undefined for none, which is 0. */
function minutesOf(row: Row, activity: number | undefined): unknown {
  if (activity === undefined) return undefined;
  const value = decimal(row[`StandardWorkQuantity${activity}`]);
  const unit = row[`StandardWorkQuantityUnit${activity}`];
  if (value === undefined || value === null || value === '' || value === '0') return undefined;
  const each = Object.hasOwn(seconds, `${unit}`) ? seconds[`${unit}`] : undefined;
  const isDecimal = typeof value === 'string' && /^\d{1,9}(\.\d{1,6})?$/.test(value);
  if (!isDecimal || each === undefined) return `${value} ${unit}`;
  return quantityText((2n * quantity(value, 'value') * each + 60n) / 120n);
}

/** Standard times of an operation of a routing, and for how much they are [K: all names]. */
export function timesOf(row: Row, activities: Activities): object {
  const times = {
    setupMinutes: minutesOf(row, activities.setupActivity),
    machineMinutes: minutesOf(row, activities.machineActivity),
    labourMinutes: minutesOf(row, activities.labourActivity),
  };
  if (Object.values(times).every((one) => one === undefined)) return {};
  return { ...times, ...baseOf(row, 'OperationReferenceQuantity', 'OperationUnit') };
}

/** For how much of the material something is said; none is 1, as a base of 0 is no base. */
export function baseOf(row: Row, amount: string, unit: string): object {
  const baseQuantity = decimal(row[amount]);
  if (!baseQuantity || baseQuantity === '0') return {};
  return { baseQuantity, baseUnit: row[unit] || undefined };
}
