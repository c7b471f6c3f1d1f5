import type { CommandType } from '../shared/command.ts';
import { decimalText } from './catalogue.ts';
import { add, emptySum, type Sum, type Total, totalOf } from './sum.ts';

/** Why a command must be refused. */
export const misuses = [
  'closeWithOpenHold',
  'startWhilePaused',
  'startWhileHeld',
  'startTwice',
  'laneTaken',
  'completeWithOpenRun',
  'completeWhileHeld',
  'consumeHeldLot',
  'decideTooMuch',
  'reportOnEndedRun',
  'workAfterClose',
] as const;
export type Misuse = (typeof misuses)[number];

/** What a lot must have come to; quantities are decimal texts. */
export type LotTotal = Readonly<{
  material: string;
  unit: string;
  produced: string;
  consumed: string;
  undecided: string; // in holds that are still open
  scrapped: string; // by disposition, as are the next two
  reworked: string;
  returned: string;
  reached: boolean; // made by an order that took of a lot in a hold that is still open
}>;

export type OrderTotal = Total &
  Readonly<{
    state: 'released' | 'started' | 'closed';
    unit: string;
    ordered: string;
    produced: string;
    openHolds: number;
    operations: Readonly<Record<string, Total>>;
  }>;

export type LineTotal = Total & Readonly<{ peakRuns: number; peakOrders: number }>;

/** What must be true once every command was asked in order, counted while they were made up. */
export type Expected = Readonly<{
  commands: number;
  accepted: Readonly<Partial<Record<CommandType, number>>>;
  refused: Readonly<Partial<Record<Misuse, number>>>;
  orders: Readonly<Record<string, OrderTotal>>;
  lines: Readonly<Record<string, LineTotal>>;
  lots: Readonly<Record<string, LotTotal>>;
  traits: Readonly<typeof noTraits>;
}>;

/** How often something that a naive system gets wrong has happened. */
const noTraits = {
  zeroLengthRuns: 0,
  runsAcrossClockChange: 0,
  operatorChanges: 0, // between a run's start and its end
  reopened: 0, // rework at an operation that was completed before
  sharedOperations: 0, // worked at two lines
  overCompleted: 0, // operations that made more than was ordered, within tolerance
  beyondTolerance: 0,
  holdsLeftOpen: 0,
};

type OrderRow = {
  state: OrderTotal['state'];
  unit: string;
  ordered: number;
  tolerancePercent: number;
  produced: number;
  openHolds: number;
  sum: Sum;
  operations: Map<string, Sum>;
};
type LineRow = { sum: Sum; peakRuns: number; peakOrders: number };
const noMoves = { produced: 0, consumed: 0, undecided: 0, scrapped: 0, reworked: 0, returned: 0 };
type LotRow = {
  material: string;
  unit: string;
  moved: typeof noMoves;
  from: Set<string>; // orders that made it
  into: Set<string>; // orders that took of it
};

export type Account = ReturnType<typeof openAccount>;

