import { all, defineChart } from './engine.ts';

type OrderEvent = {
  type: string;
  order: string;
  openHolds: readonly string[]; // holds on this order or on anything in it
  openRuns: number; // at all lines of this edge
};

const note = { actions: 'note' } as const;

/** What may happen to an order once it is released and until it is closed. */
const work = {
  PhaseStarted: note,
  QuantityReported: note,
  PhaseEnded: note,
  OperationPaused: note,
  OperationResumed: note,
  OperationCompleted: note,
  MaterialConsumed: note,
  LotProduced: note,
};
const close = { target: 'closed', guard: all('noHoldOpen', 'noRunOpen') };

/** The life of a production order at an edge: unknown → released → started → closed. */
export const order = defineChart<OrderEvent>({
  id: 'order',
  version: 2,
  initial: 'unknown',
  rules: {
    noHoldOpen: {
      holds: ({ openHolds }) => openHolds.length === 0,
      why: ({ order, openHolds }) => `order ${order} has open holds: ${openHolds.join(', ')}`,
    },
    noRunOpen: {
      holds: ({ openRuns }) => openRuns === 0,
      why: ({ order, openRuns }) => `order ${order} has ${openRuns} open runs`,
    },
  },
  states: {
    unknown: { on: { OrderReleased: { target: 'released' } } },
    released: { on: { OperationStarted: { target: 'started' }, OrderClosed: close } },
    started: { on: { ...work, OperationStarted: note, OrderClosed: close } },
    closed: {},
  },
});
