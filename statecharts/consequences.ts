import type { Content } from '../shared/event.ts';
import { quantityText } from '../shared/quantity.ts';
import type { Policy } from './policy.ts';
import { given, type Look } from './tables.ts';

/** What follows from a fact alone, by the plant's policy: facts without an identity yet. */
export function consequences(
  look: Look,
  policy: Policy,
  fact: Content,
): Omit<Content, 'eventId'>[] {
  if (fact.type !== 'InspectionRecorded' || fact.body.result !== 'failed') return [];
  return policy.holdOnFailure ? [holdFor(look, policy, fact)] : [];
}

/** A hold on what was inspected: the lot, else the operation, else the order, else the line. */
function holdFor(
  look: Look,
  policy: Policy,
  fact: Content<'InspectionRecorded'>,
): Omit<Content, 'eventId'> {
  const { eventId, body, commandId: _, flags: _flags, atLocal: _atLocal, ...context } = fact;
  const { inspection } = body;
  const known = look('inspection', inspection) ?? { state: '' };
  const { order, operation, lot } = {
    ...known,
    ...given({ order: fact.order, operation: fact.operation, lot: fact.lot }),
  };
  const row = lot === undefined ? undefined : look('lot', lot);
  const measured =
    row?.quantity !== undefined && row.quantity > 0n && row.unit !== ''
      ? { quantity: quantityText(row.quantity), unit: row.unit }
      : {};
  const scope =
    lot !== undefined
      ? 'lot'
      : operation !== undefined
        ? 'operation'
        : order !== undefined
          ? 'order'
          : 'line';
  return {
    ...context,
    ...given({ order: order ?? row?.order, operation, lot }),
    type: 'HoldPlaced',
    version: 1,
    causationId: eventId,
    body: {
      ...{ hold: `IF-${eventId}`, scope, reason: `inspection ${inspection} failed`, ...measured },
      ...given({ escalateMs: policy.escalateHoldMs, remindMs: policy.remindHoldMs }),
    },
  } as Omit<Content, 'eventId'>;
}
