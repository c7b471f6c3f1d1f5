import type { Book } from '../../edge/line/book.ts';
import { zero } from '../../shared/quantity.ts';
import { balanceOf } from '../../statecharts/balance.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { Tally } from '../../statecharts/tally.ts';
import { is, micros, type Said } from './witness.ts';

/** The facts that count: said in time, and neither reversed nor corrected by one that stands. */
export function counting(said: readonly Said[]): Said[] {
  const closed = new Set<string>();
  const inTime = new Set<Said>();
  const against = new Map<string, Said[]>();
  for (const fact of said) {
    const order = fact.order ?? '';
    if (!closed.has(order)) inTime.add(fact);
    if (is(fact, 'FactReversed', 'QuantityCorrected') && !closed.has(order)) {
      const key = keyOf(order, fact.body.original);
      against.set(key, [...(against.get(key) ?? []), fact]);
    }
    if (is(fact, 'OrderReopened')) closed.delete(order);
    if (is(fact, 'OrderClosed')) closed.add(order);
  }
  const turning = (fact: Said): Said[] => against.get(keyOf(fact.order ?? '', fact.eventId)) ?? [];
  /** What a correction has corrected stays off when it is corrected itself, not when reversed. */
  const stands = (fact: Said): boolean =>
    !turning(fact).some((by) => is(by, 'FactReversed') && stands(by));
  return said.filter((fact) => inTime.has(fact) && !turning(fact).some(stands));
}

const sums = [
  ...(['good', 'scrap', 'rework', 'held', 'setupGood', 'reworkGood', 'reworkScrap'] as const),
  ...(['reworkAgain', 'reworkHeld', 'freedGood', 'freedScrap', 'freedRework'] as const),
] as const;

/** Everything that was said, and which of it counts. */
export type Heard = Readonly<{
  said: readonly Said[];
  on: readonly Said[];
  ids: ReadonlyMap<string, Said>;
}>;
export const hear = (said: readonly Said[]): Heard => ({
  ...{ said, on: counting(said) },
  ids: new Map(said.map((fact) => [fact.eventId, fact])),
});

/** The report that a fact is, or corrects in the end. */
function originOf(heard: Heard, fact: Said): Said | undefined {
  if (is(fact, 'QuantityReported')) return fact;
  if (!is(fact, 'QuantityCorrected', 'FactReversed')) return undefined;
  const known = heard.ids.get(fact.body.original);
  if (!known || known.order !== fact.order || known.flags === 'late') return undefined;
  return originOf(heard, known);
}

/**
 * Quantities of those of the facts that count which are of one order, operation or line; of
 * decisions on holds, those of which `freedOf` says so.
 */
function recount(heard: Heard, isOf: (fact: Said) => boolean, freedOf = isOf) {
  const sum = Object.fromEntries(sums.map((name) => [name, zero])) as Pick<
    Tally,
    (typeof sums)[number]
  >;
  for (const fact of heard.on) {
    if (!is(fact, 'QuantityReported', 'QuantityCorrected') || !isOf(fact)) continue;
    const { body } = fact;
    const origin = originOf(heard, fact);
    for (const name of ['good', 'scrap', 'rework', 'held'] as const)
      sum[name] += micros(body[name]);
    if (!origin || !is(origin, 'QuantityReported')) continue;
    if (origin.body.phase === 'setup') sum.setupGood += micros(body.good);
    if (!origin.body.inRework) continue;
    sum.reworkGood += micros(body.good);
    sum.reworkScrap += micros(body.scrap);
    sum.reworkAgain += micros(body.rework);
    sum.reworkHeld += micros(body.held);
  }
  for (const fact of heard.said) {
    if (fact.operation === undefined || fact.lot !== undefined) continue;
    if (is(fact, 'HoldReleased') && freedOf(fact))
      sum.freedGood += micros(fact.body.quantity ?? '0');
    if (!is(fact, 'HoldDispositioned') || !freedOf(fact)) continue;
    const { disposition, quantity } = fact.body;
    if (disposition === 'useAsIs') sum.freedGood += micros(quantity);
    else if (disposition === 'rework') sum.freedRework += micros(quantity);
    else sum.freedScrap += micros(quantity);
  }
  return sum;
}

const part = (tally: Tally) => Object.fromEntries(sums.map((name) => [name, tally[name]]));

/** What the book has summed up of every order and operation, beside what a recount says. */
export function tallies(book: Book, heard: Heard) {
  const keys = [
    ...[...book.rows('order').keys()].map((order) => [order]),
    ...[...book.rows('operation').keys()].map((key) => key.split('\n')),
  ];
  const kindOf = (key: readonly string[]) => (key.length === 1 ? 'order' : 'operation');
  const isOf = ([order, operation]: readonly string[]) => {
    return (fact: Said) =>
      fact.order === order && (operation === undefined || fact.operation === operation);
  };
  return {
    book: keys.map((key) => [...key, part(book.tally(kindOf(key), ...key))]),
    naive: keys.map((key) => [...key, recount(heard, isOf(key))]),
  };
}

