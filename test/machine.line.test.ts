// Goal: a line's page is told of its own machines alone.
// Method: a press that says what a test wants.
import { expect, test } from 'vitest';
import { readMachine } from '../edge/machine/report.ts';
import { openMachineBox } from './helpers/machinebox.ts';
import { m01, m02 } from './helpers/shop.ts';

test('a line is told of its own machine, with the pieces that wait for a person', () => {
  const box = openMachineBox();
  box.live();
  box.say('mode', 1n);
  box.say('counter good', 100n);
  box.pass(3_000);
  box.say('counter good', 103n);
  box.pass(3_000);
  const told = readMachine(box.machines, box.book, m01);
  expect(told).toMatchObject({
    ...{ line: m01, link: 'live' },
    unattributed: [{ line: m01, pieces: '3', kind: 'good', why: 'noRun' }],
  });
  expect(readMachine(box.machines, box.book, m02)).toBe(null);
});
