// T3: production day and shift are written into the fact when it is stated, and not derived again.
import { expect, test } from 'vitest';
import { openBook } from '../edge/line/book.ts';
import { openRoster } from '../edge/line/roster.ts';
import { migrations } from '../edge/store/schema.ts';
import { openStore } from '../edge/store/store.ts';
import { openCalendar, readCalendar } from '../shared/calendar.ts';
import { decodeContent } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import { openDatabase } from '../shared/database.ts';
import { eventIds, systemRandom } from '../shared/identity.ts';
import { m01, shop } from './helpers/shop.ts';

const shifts = [{ shift: 'night', start: '22:00', end: '06:00' }];

test('T3: a report belongs to the day and shift of its own instant, also after a restart', () => {
  const given = { timeZone: 'Europe/Paris', dayStart: '06:00', shifts };
  const paris = openCalendar(readCalendar(given, 'calendar'));
  const store = openStore(openDatabase(':memory:', migrations));
  const nowMs = () => 0;
  const parts = { store, nowMs, eventId: eventIds(nowMs, systemRandom), stated: () => {} };
  const lines = [{ line: m01, lanes: 1 }];
  const roster = openRoster(lines, { ...parts, calendar: paris, book: openBook() });
  const at = (local: string, about: object = {}) => ({
    ...{ ...about, atMs: paris.instantOf(local, 'at').atMs },
  });
  store.commit(() => {
    const actor = roster.actor(m01);
    for (const given of [
      shop.release({}, 'WO-1', at('2026-03-28T22:00')),
      shop.start(at('2026-03-29T05:59:59.999')),
      shop.phase('R1', {}, at('2026-03-29T06:00')),
      shop.report('R1', {}, at('2026-03-29T23:00', { shift: 'weekend' })),
      shop.end('R1', at('2026-03-30T05:59')),
      shop.phase('R2', {}, at('2026-03-30T22:00')),
      shop.report('R2', {}, at('2026-03-31T06:00')),
      shop.end('R2', at('2026-03-31T07:00')),
    ]) {
      expect(actor.decide(readCommand(given)).status).toBe('accepted');
    }
  });
  const places = () =>
    [...store.history()].map(({ bytes }) => {
      const { productionDay, shift = 'none' } = decodeContent(bytes);
      return `${productionDay} ${shift}`;
    });
  const should = [
    ...['2026-03-28 night', '2026-03-28 night', '2026-03-29 none', '2026-03-29 weekend'],
    ...['2026-03-29 night', '2026-03-30 night', '2026-03-31 none', '2026-03-31 none'],
  ];
  expect(places()).toEqual(should);
  const again = openRoster(lines, { ...parts, book: openBook() });
  expect(again.actor(m01).failure()).toBeUndefined();
  expect(places()).toEqual(should);
});
