import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { report as reportChart } from './report.ts';
import { type Asked, keyOf, type Look, lookAfter, move, type Tables } from './tables.ts';

export type Correctable =
  | Content<'QuantityReported' | 'QuantityCorrected'>
  | Content<'MaterialConsumed' | 'MaterialReturned' | 'LotProduced'>;
/** What of an earlier fact counts again (1) or counts no more (-1). */
export type Effect = Readonly<{
  fact: Correctable;
  origin: Content<'QuantityReported'> | undefined;
  sign: 1 | -1;
}>;

/**
 * A correction is of a report, in the order's unit; what is corrected or reversed belongs to the
 * operation that is named, if one is. Throws Fault REFUSED. What is not known yet is not checked.
 */
export function checkOriginal({ look, fact }: Asked, unit: string): void {
  const target = targetOf(fact);
  if (target === undefined) return;
  const original = look('report', keyOf(fact.order!, target))?.fact;
  if (original && fact.operation !== undefined && fact.operation !== original.operation) {
    throw new Fault('REFUSED', `report ${target} is of operation ${original.operation}`);
  }
  if (fact.type !== 'QuantityCorrected') return;
  if (fact.body.unit !== unit) {
    throw new Fault('REFUSED', `order ${fact.order} is counted in ${unit}, not ${fact.body.unit}`);
  }
  if (original && !('good' in original.body)) {
    throw new Fault('REFUSED', `report ${target} has no good pieces: reverse it instead`);
  }
}

type Agent = Readonly<{ id: string; type: Content['type'] }>;

/** Longest chain of reversals of reversals. */
export const chainMax = 50;

const targetOf = (fact: Content | undefined): string | undefined =>
  fact?.type === 'FactReversed' || fact?.type === 'QuantityCorrected'
    ? fact.body.original
    : undefined;

const correctable = new Set<string>([
  ...['QuantityReported', 'QuantityCorrected', 'FactReversed'],
  ...['MaterialConsumed', 'MaterialReturned', 'LotProduced'],
]);
export const isCorrectable = (fact: Content): boolean => correctable.has(fact.type);

/** The reports of an order by their ids. */
export const rowsOf = (look: Look, order: string) => (id: string) =>
  look('report', keyOf(order, id));

/** The report that `from` is, or corrects in the end, as far as it is known. */
export function originOf(
  rowOf: ReturnType<typeof rowsOf>,
  from: Content | undefined,
  depth = 0,
): Content<'QuantityReported'> | undefined {
  if (from?.type === 'QuantityReported') return from;
  const target = targetOf(from);
  if (target === undefined || depth > chainMax) return undefined;
  return originOf(rowOf, rowOf(target)?.fact, depth + 1);
}

/**
 * A correction that came before its report was counted without it. Once the fact that `correct` has
 * taken in leads to the report, what counts in the report's place counts as of that report.
 */
export function settle({ look, fact, changes }: Asked, effects: readonly Effect[]): Effect[] {
  if (effects[0]?.fact === fact) return []; // it counts: nothing waited for it
  const order = fact.order!;
  const before = rowsOf(look, order)(fact.eventId);
  if (before?.state !== 'waiting') return [];
  const rowOf = rowsOf(lookAfter(look, changes), order);
  let row = rowOf(before.by!);
  for (let depth = 0; row?.state === 'reversed' && depth < chainMax; depth++) row = rowOf(row.by!);
  const counted = row?.state === 'counted' ? row.fact : undefined;
  if (counted?.type !== 'QuantityCorrected') return [];
  const origin = originOf(rowOf, counted);
  if (origin === undefined) return [];
  return [
    { fact: counted, origin: undefined, sign: -1 },
    { fact: counted, origin, sign: 1 },
  ];
}

/**
 * Takes in a fact that may be corrected later, and turns what it corrects itself. To turn a
 * reversal off turns its original on again, and so on down the chain. Returns what counts now and
 * what counts no more, nothing for an original whose reversal came first.
 */
export function correct(asked: Asked): Effect[] {
  const { fact, changes } = asked;
  const order = fact.order!;
  const rowOf = (id: string) => rowsOf(lookAfter(asked.look, changes), order)(id);
  const effects: Effect[] = [];

  function put(id: string, value: Tables['report'] | undefined): void {
    changes.push({ table: 'report', key: keyOf(order, id), value });
  }

  function count(known: Content | undefined, sign: 1 | -1): void {
    if (!known || known.type === 'FactReversed' || !isCorrectable(known)) return;
    effects.push({ fact: known as Correctable, origin: originOf(rowOf, known), sign });
  }

  /**
   * `by` does something to the row of `id`. A reversal also turns the other way what the row has
   * reversed or corrected itself; a correction only takes its place.
   */
  function turn(id: string, event: string, by: Agent, depth: number): void {
    if (depth > chainMax) {
      throw new Fault('REFUSED', `report ${id}: at most ${chainMax} reversals of reversals`);
    }
    const row = rowOf(id);
    const state = move(
      asked,
      reportChart,
      row?.state ?? reportChart.initial,
      { type: event },
      `report ${id}`,
    );
    if (state === 'waiting') asked.flags.push('waits');
    if (state === 'waiting' || state === 'unknown') {
      put(id, state === 'unknown' ? undefined : { state, type: by.type, by: by.id });
      return;
    }
    const { by: _, ...rest } = row!;
    const on = state === 'counted';
    put(id, on ? { ...rest, state } : { ...rest, state, by: by.id });
    count(row!.fact, on ? 1 : -1);
    const target = targetOf(row!.fact);
    if (target === undefined || by.type !== 'FactReversed') return;
    const { type } = row!.fact!;
    turn(target, on ? type : 'Restored', { id, type }, depth + 1);
  }

  const own = rowOf(fact.eventId);
  const state = move(
    asked,
    reportChart,
    own?.state ?? reportChart.initial,
    { type: 'Stated' },
    `report ${fact.eventId}`,
  );
  put(fact.eventId, { ...own, state, type: fact.type, fact });
  if (state === 'counted') count(fact, 1);
  else if (own?.type === 'FactReversed') return [];
  const target = targetOf(fact);
  if (target !== undefined) turn(target, fact.type, { id: fact.eventId, type: fact.type }, 1);
  return effects;
}
