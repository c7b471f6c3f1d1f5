// Goal: `traceparent` is read and written as W3C's Trace Context says, and every program finds the
// same ids for the same fact.
// Method: the standard's own examples, and what it calls invalid.
import { expect, test } from 'vitest';
import {
  inTrace,
  isSampled,
  readTraceparent,
  spanIdOf,
  traceHeaders,
  traceIdOf,
  traceparentOf,
} from '../shared/traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const place = { traceId, spanId };

test.each([
  `00-${traceId}-${spanId}-01`,
  `00-${traceId}-${spanId}-00`,
  `cc-${traceId}-${spanId}-01-what-the-future-will-be-like`,
  `cc-${traceId}-${spanId}-01`,
])('%s is read', (text) => {
  expect(readTraceparent(text)).toEqual(place);
});

test.each([
  undefined,
  '',
  `ff-${traceId}-${spanId}-01`,
  `00-${traceId}-${spanId}-01-more`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-1`,
  `00-${traceId}0-${spanId}-01`,
  `00-${traceId}-${spanId}-01\n`,
  `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`, // the header twice
])('%j is as good as none', (text) => {
  expect(readTraceparent(text)).toBeUndefined();
});

test('what is written is read again, and says whether it is told of', () => {
  expect(readTraceparent(traceparentOf(place, true))).toEqual(place);
  expect(traceparentOf(place, true)).toBe(`00-${traceId}-${spanId}-01`);
  expect(traceparentOf(place, false)).toBe(`00-${traceId}-${spanId}-00`);
});

test('a trace is its correlation: its own digits, or its hash, the same for ever', () => {
  expect(traceIdOf(traceId)).toBe(traceId);
  expect(traceIdOf('01890a5d-ac96-774b-bcce-b302099a8057')).toBe(
    '01890a5dac96774bbcceb302099a8057',
  );
  expect(traceIdOf('WO-1')).toBe('97b8f25a32d0f9459c393bbb867eff60');
  expect(traceIdOf('0'.repeat(32))).not.toMatch(/^0+$/);
  expect(spanIdOf('send', 'a')).toMatch(/^[0-9a-f]{16}$/);
  expect(spanIdOf('send', 'a')).not.toBe(spanIdOf('take', 'a'));
});

test('of a share of traces as many are told, the same ones everywhere', () => {
  const ids = Array.from({ length: 2_000 }, (_, n) => traceIdOf(`order ${n}`));
  const share = (ratio: number) => ids.filter((id) => isSampled(id, ratio));
  expect([share(0).length, share(1).length]).toEqual([0, ids.length]);
  const tenth = share(0.1);
  expect(tenth.length).toBeGreaterThan(140);
  expect(tenth.length).toBeLessThan(260);
  expect(share(0.5)).toEqual(expect.arrayContaining(tenth)); // who tells more tells these too
});

test('a request carries the place of the work that makes it, and of no other', async () => {
  const seen = (name: string) =>
    inTrace(name, async () => {
      await new Promise(setImmediate);
      return traceHeaders();
    });
  expect(await Promise.all([seen('a'), seen('b')])).toEqual([
    { traceparent: 'a' },
    { traceparent: 'b' },
  ]);
  expect(traceHeaders()).toEqual({});
});
