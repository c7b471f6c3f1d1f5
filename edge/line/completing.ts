import type { Content } from '../../shared/event.ts';
import { quantityText, zero } from '../../shared/quantity.ts';
import type { Policy } from '../../statecharts/policy.ts';
import type { Look } from '../../statecharts/tables.ts';

/** How soon a hold is reminded of and escalated, where it does not say so itself. */
export function chasing({ escalateHoldMs: escalateMs, remindHoldMs: remindMs }: Policy): {
  escalateMs?: number;
  remindMs?: number;
} {
  return { ...(escalateMs ? { escalateMs } : {}), ...(remindMs ? { remindMs } : {}) };
}

/** Central must know what a release frees, whatever decisions of other lines it has heard of. */
export function releasing(
  look: Look,
  { body }: Content<'HoldReleased'>,
): Content<'HoldReleased'>['body'] {
  const { quantity: _quantity, unit: _unit, ...rest } = body;
  const { remaining = zero, unit } = look('hold', body.hold) ?? {};
  if (remaining <= zero || unit === undefined) return rest;
  return { ...rest, quantity: quantityText(remaining), unit };
}
