import type { Lanes } from './lanes.ts';

export type Waking = ReturnType<typeof openWaking>;

/**
 * Lanes that are looked at again because of facts: gathered as these are planned, and each woken
 * once, at the end of the transaction.
 */
export function openWaking(lanes: Lanes) {
  const [woken, roused, lots] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const undone = (): void => {
    for (const all of [woken, roused, lots]) all.clear();
  };

  return {
    /** The lane, which may be new. */
    wake: (lane: string): void => void woken.add(lane),
    /** The lane, if there is one. */
    rouse: (lane: string): void => void roused.add(lane),
    /** Every lane in which something about the lot waits. */
    rouseLot: (lot: string): void => void lots.add(lot),
    /** Wakes them; at the end of every transaction, also of one within another. */
    save(): void {
      for (const lane of woken) lanes.wake(lane);
      for (const lane of roused) if (!woken.has(lane)) lanes.rouse(lane);
      for (const lot of lots) lanes.rouseLot(lot);
      undone();
    },
    /** Forgets what was not committed. */
    undone,
  };
}
