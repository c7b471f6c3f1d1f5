import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { quantity, zero } from '../shared/quantity.ts';
import { hold as holdChart } from './hold.ts';
import { lot as lotChart } from './lot.ts';
import { type Asked, heldBy, keyOf, type Tables } from './tables.ts';

/** A lot produced or consumed. */
export function moveLot(
  { look, changes }: Asked,
  fact: Content<'LotProduced' | 'MaterialConsumed'>,
): void {
  const lot = fact.lot!;
  const known = look('lot', lot);
  const { material, unit } = fact.body;
  const same = !known?.material || (known.material === material && known.unit === unit);
  const event = { type: fact.type, lot, sameMaterial: same, otherHolds: 0 };
  const state = lotChart.step(known?.state ?? lotChart.initial, event, `lot ${lot}`);
  const made = fact.type === 'LotProduced' ? fact.order! : known?.order;
  if (state === known?.state && made === known.order && known.material) return;
  const value = { state, material, unit, ...(made === undefined ? {} : { order: made }) };
  changes.push({ table: 'lot', key: lot, value });
}

/** Adds to a list without touching it. */
const plus = (ids: readonly string[] | undefined, id: string) => [...(ids ?? []), id];

/** What a hold is on, as keys of the table `held`; "in" lists all holds in an order. */
function reach(
  hold: Pick<Tables['hold'], 'scope' | 'order' | 'operation' | 'lot' | 'line'>,
): string[] {
  const { scope, order, operation, lot, line } = hold;
  const keys = order === undefined ? [] : [keyOf('in', order)];
  if (scope === 'order') keys.push(keyOf('order', order!));
  if (scope === 'operation') keys.push(keyOf('operation', order!, operation!));
  if (scope === 'lot') keys.push(keyOf('lot', lot!));
  if (scope === 'line') keys.push(keyOf('line', line));
  return keys;
}

export function placeHold(
  { look, line, fact, changes }: Asked,
  { body }: Content<'HoldPlaced'>,
): void {
  const { hold, scope, reason, unit } = body;
  const asked = { type: 'HoldPlaced', hold, measured: true, sameUnit: true };
  const state = holdChart.step(
    look('hold', hold)?.state ?? holdChart.initial,
    { ...asked, decided: zero, remaining: zero },
    `hold ${hold}`,
  );
  const made = fact.lot === undefined ? undefined : look('lot', fact.lot)?.order;
  const about = { order: fact.order ?? made, operation: fact.operation, lot: fact.lot };
  const held = body.quantity === undefined ? undefined : quantity(body.quantity, 'quantity');
  const given = Object.entries({ ...about, unit, quantity: held }).filter(
    ([, v]) => v !== undefined,
  );
  const value = {
    ...(Object.fromEntries(given) as Pick<Tables['hold'], 'order' | 'lot' | 'quantity'>),
    ...{ state, scope, line, reason, placedBy: fact.actor, placedMs: fact.atMs },
    remaining: held ?? zero,
  };
  changes.push({ table: 'hold', key: hold, value });
  for (const key of reach(value)) {
    changes.push({ table: 'held', key, value: plus(look('held', key), hold) });
  }
  if (scope === 'lot') restrictLot({ look, line, fact, changes, lanesMax: 0 }, fact.lot!, 1);
}

export function endHold(
  asked: Asked,
  { body }: Content<'HoldDispositioned' | 'HoldReleased'>,
): void {
  const { look, fact, changes } = asked;
  const known = look('hold', body.hold);
  if (!known) throw new Fault('REFUSED', `hold ${body.hold} is unknown: no ${fact.type}`);
  const decided = 'quantity' in body ? quantity(body.quantity, 'quantity') : known.remaining;
  const event = {
    type: fact.type,
    hold: body.hold,
    measured: known.quantity !== undefined,
    sameUnit: !('unit' in body) || body.unit === known.unit,
    decided,
    remaining: known.remaining,
  };
  const state = holdChart.step(known.state, event, `hold ${body.hold}`);
  const value = { ...known, state, remaining: known.remaining - decided };
  changes.push({ table: 'hold', key: body.hold, value });
  if (state === 'open') return;
  for (const key of reach(known)) {
    const left = (look('held', key) ?? []).filter((id) => id !== body.hold);
    changes.push({ table: 'held', key, value: left.length === 0 ? undefined : left });
  }
  if (known.scope === 'lot') restrictLot(asked, known.lot!, -1);
}

function restrictLot({ look, fact, changes }: Asked, lot: string, added: number): void {
  const known = look('lot', lot) ?? { state: lotChart.initial, material: '', unit: '' };
  const otherHolds = heldBy(look, keyOf('lot', lot)).length + added;
  const event = { type: fact.type, lot, sameMaterial: true, otherHolds };
  const state = lotChart.step(known.state, event, `lot ${lot}`);
  if (state !== known.state) changes.push({ table: 'lot', key: lot, value: { ...known, state } });
}
