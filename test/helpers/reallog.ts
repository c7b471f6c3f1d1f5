import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CentralTotals } from '../../cli/answers.ts';
import { planningLine } from '../../cli/foreign.ts';
import { quantityText } from '../../shared/quantity.ts';
import { place } from './foreign.ts';

/** Counts and sums in the words of the log's own expectations. */
export type Sums = Record<(typeof names)[number], number>;
type Operation = Sums & { state: string; holds: number; overCompleted: boolean };
type WorkOrder = Sums & {
  orderQty: number;
  state: 'in_process' | 'closed';
  holds: { holdId: string; qtyHeld: number }[];
  operations: Record<string, Operation>;
};
export type Expected = {
  global: Sums & { closedWithOpenHold: string[]; overCompletedOperations: number; holds: number };
  lines: Record<string, Sums & { maxConcurrentRuns: number }>;
  workOrders: Record<string, WorkOrder>;
};
/** A tally as the edge keeps it, or as central answers it. */
export type Tally = Readonly<Record<string, string | number | bigint>>;

const names = [
  ...['good', 'rejected', 'mrb', 'goodInSetup', 'goodInRun', 'reports', 'zeroReports'],
  ...['reworkReports', 'reworkGood', 'reworkRejected', 'breakdowns'],
  ...['setupWallMin', 'runWallMin', 'breakdownWallMin', 'elapsedMin'],
] as const;
const minuteMs = 60_000;

export const readExpected = (folder: string): Expected =>
  JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));

export const pathOf = (line: string): string => `${place.enterprise}/S1/${place.area}/${line}`;

/** The log's lines, and the one that its orders are released and closed on. */
export const linesOf = ({ lines }: Expected) => [
  ...Object.entries(lines).map(([name, { maxConcurrentRuns: lanes }]) => ({
    ...{ line: pathOf(name), lanes },
  })),
  { line: pathOf(planningLine), lanes: 1 },
];

const numberOf = (value: string | number | bigint): number =>
  Number(typeof value === 'bigint' ? quantityText(value) : value);

/** What we counted, in the log's words. */
function inItsWords(tally: Tally): Sums {
  const is = (name: string) => numberOf(tally[name]!);
  return {
    ...{ good: is('good'), rejected: is('scrap'), mrb: is('held'), goodInSetup: is('setupGood') },
    goodInRun: is('good') - is('setupGood'),
    ...{ reports: is('reports'), zeroReports: is('zeroReports') },
    ...{ reworkReports: is('reworkReports'), reworkGood: is('reworkGood') },
    ...{ reworkRejected: is('reworkScrap'), breakdowns: is('breakdowns') },
    setupWallMin: is('setupStatedMs') / minuteMs,
    runWallMin: is('runStatedMs') / minuteMs,
    breakdownWallMin: is('breakdownStatedMs') / minuteMs,
    elapsedMin: is('elapsedMs') / minuteMs,
  };
}

const only = (sums: Sums): Sums =>
  Object.fromEntries(names.map((name) => [name, sums[name]])) as Sums;
const mapped = <A, B>(all: Record<string, A>, change: (one: A, key: string) => B) =>
  Object.fromEntries(Object.entries(all).map(([key, one]) => [key, change(one, key)]));

type Picture = ReturnType<typeof wanted>;

/** What must have come of the log, in one shape for edge and central. */
export function wanted({ lines, workOrders, global }: Expected) {
  const operations = Object.entries(workOrders).flatMap(([order, { operations }]) =>
    Object.entries(operations).map(([number, operation]) => [`${order}/${number}`, operation]),
  ) as [string, Operation][];
  return {
    lines: mapped(lines, only),
    orders: mapped(workOrders, ({ state, holds, ...sums }, order) => ({
      ...only(sums),
      holds: holds.map(({ holdId }) => holdId),
      heldByHolds: holds.reduce((sum, { qtyHeld }) => sum + qtyHeld, 0),
      operationsCompleted: Object.keys(sums.operations).length,
      closed: state === 'closed' && !global.closedWithOpenHold.includes(order),
    })),
    operations: Object.fromEntries(
      operations.map(([key, { overCompleted, holds, ...sums }]) => {
        return [key, { ...only(sums), holds, completed: 1, overCompleted }];
      }),
    ),
  };
}

type Counted = {
  lines: Record<string, Tally>;
  byOrder: Record<string, Tally>;
  byOperation: Record<string, Tally>; // by "order/operation"
  orders: readonly { order: string; quantity: string; state: string; holds: readonly string[] }[];
};

/** What an edge or central says has come of the log, in the shape of `wanted`. */
export function pictureOf({ lines, byOrder, byOperation, orders }: Counted): Picture {
  const rows = new Map(orders.map((row) => [row.order, row]));
  const { [pathOf(planningLine)]: _, ...working } = lines;
  return {
    lines: Object.fromEntries(
      Object.entries(working).map(([path, tally]) => [path.split('/')[3]!, inItsWords(tally)]),
    ),
    orders: mapped(byOrder, (tally, order) => ({
      ...inItsWords(tally),
      holds: [...rows.get(order)!.holds],
      heldByHolds: numberOf(tally['heldByHolds']!),
      operationsCompleted: numberOf(tally['operationsCompleted']!),
      closed: rows.get(order)!.state === 'closed',
    })),
    operations: mapped(byOperation, (tally, key) => {
      const ordered = Number(rows.get(key.split('/')[0]!)!.quantity);
      const fresh = numberOf(tally['good']!) - numberOf(tally['reworkGood']!);
      return {
        ...inItsWords(tally),
        holds: numberOf(tally['holds']!),
        completed: numberOf(tally['operationsCompleted']!),
        overCompleted: fresh > ordered,
      };
    }),
  };
}

export type Totals = CentralTotals & Counted;
