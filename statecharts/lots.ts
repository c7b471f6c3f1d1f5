import type { Content } from '../shared/event.ts';
import { type Quantity, quantity, zero } from '../shared/quantity.ts';
import type { Effect } from './correction.ts';
import { consumedFor, linkConsumed, linkProduced } from './genealogy.ts';
import { lot as lotChart } from './lot.ts';
import {
  type Asked,
  given,
  hasFlag,
  heldBy,
  keyOf,
  lookAfter,
  move,
  type Tables,
} from './tables.ts';

export type Lot = Tables['lot'];
export const unseen: Lot = { state: lotChart.initial, material: '', unit: '' };

const plain = {
  ...{ sameMaterial: true, inspect: false, released: true, otherHolds: 0, usesUp: false },
  ...{ holds: [] as readonly string[], enough: true, cycle: false },
};
export const isSame = ({ material, unit }: Lot, of: { material: string; unit: string }): boolean =>
  material === '' || (material === of.material && unit === of.unit);
export const isFree = ({ inspect, released }: Lot): boolean => !inspect || released === true;

/** Steps the lot's chart; quantities are millionths, `moved` may be negative. */
export function step(
  asked: Asked,
  lot: string,
  event: Partial<typeof plain> & { type: string },
  value: (row: Lot) => Lot,
): void {
  const known = lookAfter(asked.look, asked.changes)('lot', lot) ?? unseen;
  const holds = heldBy(asked.look, keyOf('lot', lot));
  const stated = asked.terms.stated ?? false;
  const full = { ...plain, lot, holds, released: isFree(known), stated, ...event };
  const state = move(asked, lotChart, known.state, full, `lot ${lot}`);
  const next = { ...value(known), state };
  if (Object.entries(next).every(([name, of]) => known[name as keyof Lot] === of)) return;
  asked.changes.push({ table: 'lot', key: lot, value: next });
}

/**
 * A lot that quality has not released does not get past it by this fact. Earlier charts let it:
 * what they stated has no flag, and is taken as it was.
 */
function waits({ terms, fact, flags }: Asked, unreleased: boolean): boolean {
  const waiting = unreleased && (!terms.stated || hasFlag(fact, 'unreleased'));
  if (waiting) flags.push('unreleased');
  return waiting;
}

/** A lot produced, consumed or returned; what is made of held material is held with it. */
export function moveLot(
  asked: Asked,
  fact: Content<'LotProduced' | 'MaterialConsumed' | 'MaterialReturned'>,
): void {
  const { look } = asked;
  const lot = fact.lot!;
  const order = fact.order!;
  const { material, unit } = fact.body;
  const known = look('lot', lot) ?? unseen;
  const moved = quantity(fact.body.quantity, 'quantity');
  const consumed = fact.type === 'MaterialConsumed';
  const made = fact.type === 'LotProduced';
  const before = known.quantity ?? (made ? zero : undefined);
  const left = before === undefined ? undefined : consumed ? before - moved : before + moved;
  if (consumed && left !== undefined && left < zero) asked.flags.push('overConsumed');
  const inspect = made && (fact.body.inspect ?? known.inspect ?? false);
  const back = known.state === 'closed' && !consumed && !isFree(known);
  const again = inspect && known.released === true;
  const waiting = waits(asked, back || again);
  const usesUp = consumed && left !== undefined && left <= zero;
  const sameMaterial = isSame(known, fact.body);
  const event = { type: fact.type, sameMaterial, inspect: inspect || waiting, usesUp };
  step(asked, lot, event, (row) => ({
    ...row,
    ...{ material, unit },
    ...given({ quantity: left, order: made ? order : row.order }),
    ...(inspect ? { inspect } : {}),
    ...(waiting ? { released: false } : {}),
    ...given({ expiryMs: made ? (fact.body.expiryMs ?? row.expiryMs) : row.expiryMs }),
  }));
  restrictAgain(asked, lot);
  if (consumed) linkConsumed(asked, lot, order);
  if (!made) return;
  linkProduced(asked, order, lot);
  inherit(asked, lot, consumedFor(look, order));
}

