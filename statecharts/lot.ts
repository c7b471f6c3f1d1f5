import { all, defineChart } from './engine.ts';

type LotEvent = {
  type: string;
  lot: string;
  sameMaterial: boolean; // of the same material and unit as before, or first seen
  otherHolds: number; // holds on this lot that stay open after this fact
};

const consume = { guard: all('sameMaterial'), actions: 'note' } as const;
const endOfHold = [
  { guard: all('lastHold'), target: 'available' },
  { guard: all('anotherHold'), actions: 'note' as const },
];

/**
 * The life of a lot at an edge: unknown (made elsewhere) or available, and restricted while at
 * least one hold on it is open. A restricted lot is not consumed.
 */
export const lot = defineChart<LotEvent>({
  id: 'lot',
  version: 2,
  initial: 'unknown',
  rules: {
    sameMaterial: {
      holds: ({ sameMaterial }) => sameMaterial,
      why: ({ lot }) => `lot ${lot} is of another material or unit`,
    },
    lastHold: { holds: ({ otherHolds }) => otherHolds === 0, why: () => '' },
    anotherHold: { holds: ({ otherHolds }) => otherHolds > 0, why: () => '' },
  },
  states: {
    unknown: {
      on: {
        LotProduced: { target: 'available' },
        MaterialConsumed: { target: 'available' },
        HoldPlaced: { target: 'restricted' },
      },
    },
    available: {
      on: { LotProduced: consume, MaterialConsumed: consume, HoldPlaced: { target: 'restricted' } },
    },
    restricted: {
      on: {
        LotProduced: consume,
        HoldPlaced: { actions: 'note' },
        HoldDispositioned: endOfHold,
        HoldReleased: endOfHold,
      },
    },
  },
});