/**
 * What the book has summed up of every line, beside what a recount says: quantities where they were
 * reported first, and what was stated where it was stated.
 */
export function lineTallies(book: Book, heard: Heard) {
  const lines = [...new Set(heard.said.map(({ line }) => line))];
  return {
    book: lines.map((line) => {
      const { facts, reports, corrections, ...tally } = book.tally('line', line);
      return [line, part(tally as Tally), facts, reports, corrections];
    }),
    naive: lines.map((line) => {
      const own = heard.said.filter((fact) => fact.line === line);
      const reports = own.filter((fact) => is(fact, 'QuantityReported')).length;
      const corrections = own.filter((fact) => is(fact, 'QuantityCorrected', 'FactReversed'));
      const isOf = (fact: Said) => (originOf(heard, fact) ?? fact).line === line;
      const sums = recount(heard, isOf, (fact) => fact.line === line);
      return [line, sums, own.length, reports, corrections.length];
    }),
  };
}

/** What was reported of every operation for the first time, beside what a recount says. */
export function outs(book: Book, heard: Heard) {
  const keys = [...book.rows('operation').keys()].map((key) => key.split('\n') as [string, string]);
  const first = (fact: Said): bigint => {
    if (!is(fact, 'QuantityReported', 'QuantityCorrected')) return zero;
    const origin = originOf(heard, fact);
    if (origin && is(origin, 'QuantityReported') && origin.body.inRework) return zero;
    const { good, scrap, rework, held } = fact.body;
    return [good, scrap, rework, held].map(micros).reduce((a, b) => a + b);
  };
  return {
    book: keys.map(([order, operation]) => {
      const { good, scrap, rework, held } = balanceOf(book, order, operation);
      return [order, operation, good + scrap + rework + held];
    }),
    naive: keys.map(([order, operation]) => {
      const own = heard.on.filter((fact) => fact.order === order && fact.operation === operation);
      return [order, operation, own.map(first).reduce((a, b) => a + b, zero)];
    }),
  };
}

type Moved = readonly [lot: string, by: bigint];

/** What a fact that counts puts into lots and takes out of them. */
function movesOf(fact: Said, said: readonly Said[]): Moved[] {
  const lot = fact.lot ?? '';
  if (is(fact, 'LotProduced', 'MaterialReturned')) return [[lot, micros(fact.body.quantity)]];
  if (is(fact, 'MaterialConsumed')) return [[lot, -micros(fact.body.quantity)]];
  if (is(fact, 'LotSplit')) {
    return fact.body.children.flatMap(({ lot: child, quantity }): Moved[] => [
      [child, micros(quantity)],
      [lot, -micros(quantity)],
    ]);
  }
  if (is(fact, 'LotMerged')) {
    return fact.body.parents.flatMap(({ lot: parent, quantity }): Moved[] => [
      [parent, -micros(quantity)],
      [lot, micros(quantity)],
    ]);
  }
  if (!is(fact, 'HoldDispositioned') || !['scrap', 'return'].includes(fact.body.disposition)) {
    return [];
  }
  const hold = said.find((known) => is(known, 'HoldPlaced') && known.body.hold === fact.body.hold);
  const gone = hold && is(hold, 'HoldPlaced') && hold.body.scope === 'lot';
  return gone ? [[hold.lot!, -micros(fact.body.quantity)]] : [];
}

/**
 * What is left of every lot whose first appearance is known, beside what a recount says. Once more
 * of a held lot was scrapped than it had, after a split, only the sum of all lots can be told.
 */
export function lots(book: Book, said: readonly Said[]) {
  const on = new Set(counting(said));
  const left = new Map<string, bigint>();
  const unknown = new Set<string>();
  let spilt = false;
  let over = false;
  for (const fact of said) {
    const isDisposition = is(fact, 'HoldDispositioned');
    if (isDisposition && fact.flags) over = true;
    for (const [lot, by] of movesOf(fact, said)) {
      const isOrigin = by > zero && !is(fact, 'MaterialReturned');
      if (!left.has(lot) && !isOrigin && !isDisposition) unknown.add(lot);
      if (!left.has(lot) && !isOrigin) continue;
      const counts = on.has(fact) || !('material' in fact.body) || is(fact, 'LotMerged');
      const now = (left.get(lot) ?? zero) + (counts ? by : zero);
      if (isDisposition && now < zero) spilt = true;
      left.set(lot, now);
    }
  }
  const known = [...left].filter(([lot]) => !unknown.has(lot));
  const naive = known.map(([, quantity]) => quantity);
  const found = known.map(([lot]) => book.look('lot', lot)?.quantity);
  const sum = (of: readonly (bigint | undefined)[]) => of.reduce<bigint>((a, b) => a + b!, zero);
  if (!spilt) return { book: known.map(([lot], at) => [lot, found[at]]), naive: known };
  return over || unknown.size > 0
    ? { book: [], naive: [] }
    : { book: sum(found), naive: sum(naive) };
}
