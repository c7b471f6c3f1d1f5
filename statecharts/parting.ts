import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { type Quantity, quantity, zero } from '../shared/quantity.ts';
import { ancestors, linkLots } from './genealogy.ts';
import { inherit, isFree, isSame, type Lot, step, unseen } from './lots.ts';
import { type Asked, given, lookAfter } from './tables.ts';

type Part = Readonly<{ lot: string; quantity: string }>;
const sumOf = (parts: readonly Part[]): Quantity =>
  parts.reduce((sum, part) => sum + quantity(part.quantity, 'quantity'), zero);

/** What is left of a lot after `moved` of it went elsewhere; unknown stays unknown. */
const rest = ({ quantity: known }: Lot, moved: Quantity): Quantity | undefined =>
  known === undefined ? undefined : known - moved;

const isThere = (left: Quantity | undefined): boolean => left === undefined || left >= zero;

/** A lot gives parts of itself to new or known lots of its material; nothing is made or lost. */
export function splitLot(asked: Asked, { body }: Content<'LotSplit'>): void {
  const { look } = asked;
  const parent = asked.fact.lot!;
  if (body.children.length === 0) throw new Fault('REFUSED', `lot ${parent} is split into nothing`);
  const known = look('lot', parent) ?? unseen;
  const left = rest(known, sumOf(body.children));
  const from = new Set([parent, ...ancestors(look, parent)]);
  const cycle = body.children.some(({ lot }) => from.has(lot));
  const event = {
    ...{ type: 'LotSplit', cycle, usesUp: left === zero },
    sameMaterial: known.unit === '' || body.unit === known.unit,
    enough: known.unit !== '' && isThere(left),
  };
  step(asked, parent, event, (row) => ({ ...row, ...given({ quantity: left }) }));
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
    const event = {
      ...{ type: 'LotGiven', cycle: from.has(result), usesUp: left === zero },
      ...{ sameMaterial: isSame(known, body), enough: isThere(left) },
    };
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
