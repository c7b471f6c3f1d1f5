import { quantityText, zero } from '../../shared/quantity.ts';
import type { OrderFigures, StockFigures } from '../erp/figures.ts';
import { addTo, goodsName, operationName, type Sums, stockName, sumKey } from './posted.ts';

/** One amount, as central has posted it and as the ERP says; times as whole ms. */
export type Contrast = Readonly<{
  of: string; // "operation 0010", "STEEL lot S1", "stock of lot L1"
  measure: string;
  unit: string;
  central: string;
  erp: string;
  same: boolean;
}>;

/** What the ERP says of an order, as central sums it; `off` by how much a time may differ. */
function erpSums({ operations, goods }: OrderFigures): { sums: Sums; off: Sums } {
  const [sums, off]: [Sums, Sums] = [new Map(), new Map()];
  for (const { operation, unit, setupMs, machineMs, offMs = 0, ...amounts } of operations) {
    const of = operationName(operation);
    for (const name of ['yield', 'scrap', 'rework'] as const) {
      addTo(sums, sumKey(of, name, unit), amounts[name]);
    }
    for (const [name, ms] of Object.entries({ setup: setupMs, machine: machineMs })) {
      if (ms === undefined) continue;
      addTo(sums, sumKey(of, name, 'ms'), BigInt(ms));
      addTo(off, sumKey(of, name, 'ms'), BigInt(offMs));
    }
  }
  for (const { material, lot, unit, issued, received, blocked } of goods) {
    const of = goodsName(material, lot);
    for (const [name, amount] of Object.entries({ issued, received, blocked })) {
      addTo(sums, sumKey(of, name, unit), amount);
    }
  }
  return { sums, off };
}

const isTime = (key: string): boolean => key.endsWith('\nms');
const distance = (a: bigint, b: bigint): bigint => (a < b ? b - a : a - b);

/** Both sides of every sum that is not nothing on both; in order of their names. */
function beside(central: Sums, erp: Sums, off: Sums = new Map()): Contrast[] {
  const keys = new Set([...central.keys(), ...erp.keys()]);
  return [...keys].sort().flatMap((key) => {
    const [own, theirs] = [central.get(key) ?? zero, erp.get(key) ?? zero];
    if (own === zero && theirs === zero) return [];
    const [of = '', measure = '', unit = ''] = key.split('\n');
    const text = isTime(key) ? String : quantityText;
    const same = distance(own, theirs) <= (off.get(key) ?? zero);
    return [{ of, measure, unit, central: text(own), erp: text(theirs), same }];
  });
}

/** An order's sums. Times that the ERP does not tell are not compared. */
export function besideOrder(central: Sums, told: OrderFigures): Contrast[] {
  const { sums, off } = erpSums(told);
  const known = [...central].filter(([key]) => !isTime(key) || sums.has(key) || !hidesTimes(told));
  return beside(new Map(known), sums, off);
}

/** Whether the ERP has no times of its own. */
const hidesTimes = ({ operations }: OrderFigures): boolean =>
  operations.length > 0 &&
  operations.every(({ setupMs, machineMs }) => setupMs === undefined && machineMs === undefined);

/** A lot's stock; nothing where the ERP counts it in another unit. */
export function besideStock(
  lot: string,
  unit: string,
  central: Sums,
  told: StockFigures | undefined,
): Contrast[] {
  if (told && told.unit !== unit) return [];
  const of = stockName(lot);
  const { unrestricted = zero, blocked = zero, inspection = zero } = told ?? {};
  const erp: Sums = new Map([
    [sumKey(of, 'unrestricted', unit), unrestricted],
    [sumKey(of, 'blocked', unit), blocked],
    [sumKey(of, 'inspection', unit), inspection],
  ]);
  return beside(central, erp);
}
