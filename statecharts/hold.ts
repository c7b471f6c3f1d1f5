import { quantityText } from '../shared/quantity.ts';
import { all, defineChart } from './engine.ts';

type HoldEvent = {
  type: string;
  hold: string;
  measured: boolean; // placed with a quantity, which dispositions use up
  sameUnit: boolean;
  decided: bigint; // millionths that this disposition decides
  remaining: bigint; // millionths that no disposition has decided yet
};

/**
 * The life of a quality hold: unknown → open → settled or released.
 *
 * Dispositions may come in parts; the one that decides the last of the quantity settles the hold.
 */
export const hold = defineChart<HoldEvent>({
  id: 'hold',
  version: 2,
  initial: 'unknown',
  rules: {
    measured: {
      holds: ({ measured }) => measured,
      why: ({ hold }) => `hold ${hold} has no quantity: release it instead`,
    },
    sameUnit: {
      holds: ({ sameUnit }) => sameUnit,
      why: ({ hold }) => `hold ${hold} is measured in another unit`,
    },
    withinHold: {
      holds: ({ decided, remaining }) => decided <= remaining,
      why: ({ hold, remaining }) => `hold ${hold} has only ${quantityText(remaining)} undecided`,
    },
    decidesAll: { holds: ({ decided, remaining }) => decided === remaining, why: () => '' },
  },
  states: {
    unknown: { on: { HoldPlaced: { target: 'open' } } },
    open: {
      on: {
        HoldDispositioned: [
          { guard: all('measured', 'sameUnit', 'withinHold', 'decidesAll'), target: 'settled' },
          { guard: all('measured', 'sameUnit', 'withinHold'), actions: 'note' },
        ],
        HoldReleased: { target: 'released' },
      },
    },
    settled: {},
    released: {},
  },
});
