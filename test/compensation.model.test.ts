// Goal: whatever is reversed, restored, corrected and held, and however facts and documents cross,
// the books end net as the floor says; nothing is posted twice or taken back twice; what is held is
// never available.
// Method: stories made up from seeds, each on one of its ways, against an ERP that keeps stock and
// loses answers. Small ones go every way that there is in gate.model.
import { expect, test } from 'vitest';
import { seeds } from './helpers/random.ts';
import { inspectedOf } from './helpers/stories.ts';
import { undoingsOf } from './helpers/undoings.ts';
import { wander } from './helpers/wander.ts';

test.each(seeds(300))('the net books are the floor, whatever crosses (SEED=%i)', (seed) => {
  wander(undoingsOf(seed), seed + 1);
});

test.each(seeds(150))('the same where lots are inspected and decided (SEED=%i)', (seed) => {
  wander(inspectedOf(seed + 2, undoingsOf(seed)), seed + 1);
});

test('the stories have everything in them', () => {
  const paths = Array.from({ length: 120 }, (_, seed) => wander(undoingsOf(seed), seed + 7)).flat();
  for (const word of [
    ...['post cancelConfirmation', 'post cancelIssue', 'post cancelReceipt', 'post blockStock'],
    ...['lose the answer of cancelReceipt', 'look up cancelIssue', 'give up cancelReceipt'],
    ...['try again cancelReceipt', 'drop cancelConfirmation'],
  ]) {
    expect(paths.filter((name) => name.startsWith(word)).length, word).toBeGreaterThan(0);
  }
});
