import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';

/** What of a lot is held, by the facts that central had when it was asked. */
export function openHeld() {
  const holds = new Map<string, { lot: string; left: bigint }>();
  const early = new Set<string>();
  return {
    hear({ type, body, lot }: Content): void {
      if (!('hold' in body)) return;
      const { hold } = body;
      const known = holds.get(hold);
      if (type === 'HoldPlaced' && body.scope === 'lot' && !early.has(hold)) {
        holds.set(hold, { lot: lot!, left: quantity(body.quantity!, 'held') });
      }
      if (type === 'HoldReleased' || type === 'HoldCancelled') {
        if (known) known.left = zero;
        else early.add(hold);
      }
      if (type === 'HoldDispositioned' && known) known.left -= quantity(body.quantity, 'held');
    },
    of: (lot: string) =>
      [...holds.values()].reduce((sum, row) => {
        return row.lot === lot && row.left > zero ? sum + row.left : sum;
      }, zero),
  };
}
