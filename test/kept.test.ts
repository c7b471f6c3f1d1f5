import { expect, test } from 'vitest';
import { decodeKept, decodeRefill, encodeKept } from '../shared/kept.ts';

const kept = { epoch: 1, sequence: 7, hash: 'ab'.repeat(32), settled: 5, waiting: [3, 4] };
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test("central's word comes back as it was said", () => {
  expect(decodeKept(Buffer.from(encodeKept(kept)))).toEqual(kept);
});

const refused: [object | null, string][] = [
  [null, 'kept: must be an object'],
  [{ ...kept, epoch: 0 }, 'kept.epoch: must be a whole number from 1'],
  [{ ...kept, sequence: '7' }, 'kept.sequence: must be a whole number from 0'],
  [{ ...kept, hash: 'a'.repeat(65) }, 'kept.hash: must be 1 to 64 characters'],
  [{ ...kept, waiting: Array(101).fill(1) }, 'kept.waiting: must be a list of at most 100'],
];
test.each(refused)('%j is refused by name', (given, message) => {
  expect(() => decodeKept(bytes(given))).toThrow(message);
});

test('what is not JSON is refused', () => {
  expect(() => decodeKept(Buffer.from('{'))).toThrow('kept: is not JSON');
  expect(() => decodeRefill(Buffer.from('{'))).toThrow('refill: is not JSON');
});

test('a refill names its facts', () => {
  expect(decodeRefill(bytes({ epoch: 1, from: 3, to: 9 }))).toEqual({ epoch: 1, from: 3, to: 9 });
  expect(() => decodeRefill(bytes({ epoch: 1, from: 0 }))).toThrow(
    /refill\.from: must be .* from 1 .*; refill\.to: must be a whole number/,
  );
});
