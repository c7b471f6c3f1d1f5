import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { type Quantity, quantity, zero } from '../shared/quantity.ts';
import { ancestors, consumedFor, linkConsumed, linkLots, linkProduced } from './genealogy.ts';
import { lot as lotChart } from './lot.ts';
import { type Asked, given, heldBy, keyOf, lookAfter, move, type Tables } from './tables.ts';

type Lot = Tables['lot'];
const unseen: Lot = { state: lotChart.initial, material: '', unit: '' };

export const plain = {
  ...{ sameMaterial: true, inspect: false, released: true, otherHolds: 0, usesUp: false },
  ...{ holds: [] as readonly string[], enough: true, cycle: false },
};
const isSame = ({ material, unit }: Lot, of: { material: string; unit: string }): boolean =>
  material === '' || (material === of.material && unit === of.unit);
const isFree = ({ inspect, released }: Lot): boolean => !inspect || released === true;

/** Steps the lot's chart; quantities are millionths, `moved` may be negative. */
function step(
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
  const usesUp = consumed && left !== undefined && left <= zero;
  const event = { type: fact.type, sameMaterial: isSame(known, fact.body), inspect, usesUp };
  step(asked, lot, event, (row) => ({
    ...row,
    ...{ material, unit },
    ...given({ quantity: left, order: made ? order : row.order }),
    ...(inspect ? { inspect } : {}),
    ...given({ expiryMs: made ? (fact.body.expiryMs ?? row.expiryMs) : row.expiryMs }),
  }));
  restrictAgain(asked, lot);
  if (consumed) linkConsumed(asked, lot, order);
  if (!made) return;
  linkProduced(asked, order, lot);
  inherit(asked, lot, consumedFor(look, order));
}

/** Every open hold on one of `sources` holds this lot too. */
function inherit(asked: Asked, lot: string, sources: readonly string[]): void {
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

type Part = Readonly<{ lot: string; quantity: string }>;
const sumOf = (parts: readonly Part[]): Quantity =>
  parts.reduce((sum, part) => sum + quantity(part.quantity, 'quantity'), zero);

/** What is left of a lot after `moved` of it went elsewhere; unknown stays unknown. */
const rest = ({ quantity: known }: Lot, moved: Quantity): Quantity | undefined =>
  known === undefined ? undefined : known - moved;

/** A lot gives parts of itself to new or known lots of its material; nothing is made or lost. */
export function splitLot(asked: Asked, { body }: Content<'LotSplit'>): void {
  const { look } = asked;
  const parent = asked.fact.lot!;
  if (body.children.length === 0) throw new Fault('REFUSED', `lot ${parent} is split into nothing`);
  const known = look('lot', parent) ?? unseen;
  const left = rest(known, sumOf(body.children));
  const from = new Set([parent, ...ancestors(look, parent)]);
  const cycle = body.children.some(({ lot }) => from.has(lot));
  const enough = (left === undefined || left >= zero) && body.unit === known.unit;
  step(asked, parent, { type: 'LotSplit', enough, cycle, usesUp: left === zero }, (row) => ({
    ...row,
    ...given({ quantity: left }),
  }));
  for (const child of body.children)
    receive(asked, child.lot, quantity(child.quantity, 'quantity'), [parent], known);
}

/** Lots become one; all of one material and unit, none of them held. The earliest expiry counts. */
export function mergeLots(asked: Asked, { body }: Content<'LotMerged'>): void {
  const { look } = asked;
  const result = asked.fact.lot!;
  if (body.parents.length === 0) throw new Fault('REFUSED', `lot ${result} would be of no lot`);
  const from = new Set(body.parents.flatMap(({ lot }) => [lot, ...ancestors(look, lot)]));
  for (const parent of body.parents) {
    const known = lookAfter(look, asked.changes)('lot', parent.lot) ?? unseen;
    const left = rest(known, quantity(parent.quantity, 'quantity'));
    const enough = (left === undefined || left >= zero) && isSame(known, body);
    const event = { type: 'LotGiven', enough, cycle: from.has(result), usesUp: left === zero };
    step(asked, parent.lot, event, (row) => ({ ...row, ...given({ quantity: left }) }));
  }
  const parents = body.parents.map(({ lot }) => lot);
  receive(asked, result, sumOf(body.parents), parents, body);
}

/** A split's child or a merge's result: of its parents' material, order, expiry and holds. */
function receive(
  asked: Asked,
  lot: string,
  moved: Quantity,
  parents: readonly string[],
  of: Readonly<{ material: string; unit: string }>,
): void {
  const rows = parents.map((parent) => asked.look('lot', parent) ?? unseen);
  const { order } = rows[0]!;
  const { material, unit } = rows.find((row) => row.material !== '') ?? of;
  const known = asked.look('lot', lot) ?? unseen;
  const expiries = [known, ...rows].flatMap(({ expiryMs }) => expiryMs ?? []);
  const expiryMs = expiries.length === 0 ? undefined : Math.min(...expiries);
  const inspect = [known, ...rows].some((row) => !isFree(row));
  const event = { type: 'LotReceived', sameMaterial: isSame(known, { material, unit }), inspect };
  step(asked, lot, event, (row) => ({
    ...row,
    ...{ material, unit, quantity: (row.quantity ?? zero) + moved },
    ...given({ order: row.order ?? order, expiryMs }),
    ...(inspect ? { inspect, released: false } : {}),
  }));
  for (const parent of parents) linkLots(asked, parent, lot);
  inherit(asked, lot, parents);
}
