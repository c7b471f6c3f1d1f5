import type { Content } from '../shared/event.ts';
import { type Quantity, zero } from '../shared/quantity.ts';
import type { Effect } from './correction.ts';
import { type Flag, keyOf, type Look } from './tables.ts';
import { addTo, increments, type Tally } from './tally.ts';

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

/**
 * What became of the pieces that were reported, each counted once. What comes out of a rework loop
 * was counted when it went in; as far as more comes out than went in, it was good before and came
 * back. So with held pieces that quality decides.
 */
function out(tally: Readonly<Tally>) {
  const now = {
    good: positive(tally.good - tally.reworkGood),
    scrap: positive(tally.scrap - tally.reworkScrap),
    rework: positive(tally.rework - tally.reworkAgain),
    held: positive(tally.held - tally.reworkHeld),
  };
  type Place = keyof typeof now;
  const move = (most: Quantity, from: Place, to: Place) => {
    const moved = least(positive(most), now[from]);
    now[from] -= moved;
    now[to] += moved;
  };
  move(tally.freedRework, 'held', 'rework');
  move(tally.reworkHeld, 'rework', 'held');
  move(tally.reworkGood, 'rework', 'good');
  move(tally.reworkScrap, 'rework', 'scrap');
  move(tally.freedGood, 'held', 'good');
  move(tally.freedScrap, 'held', 'scrap');
  return now;
}

/**
 * Where the pieces of an operation are. What comes in is what the operation before it in the order's
 * routing has passed on; at the first, and without a routing, it is what was ordered.
 */
export function balanceOf({ look, tally }: Known, order: string, operation: string): Balance {
  const { routing, quantity: ordered } = look('order', order)!;
  const at = routing.indexOf(operation);
  const before = at > 0 ? routing[at - 1] : undefined;
  const came = before === undefined ? ordered : out(tally('operation', order, before)).good;
  const now = out(tally('operation', order, operation));
  const left = came - now.good - now.scrap - now.rework - now.held;
  return { before, in: came, ...now, wip: positive(left), over: positive(-left) };
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
  const touched = at < 0 ? [] : routing.slice(Math.max(at, 1), at + 2);
  if (touched.length === 0) return [];
  const own = keyOf('operation', order, operation);
  const after = { ...tally('operation', order, operation) };
  addTo(after, increments(fact, undefined, effects));
  const then: Known = {
    look,
    tally: (...key) => (keyOf(...key) === own ? after : tally(...key)),
  };
  const overs = (known: Known) => touched.map((name) => balanceOf(known, order, name).over);
  const before = overs({ look, tally });
  return overs(then).some((over, index) => over > before[index]!) ? ['unbalanced'] : [];
}
