import type { BodyOf, Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { givenMs } from '../../shared/identity.ts';
import { isCorrectable } from '../../statecharts/correction.ts';
import { hasFlag, type Look } from '../../statecharts/tables.ts';

/** Where a fact was stated. */
export type Place = Readonly<{ line: string; epoch: number; sequence: number }>;
/** What a book remembers of facts that its store need not have any more. */
export type Bygone = Readonly<{
  fromMs: number; // when they were recorded
  untilMs: number;
  upTo: readonly Place[]; // the last one of each line and epoch
  overdue: readonly string[]; // orders closed by one of them, that are still here
  reports: readonly [key: string, fact: Content, at: Place][]; // of orders that are still here
}>;
type Said = Pick<BodyOf<'StateCarried'>, 'fromMs' | 'untilMs' | 'upTo'>;
/** Where nobody has said: such a place is never forgotten. */
export const nowhere = { epoch: 0, sequence: 0 } as const;

export const epochOf = ({ line, epoch }: Place): string => `${line}\n${epoch}`;

/** True for what may be corrected later, and is remembered for that. */
export const isReport = (fact: Content): boolean =>
  isCorrectable(fact) && fact.order !== undefined && !hasFlag(fact, 'late');

/** Which facts are forgotten, and which orders wait to be forgotten. */
export function openBygone() {
  const upTo = new Map<string, Place>();
  const overdue = new Set<string>();
  const closings = new Map<string, Place>(); // by order, of the fact that closed it
  let [fromMs, untilMs] = [Number.POSITIVE_INFINITY, 0];

  const isGone = (place: Place): boolean =>
    place.sequence <= (upTo.get(epochOf(place))?.sequence ?? 0);

  return {
    isGone,

    /** A fact was stated. */
    note(fact: Content, at: Place): void {
      const { order } = fact;
      if (order === undefined) return;
      if (fact.type === 'OrderClosed') closings.set(order, at);
      if (fact.type !== 'OrderReopened') return;
      closings.delete(order);
      overdue.delete(order);
    },

    /** Facts up to these places are forgotten from now on; returns orders closed by one of them. */
    forget(said: Said): ReadonlySet<string> {
      fromMs = Math.min(fromMs, said.fromMs);
      untilMs = Math.max(untilMs, said.untilMs);
      for (const place of said.upTo ?? []) {
        const known = upTo.get(epochOf(place))?.sequence ?? 0;
        if (place.sequence > known) upTo.set(epochOf(place), place);
      }
      for (const [order, place] of closings) {
        if (!isGone(place)) continue;
        closings.delete(order);
        overdue.add(order);
      }
      return overdue;
    },

    /** The order is not remembered any more. */
    left: (order: string): void => void overdue.delete(order),

    /** Up to where facts may be erased, by line and epoch. */
    upTo: (): readonly Place[] => [...upTo.values()],

    /** True for what was recorded while facts were that are forgotten now. */
    covers: (atMs: number): boolean => atMs >= fromMs && atMs <= untilMs,

    /** All of it, with the facts of these reports; undefined while nothing is forgotten. */
    contents: (reports: Bygone['reports']): Bygone | undefined =>
      untilMs === 0
        ? undefined
        : { fromMs, untilMs, upTo: [...upTo.values()], overdue: [...overdue], reports },

    restore(bygone: Bygone): void {
      ({ fromMs, untilMs } = bygone);
      for (const place of bygone.upTo) upTo.set(epochOf(place), place);
      for (const order of bygone.overdue) overdue.add(order);
    },

    clear(): void {
      for (const known of [upTo, overdue, closings]) known.clear();
      [fromMs, untilMs] = [Number.POSITIVE_INFINITY, 0];
    },
  };
}

type Known = Readonly<{ look: Look; covers: (atMs: number) => boolean }>;

/**
 * Throws Fault REFUSED for an id that was given while facts were stated that are forgotten now:
 * nobody here knows whether the command was answered then. Only a UUIDv7 says when it was given.
 */
export function checkCommandId({ covers }: Known, commandId: string): void {
  const atMs = givenMs(commandId);
  if (atMs === undefined || !covers(atMs)) return;
  const advice = 'look for it at central, and ask under a new id if it is not there';
  throw new Fault(
    'REFUSED',
    `command.commandId: ${commandId} is older than this box remembers: ${advice}`,
  );
}

/** Throws Fault REFUSED where what is to be corrected, and its order, are forgotten. */
export function checkOriginal({ look, covers }: Known, fact: Content): void {
  if (fact.type !== 'FactReversed' && fact.type !== 'QuantityCorrected') return;
  const { original } = fact.body;
  const atMs = givenMs(original);
  if (atMs === undefined || !covers(atMs) || look('order', fact.order!)) return;
  const of = `report ${original} of order ${fact.order}`;
  throw new Fault('REFUSED', `${of} is older than this box remembers: correct it at central`);
}
