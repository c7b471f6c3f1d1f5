import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';

type Heard = readonly (Content & { line: string })[];
type Hold = {
  hold: string;
  scope: string;
  line: string;
  order: string | undefined;
  operation: string | undefined;
  lot: string | undefined;
  quantity: bigint | undefined;
  useAsIs: bigint;
  scrap: bigint;
  rework: bigint;
  return: bigint;
  freed: bigint;
  released: boolean;
};

const micros = (text: string): bigint => quantity(text, 'quantity');
export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((a, b) => a + b, zero);

/** All holds whose placing was heard, with what was heard of their decisions: by the book. */
export function holdsIn(heard: Heard): Hold[] {
  const none = { useAsIs: zero, scrap: zero, rework: zero, return: zero, freed: zero };
  const placed = heard.filter((fact) => fact.type === 'HoldPlaced');
  return placed.map(({ line, order, operation, lot, body }) => {
    const { hold, scope } = body;
    const amount = body.quantity === undefined ? undefined : micros(body.quantity);
    const known: Hold = {
      ...{ hold, scope, line, order, operation, lot, quantity: amount, released: false },
      ...none,
    };
    for (const fact of heard) {
      if (fact.type === 'HoldDispositioned' && fact.body.hold === hold) {
        known[fact.body.disposition] += micros(fact.body.quantity);
      } else if (fact.type === 'HoldReleased' && fact.body.hold === hold) {
        known.released = true;
        known.freed += micros(fact.body.quantity ?? '0');
      }
    }
    return known;
  });
}

const decided = (hold: Hold): bigint => hold.useAsIs + hold.scrap + hold.rework + hold.return;
const isOpen = (hold: Hold): boolean =>
  !hold.released && (hold.quantity === undefined || decided(hold) < hold.quantity);

/** What of a lot must not be available, scrap included: by the holds that were heard of. */
export function barred(heard: Heard, lot: string): bigint {
  const on = holdsIn(heard).filter((hold) => hold.scope === 'lot' && hold.lot === lot);
  return sum(on.map((hold) => hold.quantity! - hold.useAsIs - hold.freed));
}

/** What of it has been scrapped. */
export function scrapped(heard: Heard, lot: string): bigint {
  const on = holdsIn(heard).filter((hold) => hold.scope === 'lot' && hold.lot === lot);
  return sum(on.map((hold) => hold.scrap));
}

/** Holds that forbid receiving what this fact says was produced. */
export const forbidding = (heard: Heard, made: Content & { line: string }): string[] =>
  holdsIn(heard)
    .filter((hold) => isOpen(hold) && reaches(hold, made))
    .map(({ hold }) => hold);

function reaches(hold: Hold, { line, order, operation }: Content & { line: string }): boolean {
  const { scope } = hold;
  if (scope === 'line') return hold.line === line;
  if (scope === 'order') return hold.order === order;
  if (scope === 'lot') return false;
  return hold.order === order && hold.operation === operation;
}

/** What of a lot the heard facts say was produced, less what was consumed. */
export const there = (heard: Heard, lot: string): bigint =>
  sum(
    heard
      .filter((fact) => fact.lot === lot)
      .map((fact) => {
        if (fact.type === 'LotProduced') return micros(fact.body.quantity);
        return fact.type === 'MaterialConsumed' ? -micros(fact.body.quantity) : zero;
      }),
  );