/** A reversed consumption gives back to its lot, a reversed production takes from it. */
export function turnLot(asked: Asked, { fact, sign }: Effect): void {
  if (!('material' in fact.body)) return;
  const lot = fact.lot!;
  const row = lookAfter(asked.look, asked.changes)('lot', lot);
  if (row?.quantity === undefined) return;
  const moved = quantity(fact.body.quantity, 'quantity') * BigInt(sign);
  const left = row.quantity + (fact.type === 'MaterialConsumed' ? -moved : moved);
  const value = { ...row, quantity: left };
  if (row.state === 'closed' && left > zero) {
    const event = { type: 'MaterialReturned', inspect: waits(asked, !isFree(row)) };
    step(asked, lot, event, () => value);
  } else asked.changes.push({ table: 'lot', key: lot, value });
  restrictAgain(asked, lot);
}

/** Every open hold on one of `sources` holds this lot too. */
export function inherit(asked: Asked, lot: string, sources: readonly string[]): void {
  const look = lookAfter(asked.look, asked.changes);
  const holds = heldBy(look, ...sources.map((source) => keyOf('lot', source)));
  const own = heldBy(look, keyOf('lot', lot));
  for (const hold of holds) if (!own.includes(hold)) reachLot(asked, hold, lot);
}

/** Lets an open hold reach one more lot. */
export function reachLot(asked: Asked, hold: string, lot: string): void {
  const look = lookAfter(asked.look, asked.changes);
  const key = keyOf('lot', lot);
  const row = look('hold', hold)!;
  step(asked, lot, { type: 'HoldPlaced' }, (known) => known);
  asked.changes.push({ table: 'held', key, value: [...heldBy(look, key), hold] });
  const value = { ...row, reach: [...(row.reach ?? []), lot] };
  asked.changes.push({ table: 'hold', key: hold, value });
}

/** A lot that was used up while it was held, and is there again, is still held. */
export function restrictAgain(asked: Asked, lot: string): void {
  const look = lookAfter(asked.look, asked.changes);
  const state = look('lot', lot)?.state ?? 'planned';
  if (!['inProcess', 'unrestricted'].includes(state) || !look('held', keyOf('lot', lot))) return;
  step(asked, lot, { type: 'HoldPlaced' }, (known) => known);
}

/** Takes a hold off a lot. */
export function freeLot(asked: Asked, hold: string, lot: string): void {
  const look = lookAfter(asked.look, asked.changes);
  const key = keyOf('lot', lot);
  const left = heldBy(look, key).filter((id) => id !== hold);
  asked.changes.push({ table: 'held', key, value: left.length === 0 ? undefined : left });
  const row = look('lot', lot);
  // Used up while it was held, by a split: there is nothing left to free.
  if (row?.state !== 'restricted') return;
  const usesUp = row.quantity !== undefined && row.quantity <= zero;
  step(asked, lot, { type: asked.fact.type, otherHolds: left.length, usesUp }, (known) => known);
}

/**
 * Scrapped or returned material leaves the held lot and, where it has no more itself, what was
 * split from it. A lot of unknown quantity has enough.
 */
export function takeFrom(asked: Asked, lots: readonly string[], gone: Quantity): void {
  const own = asked.look('lot', lots[0]!);
  let left = gone;
  for (const lot of lots) {
    const row = lookAfter(asked.look, asked.changes)('lot', lot);
    if (left === zero || row?.quantity === undefined) return;
    if (row.quantity <= zero || !isSame(row, own!)) continue;
    const all = row.quantity <= left;
    const value = { ...row, quantity: all ? zero : row.quantity - left };
    left = all ? left - row.quantity : zero;
    asked.changes.push({ table: 'lot', key: lot, value });
  }
  if (left > zero) asked.flags.push('overConsumed');
}

export function releaseLot(asked: Asked): void {
  step(asked, asked.fact.lot!, { type: 'LotReleased' }, (row) => ({ ...row, released: true }));
}
