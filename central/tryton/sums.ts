import { type Quantity, quantityText, zero } from '../../shared/quantity.ts';
import type { Booked, GoodsFigures, OperationFigures, OrderFigures } from '../erp/figures.ts';
import type { TrytonConfig } from './options.ts';
import type { Row } from './places.ts';
import { amountIn, msIn, numberOf, quantityIn } from './typed.ts';

type Read = Readonly<{ own: readonly Row[]; moves: readonly Row[]; cycles: readonly Row[] }>;
type Units = TrytonConfig['units'];
type Known = Readonly<{ blocked: number; units: Units }>;
type Writable<T> = { -readonly [K in keyof T]-?: T[K] };
type Times = Readonly<{ setupMs: number; machineMs: number }>;

const shownMax = 3;
const under = (row: Row, name: string): Row => (row[`${name}.`] ?? {}) as Row;
const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A unit of Tryton's as the floor says it: as in a document of ours, or by the config. */
export function unitWord({ name, symbol }: Row, said: unknown, units: Units): string {
  const words = [name, symbol].map((word) => `${word ?? ''}`);
  const is = (word: string) => words.some((own) => own.toLowerCase() === word.toLowerCase());
  return textIn(said) ?? units.find(({ tryton }) => is(tryton))?.unit ?? words[1] ?? '';
}

/** The operation of a work: as our documents say it, else what its name begins with. */
function openOperations(own: readonly Row[]) {
  const nameOf = (row: Row) => `${under(under(row, 'work'), 'operation')['name'] ?? ''}`;
  const said = new Map<string, string>();
  for (const row of own) {
    const operation = textIn(row['operation']);
    if (operation !== undefined) said.set(nameOf(row), operation);
  }
  return (row: Row): string => said.get(nameOf(row)) ?? nameOf(row).split(' ')[0]!;
}

/**
 * What a production comes to: of documents that were not taken back their counts, of all done moves
 * and cycles, but for those of documents that were taken back or take one back, goods and times.
 * A cycle does not say whether it was set-up: as much is as the documents say, the rest is machine
 * time. Throws Fault INVALID for an amount that is none.
 */
export function sumOrder({ own, moves, cycles }: Read, known: Known): OrderFigures {
  const operationOf = openOperations(own);
  const undone = new Set(own.filter(isUndone).map(({ id }) => id));
  const counts = (row: Row) => !undone.has(row['holdfast_document']);
  const standing = own.filter((row) => !undone.has(row['id']));
  const operations = openOperationSums();
  const lasted = new Map<unknown, number>();
  const byHand: Booked[] = [];
  for (const cycle of cycles.filter(counts)) {
    const [document, ms] = [cycle['holdfast_document'], msIn(cycle['duration'])];
    lasted.set(document, (lasted.get(document) ?? 0) + ms);
    if (document !== null) continue;
    const operation = operationOf(cycle);
    operations.add(operation, '', {}, { setupMs: 0, machineMs: ms });
    const what = `${ms} ms at operation ${operation}, by hand`;
    byHand.push({ document: `production.work.cycle/${cycle['id']}`, what });
  }
  const confirmed = standing.filter(({ kind }) => kind === 'confirmation');
  const documents = confirmed.map((row): Booked => {
    const unit = textIn(row['unit']) ?? '';
    const setupMs = msIn(row['setup']);
    const times = { setupMs, machineMs: (lasted.get(row['id']) ?? 0) - setupMs };
    const words = operations.add(operationOf(row), unit, row, times);
    const document = numberOf(row['id'] as number);
    return { document, what: `${words} at operation ${operationOf(row)}` };
  });
  const { goods, told } = goodsOf(moves.filter(counts), standing, known);
  return { operations: operations.all(), goods, documents: [...documents, ...told, ...byHand] };
}

const isUndone = ({ cancels, cancelled_by: by }: Row): boolean =>
  typeof cancels === 'number' || (Array.isArray(by) && by.length > 0);

const measures = { yield: 'good', scrap: 'scrap', rework: 'rework' } as const;

function openOperationSums() {
  const sums = new Map<string, Writable<Omit<OperationFigures, 'offMs'>>>();
  return {
    /** Adds what a row counts, and gives it in words. */
    add(operation: string, unit: string, row: Row, { setupMs, machineMs }: Times): string {
      const key = `${operation}\n${unit}`;
      const none = { yield: zero, scrap: zero, rework: zero, setupMs: 0, machineMs: 0 };
      const sum = sums.get(key) ?? { operation, unit, ...none };
      sums.set(key, sum);
      sum.setupMs += setupMs;
      sum.machineMs += machineMs;
      const words = Object.entries(measures).map(([measure, field]) => {
        const amount = amountIn(row[field]);
        sum[measure as keyof typeof measures] += amount;
        return `${measure} ${quantityText(amount)} ${unit}`.trim();
      });
      return words.join(', ');
    },
    all: (): OperationFigures[] => [...sums.values()],
  };
}

/** A document of ours is told also if nothing of it is done; what is by hand move by move. */
function goodsOf(moves: readonly Row[], standing: readonly Row[], { blocked, units }: Known) {
  const own = new Map(standing.map((row) => [row['id'], row]));
  const said = new Map<unknown, unknown>(); // how the floor calls a unit, by its id
  for (const move of moves) {
    const unit = own.get(move['holdfast_document'])?.['unit'];
    if (textIn(unit)) said.set(move['unit'], unit);
  }
  const sums = new Map<string, Writable<GoodsFigures>>();
  const words = new Map<string, string[]>();
  for (const { id, kind } of standing) {
    if (kind === 'goodsIssue' || kind === 'goodsReceipt') words.set(numberOf(id as number), []);
  }
  for (const move of moves) {
    const [material, lot] = [under(move, 'product')['code'], under(move, 'lot')['number']].map(
      (name) => `${name ?? ''}`,
    ) as [string, string];
    const unit = unitWord(under(move, 'unit'), said.get(move['unit']), units);
    const amount: Quantity = quantityIn(move['quantity']);
    const none = { issued: zero, received: zero, blocked: zero };
    const sum = sums.get([material, lot, unit].join('\n')) ?? { material, lot, unit, ...none };
    sums.set([material, lot, unit].join('\n'), sum);
    const measure = typeof move['production_input'] === 'number' ? 'issued' : 'received';
    sum[measure] += amount;
    if (measure === 'received' && move['to_location'] === blocked) sum.blocked += amount;
    const by = move['holdfast_document'];
    const document = by === null ? `stock.move/${move['id']}` : numberOf(by as number);
    const what = `${quantityText(amount)} ${unit} of ${material} lot ${lot} ${measure}`;
    const more = words.get(document) ?? [];
    words.set(document, [...more, by === null ? `${what}, by hand` : what]);
  }
  const told = [...words].map(([document, all]): Booked => {
    const left = all.length > shownMax ? [`${all.length - shownMax} moves more`] : [];
    return { document, what: [...all.slice(0, shownMax), ...left].join('; ') || 'nothing done' };
  });
  return { goods: [...sums.values()], told };
}
