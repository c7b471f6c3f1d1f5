import type { Content } from '../shared/event.ts';
import { type Quantity, zero } from '../shared/quantity.ts';
import type { Effect } from './correction.ts';
import type { Flag, Look } from './tables.ts';
import { addTo, amounts, type Tally } from './tally.ts';

/**
 * Pieces at one operation: what came in is good, scrap, rework, held and wip, less what is over. No
 * piece is in two of them, and none is negative.
 */
export type Balance = Readonly<{
  before: string | undefined; // the operation that passed on what came in; else it was ordered
  in: Quantity;
  good: Quantity; // passed on: new, reworked, or let go by quality
  scrap: Quantity;
  rework: Quantity; // to be reworked, and not yet
  held: Quantity; // reported as held, and not yet decided
  wip: Quantity; // came in, and nothing was reported of it
  over: Quantity; // reported, and never came in
}>;

/** What the plant knows: its rows, and tallies by kind and names. */
export type Known = Readonly<{ look: Look; tally: (...key: string[]) => Readonly<Tally> }>;

const positive = (quantity: Quantity): Quantity => (quantity > zero ? quantity : zero);
const least = (a: Quantity, b: Quantity): Quantity => (a < b ? a : b);

type Place = 'good' | 'scrap' | 'rework' | 'held';
type Sums = Readonly<
  Pick<Tally, Place | 'reworkGood' | 'reworkScrap' | 'reworkAgain' | 'reworkHeld'>
>;

/** Pieces that were reported, each once: what comes out of rework was reported when it went in. */
const countOf = (sums: Sums): Quantity =>
  sums.good +
  sums.scrap +
  sums.rework +
  sums.held -
  (sums.reworkGood + sums.reworkScrap + sums.reworkAgain + sums.reworkHeld);

/**
 * What became of the pieces that were reported. As far as more comes out of rework than went in, it
 * was good before and came back.
 */
function out(tally: Readonly<Tally>): Readonly<Record<Place, Quantity>> {
  const now = {
    good: tally.good - tally.reworkGood,
    scrap: tally.scrap - tally.reworkScrap,
    rework: tally.rework - tally.reworkAgain,
    held: tally.held - tally.reworkHeld,
  };
  function move(most: Quantity, from: Place, to: Place): void {
    if (most === zero || now[from] === zero) return;
    const moved = least(most, now[from]);
    now[from] -= moved;
    now[to] += moved;
  }
  move(tally.freedRework, 'held', 'rework');
  move(tally.reworkGood, 'rework', 'good');
  move(tally.reworkScrap, 'rework', 'scrap');
  move(tally.reworkHeld, 'rework', 'held');
  move(tally.freedGood, 'held', 'good');
  move(tally.freedScrap, 'held', 'scrap');
  return now;
}

/**
 * Where the pieces of an operation are. What comes in is what the operation before it in the
 * order's routing has passed on; at the first, and without a routing, it is what was ordered.
 */
export function balanceOf({ look, tally }: Known, order: string, operation: string): Balance {
  const { routing, quantity: ordered } = look('order', order)!;
  const at = routing.indexOf(operation);
  const before = at > 0 ? routing[at - 1] : undefined;
  const came = before === undefined ? ordered : out(tally('operation', order, before)).good;
  const own = tally('operation', order, operation);
  const left = came - countOf(own);
  return { before, in: came, ...out(own), wip: positive(left), over: positive(-left) };
}

/**
 * Flags a fact by which more went out of an operation than had come in: a report of too much, or
 * the reversal of what another operation has already had. The order's first operation is spared,
 * because more than was ordered has flags of its own. `effects` are what counts by the fact.
 *
 * Never part of a verdict, which facts that are stored must lead to again.
 */
export function unbalanced(
  { look, tally }: Known,
  fact: Content,
  effects: readonly Effect[] | undefined,
): Flag[] {
  const { order, operation } = fact;
  if (!effects?.length || order === undefined || operation === undefined) return [];
  const { routing } = look('order', order)!;
  const at = routing.indexOf(operation);
  if (at < 0) return [];
  const [before, next] = [routing[at - 1], routing[at + 1]];
  const of = (name: string) => tally('operation', order, name);
  const own = of(operation);
  const more = amounts(effects);
  const grown = countOf(more);
  if (before !== undefined && grown > zero && countOf(own) + grown > out(of(before)).good) {
    return ['unbalanced'];
  }
  // A report takes nothing back from the next operation.
  if (next === undefined || fact.type === 'QuantityReported') return [];
  const after = { ...own };
  addTo(after, more);
  const left = out(after).good;
  return left < out(own).good && left < countOf(of(next)) ? ['unbalanced'] : [];
}
