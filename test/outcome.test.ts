// Goal: whoever reads the end of a failed run alone knows what failed, and of what. Method: errors
// as the runner has them.
import { expect, test } from 'vitest';
import { reasonOf } from './helpers/outcome.ts';

test('the message, the place and the difference are told, without colours', () => {
  const stacks = [
    { file: '/somewhere/test/a.test.ts', line: 7 },
    { file: '/somewhere/test/helpers/b.ts', line: 9 },
  ];
  const told = reasonOf([
    {
      message: 'expected 1 to be 2',
      diff: '\u001B[32m- 2\u001B[39m\n\u001B[31m+ 1\u001B[39m',
      stacks,
    },
    { message: 'no rest after 5 ms' },
  ]);
  expect(told.split('\n')).toEqual([
    'expected 1 to be 2',
    'at a.test.ts:7',
    '- 2',
    '+ 1',
    'no rest after 5 ms',
  ]);
});

test('a difference without end is cut off', () => {
  expect(reasonOf([{ message: 'x'.repeat(5_000) }])).toHaveLength(2_000);
});
