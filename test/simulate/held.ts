import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';

type Hold = { lot: string | undefined; placed: bigint; decided: bigint; over: boolean };

/**
 * What of a lot is held, by the facts that central had when it was asked. Lines arrive on their
 * own: a decision may be heard before the hold that it decides.
 */
export function openHeld() {
  const holds = new Map<string, Hold>();
  const released = new Set<string>();

  function of(name: string): Hold {
    const hold = holds.get(name) ?? { lot: undefined, placed: zero, decided: zero, over: false };
    holds.set(name, hold);
    return hold;
  }

  return {
    hear({ type, body, lot }: Content): void {
      if (type === 'LotReleased') released.add(lot!);
      if (!('hold' in body)) return;
      const hold = of(body.hold);
      if (type === 'HoldPlaced' && body.scope === 'lot') {
        hold.lot = lot;
        hold.placed = quantity(body.quantity!, 'held');
      }
      if (type === 'HoldReleased' || type === 'HoldCancelled') hold.over = true;
      if (type === 'HoldDispositioned') hold.decided += quantity(body.quantity, 'held');
    },
    /** Whether quality has released it. */
    isReleased: (lot: string) => released.has(lot),
    of: (lot: string) =>
      [...holds.values()].reduce((sum, hold) => {
        const left = hold.placed - hold.decided;
        return hold.lot === lot && !hold.over && left > zero ? sum + left : sum;
      }, zero),
  };
}
