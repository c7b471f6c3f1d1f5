// Goal: what is there must be said, and what runs must be stopped, whatever is held. Method: the
// charts themselves, told that everything around is held.
import { expect, test } from 'vitest';
import { type Event, type Sheet, type SheetName, sheets } from './helpers/charts.ts';

const holds = { holds: ['H1', 'H2'] };
const never: [SheetName, string, string, object][] = [
  ['operation', 'active paused completed', 'QuantityReported, PhaseEnded', holds],
  ['operation', 'active paused completed', 'LotProduced', { ...holds, lotHolds: ['H1'] }],
  ['operation', 'active', 'OperationPaused', holds],
  ['lot', 'inProcess restricted unrestricted', 'LotProduced, MaterialReturned, LotSplit', holds],
  ['order', 'started completed closed', 'QuantityReported', { openHolds: ['H1'] }],
  ['batch', 'running', 'BatchCommanded pause, BatchCommanded hold', holds],
  ['batch', 'running paused held', 'BatchCommanded stop, BatchCommanded abort', holds],
  ['batch', 'running', 'BatchSettled', holds],
];
test.each(never)('no hold stops %s while %s: %s', (name, states, asked, change) => {
  const { chart, events }: Sheet = sheets[name];
  for (const state of states.split(' ')) {
    for (const one of asked.split(', ')) {
      expect(chart.can(state, { ...events[one], ...change } as Event)).toBe(true);
    }
  }
});
