import { decimalText } from './catalogue.ts';

/** Sums of what was stated; quantities in thousandths of the unit, times in ms. */
export type Sum = {
  good: number;
  scrap: number;
  rework: number;
  held: number;
  setupGood: number;
  reworkGood: number;
  reworkScrap: number;
  heldByHolds: number;
  reports: number;
  zeroReports: number;
  reworkReports: number;
  runs: number;
  breakdowns: number;
  holds: number;
  facts: number; // of any type
  operationsCompleted: number;
  elapsedMs: number;
  setupStatedMs: number;
  runStatedMs: number;
  breakdownStatedMs: number;
};

const measured = [
  'good',
  'scrap',
  'rework',
  'held',
  'setupGood',
  'reworkGood',
  'reworkScrap',
  'heldByHolds',
] as const satisfies (keyof Sum)[];
type Measured = (typeof measured)[number];

export const emptySum = (): Sum => ({
  good: 0,
  scrap: 0,
  rework: 0,
  held: 0,
  setupGood: 0,
  reworkGood: 0,
  reworkScrap: 0,
  heldByHolds: 0,
  reports: 0,
  zeroReports: 0,
  reworkReports: 0,
  runs: 0,
  breakdowns: 0,
  holds: 0,
  facts: 0,
  operationsCompleted: 0,
  elapsedMs: 0,
  setupStatedMs: 0,
  runStatedMs: 0,
  breakdownStatedMs: 0,
});

/** Adds `more` to `sum`, in place. */
export function add(sum: Sum, more: Partial<Sum>): void {
  for (const [key, value] of Object.entries(more)) sum[key as keyof Sum] += value;
}

/** A sum with its quantities as decimal texts. */
export type Total = Readonly<Record<Measured, string> & Omit<Sum, Measured>>;

export function totalOf(sum: Sum): Total {
  const texts = measured.map((key) => [key, decimalText(sum[key])]);
  return { ...sum, ...(Object.fromEntries(texts) as Record<Measured, string>) };
}