/** What the shop has done so far, in the generator's own count. */
export function openAccount() {
  const orders = new Map<string, OrderRow>();
  const lines = new Map<string, LineRow>();
  const lots = new Map<string, LotRow>();
  const accepted: Partial<Record<CommandType, number>> = {};
  const refused: Partial<Record<Misuse, number>> = {};
  const traits = { ...noTraits };
  let commands = 0;

  function lineRow(line: string): LineRow {
    const row = lines.get(line) ?? { sum: emptySum(), peakRuns: 0, peakOrders: 0 };
    lines.set(line, row);
    return row;
  }

  function operationSum(row: OrderRow, operation: string): Sum {
    const sum = row.operations.get(operation) ?? emptySum();
    row.operations.set(operation, sum);
    return sum;
  }

  return {
    traits,

    /** One command more; returns its number from 1. */
    command(type: CommandType, misuse: Misuse | undefined): number {
      if (misuse) refused[misuse] = (refused[misuse] ?? 0) + 1;
      else accepted[type] = (accepted[type] ?? 0) + 1;
      commands += 1;
      return commands;
    },

    order(order: string, unit: string, ordered: number, tolerancePercent: number): void {
      const state = 'released';
      const [produced, openHolds, sum, operations] = [0, 0, emptySum(), new Map()];
      const about = { unit, ordered, tolerancePercent, produced, openHolds, sum, operations };
      orders.set(order, { state, ...about });
    },

    state(order: string, state: OrderTotal['state']): void {
      orders.get(order)!.state = state;
    },

    add(
      line: string,
      order: string | undefined,
      operation: string | undefined,
      more: Partial<Sum>,
    ) {
      add(lineRow(line).sum, more);
      const row = order === undefined ? undefined : orders.get(order)!;
      if (row) add(row.sum, more);
      if (row && operation !== undefined) add(operationSum(row, operation), more);
    },

    peak(line: string, runs: number, openOrders: number): void {
      const row = lineRow(line);
      row.peakRuns = Math.max(row.peakRuns, runs);
      row.peakOrders = Math.max(row.peakOrders, openOrders);
    },

    holds(order: string | undefined, added: number): void {
      if (order !== undefined) orders.get(order)!.openHolds += added;
    },

    produced: (order: string, milli: number): void => {
      orders.get(order)!.produced += milli;
    },

    lot(
      lot: string,
      material: string,
      unit: string,
      more: Partial<typeof noMoves>,
      order?: string,
    ): void {
      const fresh = { moved: { ...noMoves }, from: new Set<string>(), into: new Set<string>() };
      const row = lots.get(lot) ?? { material, unit, ...fresh };
      lots.set(lot, row);
      if (order !== undefined) (more.consumed === undefined ? row.from : row.into).add(order);
      for (const [key, milli] of Object.entries(more)) {
        row.moved[key as keyof typeof noMoves] += milli;
      }
    },

    expected(): Expected {
      countOverCompletion(orders.values(), traits);
      return {
        ...{ commands, accepted, refused, traits },
        orders: Object.fromEntries([...orders].map(([order, row]) => [order, orderTotal(row)])),
        lines: Object.fromEntries(
          [...lines].map(([line, { sum, ...peaks }]) => [line, { ...totalOf(sum), ...peaks }]),
        ),
        lots: lotTotals(lots),
      };
    },
  };
}

function countOverCompletion(orders: Iterable<OrderRow>, traits: typeof noTraits): void {
  traits.overCompleted = 0;
  traits.beyondTolerance = 0;
  for (const { ordered, tolerancePercent, operations } of orders) {
    for (const { good, reworkGood } of operations.values()) {
      const made = good - reworkGood;
      if (made * 100 > ordered * (100 + tolerancePercent)) traits.beyondTolerance += 1;
      else if (made > ordered) traits.overCompleted += 1;
    }
  }
}

function orderTotal({ sum, operations, ordered, produced, ...row }: OrderRow): OrderTotal {
  const { state, unit, openHolds } = row;
  return {
    ...totalOf(sum),
    ...{ state, unit, openHolds },
    ordered: decimalText(ordered),
    produced: decimalText(produced),
    operations: Object.fromEntries([...operations].map(([key, of]) => [key, totalOf(of)])),
  };
}

function lotTotals(lots: ReadonlyMap<string, LotRow>): Record<string, LotTotal> {
  const doubtful = new Set<string>();
  for (const { moved, into } of lots.values()) {
    if (moved.undecided > 0) for (const order of into) doubtful.add(order);
  }
  const total = ({ material, unit, moved, from }: LotRow): LotTotal => {
    const texts = Object.entries(moved).map(([key, milli]) => [key, decimalText(milli)]);
    const moves = Object.fromEntries(texts) as Record<keyof typeof noMoves, string>;
    return { material, unit, ...moves, reached: [...from].some((order) => doubtful.has(order)) };
  };
  return Object.fromEntries([...lots].map(([lot, row]) => [lot, total(row)]));
}
