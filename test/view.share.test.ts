// Goal: many pages of one edge cost little more than one, and none misses what came meanwhile.
import { expect, test } from 'vitest';
import { pushMinMs, shareText } from '../edge/view/stream.ts';
import { openBell } from '../shared/loop.ts';

test('what one page was told just now is told to the others, and then read anew', () => {
  const time = { ms: 0 };
  const bell = openBell();
  let reads = 0;
  const read = shareText(() => ({ reads: ++reads }), bell, { monotonicMs: () => time.ms });
  expect(read()).toEqual({ text: '{"reads":1}', rings: 0 });
  bell.ring();
  time.ms = pushMinMs / 2 - 1;
  // With the rings of then: whoever waits on them hears at once that something came since.
  expect(read()).toEqual({ text: '{"reads":1}', rings: 0 });
  time.ms = pushMinMs / 2;
  expect(read()).toEqual({ text: '{"reads":2}', rings: 1 });
  expect(reads).toBe(2);
});
