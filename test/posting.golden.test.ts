// Goal: the life of a posting is known by heart. Method: written twice, once for the machine and
// once here for the reader, with every state and every event; absent means refused.
import { expect, test } from 'vitest';
import { type PostingEvent, posting, postingStates } from '../statecharts/posting.ts';

const names: readonly PostingEvent[] = [
  ...(['Send', 'Posted', 'Refused', 'Busy', 'Queue', 'Unsure', 'Absent'] as const),
  ...(['Hold', 'Defer', 'Void', 'Park', 'Retry', 'Settle', 'GiveUp', 'Lost'] as const),
];

const weighed = {
  Send: 'sending',
  Hold: 'held',
  Defer: 'deferred',
  Void: 'void',
  Park: 'parked',
};
const golden: Record<string, Record<string, string>> = {
  intended: weighed,
  sending: {
    Posted: 'posted',
    Refused: 'parked',
    Busy: 'intended',
    Queue: 'queued',
    Unsure: 'unknown',
    Park: 'parked',
  },
  unknown: {
    ...{ Posted: 'posted', Absent: 'intended', Queue: 'queued', Unsure: 'unknown' },
    Park: 'parked',
  },
  queued: { Posted: 'posted', Queue: 'queued', Park: 'parked' },
  held: weighed,
  deferred: weighed,
  parked: { Retry: 'unknown', Settle: 'posted', GiveUp: 'void' },
  posted: { Lost: 'unknown' },
  void: {},
};

test('begins as intended, and has these states', () => {
  expect(posting.initial).toBe('intended');
  expect(posting.states.toSorted()).toEqual(Object.keys(golden).toSorted());
  expect(postingStates.toSorted()).toEqual(Object.keys(golden).toSorted());
});

test.each(Object.entries(golden))('%s goes where the table says, and nowhere else', (state, to) => {
  const goes = names.flatMap((type): [string, string][] =>
    posting.can(state, { type }) ? [[type, posting.step(state, { type }, 'posting k')]] : [],
  );
  expect(Object.fromEntries(goes)).toEqual(to);
  for (const type of names.filter((name) => !(name in to))) {
    expect(() => posting.step(state, { type }, 'posting k')).toThrow(
      `posting k is ${state}: no ${type}`,
    );
  }
});

test('what may have been executed is sent again only after a look-up that found nothing', () => {
  const ways = Object.entries(golden['unknown']!).filter(([, to]) => to === 'intended');
  expect(ways).toEqual([['Absent', 'intended']]);
  expect(golden['unknown']).not.toHaveProperty('Send');
});

test('but for unsent ones, only a look-up that found nothing leads to sending again', () => {
  const reached = new Set(['unknown', 'queued', 'parked']);
  for (const state of reached) {
    for (const [type, to] of Object.entries(golden[state]!)) {
      if (type !== 'Absent') reached.add(to);
    }
  }
  expect([...reached].sort()).toEqual(['parked', 'posted', 'queued', 'unknown', 'void']);
});
