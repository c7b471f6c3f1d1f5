// Goal: what a state would have to say of orders that stay open is bounded; nothing is lost by it.
// Method: a store that lives through days of work, with more open reports than one state may say.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openReportsMax } from '../edge/store/retention.ts';
import { testFolder } from './helpers/folder.ts';
import { openPlateau } from './helpers/plateau.ts';
import { shop } from './helpers/shop.ts';

test('orders that are open for too long keep their facts: no state could say all of them', () => {
  const box = openPlateau(join(testFolder(), 'edge.sqlite'));
  const { openReports } = box.book;
  box.book.openReports = () => openReportsMax + 1;
  for (let day = 1; day <= 6; day++) box.day(`WO-${day}`);
  expect(box.retention.status().forgotten).toBe(0);
  box.book.openReports = openReports;
  box.day('WO-7');
  expect(box.retention.status().forgotten).toBeGreaterThan(2_000);
  box.day('open', 1_100);
  expect(box.book.openReports(Number.MAX_SAFE_INTEGER)).toBe(0); // it was closed
  box.work('more', 10);
  box.ask(shop.release({}, 'WO-99'));
  for (const asked of [
    shop.start({ order: 'WO-99' }),
    shop.phase('R-99', { lane: 2 }, { order: 'WO-99' }),
  ])
    box.ask(asked);
  for (let piece = 0; piece < 5; piece++) box.ask(shop.report('R-99', {}, { order: 'WO-99' }));
  expect(box.book.openReports(Number.MAX_SAFE_INTEGER)).toBe(5);
  box.close();
});
