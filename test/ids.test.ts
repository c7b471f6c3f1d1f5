// Goal: the ids of a store's facts rise from one program to the next, whatever the clock says: a
// history that is fetched is put in order by them (T1). Method: a box that is started again.
import { expect, test } from 'vitest';
import { openFleet } from './helpers/fleet.ts';
import { m01, shop } from './helpers/shop.ts';

test('T1: event ids go on above those of the store, though the clock was set back', async () => {
  const fleet = openFleet();
  const early = fleet.box('a', fleet.lines, 3_600_000);
  await early.ask(shop.release());
  await early.kept(m01);
  const released = early.recent(m01).at(-1)!;
  await early.stop();
  const late = fleet.box('a');
  await late.ask(shop.start());
  await late.ask(shop.phase('R1'));
  const later = late.recent(m01).filter(({ type }) => type !== released.type);
  expect(later.map(({ type }) => type)).toContain('OperationStarted');
  expect(later.every(({ eventId }) => eventId > released.eventId)).toBe(true);
});
