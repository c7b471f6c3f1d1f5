import { expect, test } from 'vitest';
import { inOrder } from '../edge/positions.ts';

test('S4: a place that cannot be right is behind the fact before, and each is there once', () => {
  const places = [
    [2, 900, 5, 8],
    [1, 4, 6, 6],
  ];
  const rows = places.map((own, line) => own.map((position, at) => ({ line, position, at })));
  const order = inOrder(rows).map(({ line, at, position }) => `${position}: ${line} ${at}`);
  expect(order).toEqual([
    ...['1: 1 0', '2: 0 0', '3: 0 1', '4: 1 1', '5: 0 2', '6: 1 2', '7: 1 3', '8: 0 3'],
  ]);
});
