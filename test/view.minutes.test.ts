// Goal: the minutes of today are told, however much was told today of days before.
// Method: more old minutes than a line keeps, and then one report of now.
import { expect, test } from 'vitest';
import { openBox } from './helpers/box.ts';
import { openScreen } from './helpers/screen.ts';
import { m01, shop } from './helpers/shop.ts';

const hourMs = 3_600_000;

test('thousands of old reports that were told today drive nothing of today out', () => {
  const box = openBox(':memory:', [{ line: m01, lanes: 1 }]);
  const screen = openScreen(box);
  const { nowMs } = box.time;
  const oldMs = nowMs - 30 * 24 * hourMs;
  box.decide(shop.release({ quantity: '1000000' }));
  box.decide(shop.start({ atMs: oldMs }));
  box.decide(shop.phase('R1', {}, { atMs: oldMs }));
  for (let minute = 0; minute < 4_100; minute++) {
    box.decide(shop.report('R1', { good: '1' }, { atMs: oldMs + minute * 60_000 }));
  }
  box.decide(shop.report('R1', { good: '7' }, { atMs: nowMs }));
  box.time.nowMs += 60_000;
  screen.changed.ring();
  expect(screen.read().figures.good).toBe('7');
  box.roster.rebuild();
  screen.changed.ring();
  expect(screen.read().figures.good).toBe('7');
});
