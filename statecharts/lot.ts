import { all, defineChart } from './engine.ts';

type LotEvent = {
  type: string;
  lot: string;
  sameMaterial: boolean; // of the same material and unit as before, or first seen
  inspect: boolean; // must be released by quality before it is used from now on
  released: boolean; // quality has released it, or it need not be
  otherHolds: number; // holds on this lot that stay open after this fact
  usesUp: boolean; // nothing of it is left after this fact
  holds: readonly string[]; // open holds on it
  enough: boolean; // there is as much of it as is split off or merged, as far as we know
  stated: boolean; // before today's charts, which forbid more: taken as it was
  cycle: boolean; // a lot would come from itself
};

const note = { actions: 'note' } as const;
const same = all('sameMaterial');
const restrict = { HoldPlaced: { target: 'restricted' } };
const open = ['sameMaterial', 'notHeld', 'noCycle'];
const part = ['sameMaterial', 'enough', 'noCycle'];
const split = [
  { target: 'closed', guard: all(...part, 'usesUp') },
  { guard: all(...part), ...note },
];
const give = [
  { target: 'closed', guard: all('notHeld', ...part, 'usesUp') },
  { guard: all('notHeld', ...part), ...note },
];
const consume = [
  { target: 'closed', guard: all('sameMaterial', 'notHeld', 'usesUp') },
  { guard: all('sameMaterial', 'notHeld'), ...note },
];
/** Made by the first fact about it: by production, from a split, from a merge, or bought. */
const first = {
  LotProduced: [
    { target: 'inProcess', guard: all('inspected') },
    { target: 'unrestricted', guard: same },
  ],
  MaterialConsumed: { target: 'unrestricted' },
  LotReceived: [
    { target: 'inProcess', guard: all('inspected', 'noCycle') },
    { target: 'unrestricted', guard: all('noCycle') },
  ],
  ...restrict,
};
const endOfHold = [
  { target: 'closed', guard: all('lastHold', 'usesUp') },
  { target: 'unrestricted', guard: all('lastHold', 'free') },
  { target: 'inProcess', guard: all('lastHold') },
  { guard: all('anotherHold'), ...note },
];
const add = {
  LotProduced: { guard: same, ...note },
  MaterialReturned: { guard: same, ...note },
  LotReceived: { guard: all(...open), ...note },
};
/** Used up, and there again: it waits for quality if it did before. */
const back = [
  { target: 'inProcess', guard: all('sameMaterial', 'inspected') },
  { target: 'unrestricted', guard: same },
];
/** What quality has not released makes the whole lot wait for it. */
const mix = {
  LotProduced: [
    { target: 'inProcess', guard: all('sameMaterial', 'inspected') },
    { guard: same, ...note },
  ],
  LotReceived: [{ target: 'inProcess', guard: all(...open, 'inspected') }, add.LotReceived],
};

/**
 * The disposition of a lot (ISA-95 MaterialLot.Disposition): in process until quality releases it,
 * restricted while at least one hold on it is open, closed when nothing of it is left. `planned` is
 * every lot of which nothing was stated yet. `LotReceived` is a split's child or a merge's result,
 * `LotGiven` a lot that is merged into another.
 */
export const lot = defineChart<LotEvent>({
  id: 'lot',
  version: 3,
  initial: 'planned',
  rules: {
    sameMaterial: {
      holds: ({ sameMaterial }) => sameMaterial,
      why: ({ lot }) => `lot ${lot} is of another material or unit`,
    },
    inspected: { holds: ({ inspect }) => inspect, why: () => '' },
    free: { holds: ({ released }) => released, why: () => '' },
    usable: {
      holds: ({ released, stated }) => released || stated,
      why: ({ lot }) => `lot ${lot} is not released by quality`,
    },
    notHeld: {
      holds: ({ holds }) => holds.length === 0,
      why: ({ holds }) => `the lot is held by ${holds.join(', ')}`,
    },
    enough: {
      holds: ({ enough }) => enough,
      why: ({ lot }) => `lot ${lot} has not that much`,
    },
    stated: {
      holds: ({ stated }) => stated,
      why: ({ holds }) => `the lot is held by ${holds.join(', ')}`,
    },
    noCycle: {
      holds: ({ cycle }) => !cycle,
      why: ({ lot }) => `lot ${lot} would come from itself`,
    },
    usesUp: { holds: ({ usesUp }) => usesUp, why: () => '' },
    lastHold: { holds: ({ otherHolds }) => otherHolds === 0, why: () => '' },
    anotherHold: { holds: ({ otherHolds }) => otherHolds > 0, why: () => '' },
  },
  states: {
    planned: { on: first },
    inProcess: {
      on: { ...add, ...restrict, LotReleased: { target: 'unrestricted' }, LotSplit: split },
    },
    restricted: {
      on: {
        ...{ LotProduced: { guard: same, ...note }, MaterialReturned: { guard: same, ...note } },
        ...{ HoldPlaced: note, LotSplit: split },
        MaterialConsumed: { guard: all('sameMaterial', 'stated'), ...note },
        HoldReduced: endOfHold,
        HoldDispositioned: endOfHold,
        HoldReleased: endOfHold,
        HoldCancelled: endOfHold,
      },
    },
    unrestricted: {
      on: {
        ...{ ...add, ...mix, ...restrict, MaterialConsumed: consume },
        ...{ LotSplit: split, LotGiven: give },
      },
    },
    closed: {
      on: {
        ...{ LotProduced: back, MaterialReturned: back },
        MaterialConsumed: { guard: all('sameMaterial', 'notHeld', 'usable'), ...note },
        ...restrict,
      },
    },
  },
});
