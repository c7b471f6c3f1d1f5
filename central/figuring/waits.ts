import { Fault } from '../../shared/fault.ts';
import type { Why } from '../../shared/figures.ts';
import type { Around } from './catalogue.ts';
import type { HoldMoment, Moments } from './moments.ts';
import type { Plant } from './plant.ts';

type Days = Readonly<{ from: string; to: string }>;

/** Most holds that one answer is made of. */
const holdsMax = 200_000;
const zoneMs = 2 * 86_400_000;
const none: Around['holds'] = { waits: [], open: 0, doubtful: 0 };
const msOf = (day: string): number => Date.parse(`${day}T00:00Z`);

/** How long holds waited for their decisions, and how long orders were worked on. */
export function openWaits(moments: Moments, plant: Plant) {
  const dayOf = (line: string, atMs: number): string =>
    plant.daysOf(line).calendar.placeOf(atMs).productionDay;

  return {
    /**
     * By group: a hold that is over by the day of its last decision, one that is open by the day
     * when it was placed. `keyOf` says to which group it belongs then, if to any.
     */
    of(days: Days, keyOf: (hold: HoldMoment, atMs: number) => string | undefined) {
      const [fromMs, untilMs] = [msOf(days.from) - zoneMs, msOf(days.to) + zoneMs];
      const groups = new Map<string, { waits: bigint[]; open: number; doubtful: number }>();
      const all = moments.holds(fromMs, untilMs, holdsMax + 1);
      if (all.length > holdsMax) {
        throw new Fault('FULL', `figures: more than ${holdsMax} holds: ask for fewer days`);
      }
      for (const hold of all) {
        const { placedMs, decidedMs, doubt, isOpen } = hold;
        const isOver = isOpen === 0 && decidedMs !== null;
        const key = keyOf(hold, isOver ? decidedMs : placedMs);
        if (key === undefined) continue;
        const group = groups.get(key) ?? { waits: [], open: 0, doubtful: 0 };
        groups.set(key, group);
        if (!isOver) group.open += 1;
        else if (doubt === 1 || decidedMs < placedMs) group.doubtful += 1;
        else group.waits.push(BigInt(decidedMs - placedMs));
      }
      for (const { waits } of groups.values()) waits.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      return (key: string): Around['holds'] => groups.get(key) ?? none;
    },

    /** From the first phase of an order to the last, ms, where all of it lies within the days. */
    execution(order: string | null, line: string, { from, to }: Days): bigint | Why {
      if (order === null) return 'ofOrders';
      const worked = moments.worked(order);
      if (!worked) return 'notWorked';
      const { firstMs, lastMs } = worked;
      if (dayOf(line, firstMs) < from || dayOf(line, lastMs) > to) return 'partly';
      return BigInt(lastMs - firstMs);
    },
  };
}
