// Goal: the shop that ships with the project and the charts agree about every single command.
// Method: the generator counts for itself what must come of it; the edge's book must say the same.
import { expect, test } from 'vitest';
import { generateShop } from '../cli/shop.ts';
import { openBook } from '../edge/line/book.ts';
import { openRoster } from '../edge/line/roster.ts';
import { migrations } from '../edge/store/schema.ts';
import { openStore } from '../edge/store/store.ts';
import { readCommand } from '../shared/command.ts';
import { openDatabase } from '../shared/database.ts';
import { eventIds, systemRandom } from '../shared/identity.ts';
import { quantityText } from '../shared/quantity.ts';
import type { Tally } from '../statecharts/tally.ts';

const shown = (tally: Tally) =>
  Object.fromEntries(
    Object.entries(tally).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? quantityText(value) : value,
    ]),
  );

test.each([1, 2, 3])('every command of shop %i is answered as the shop says', (seed) => {
  const shop = generateShop({ seed, orders: 60 });
  const store = openStore(openDatabase(':memory:', migrations));
  const book = openBook();
  const nowMs = () => 0;
  const parts = { store, book, nowMs, eventId: eventIds(nowMs, systemRandom), stated: () => {} };
  const lines = shop.lines.map((line) => ({ line, lanes: shop.lanes[line]! }));
  const roster = openRoster(lines, parts);
  const surprises: unknown[] = [];
  store.commit(() => {
    for (const { command: given, expectRefused = false } of shop.commands) {
      const command = readCommand(given);
      const answer = roster.actor(command.line).decide(command);
      if ((answer.status === 'refused') !== expectRefused) surprises.push({ given, answer });
    }
  });
  expect(surprises.slice(0, 3)).toEqual([]);

  const expected = shop.expected();
  for (const [
    order,
    { operations, state, openHolds, unit, ordered, produced: _, ...total },
  ] of Object.entries(expected.orders)) {
    expect({ order, ...shown(book.tally('order', order)) }).toMatchObject({ order, ...total });
    expect(book.look('order', order)).toMatchObject({ state, unit });
    expect(quantityText(book.look('order', order)!.quantity)).toBe(ordered);
    expect(book.look('held', `in\n${order}`)?.length ?? 0).toBe(openHolds);
    for (const [operation, sum] of Object.entries(operations)) {
      expect(shown(book.tally('operation', order, operation))).toMatchObject(sum);
    }
  }
  for (const [line, { peakRuns: _runs, peakOrders: _orders, ...total }] of Object.entries(
    expected.lines,
  )) {
    expect({ line, ...shown(book.tally('line', line)) }).toMatchObject({ line, ...total });
  }
});
