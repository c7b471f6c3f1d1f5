// Goal: a restored backup ends in one history of its lines: nothing counts twice, nothing is lost,
// and what the true history has no place for goes to a person (D7, S4).
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { carriedBy } from '../edge/store/carry.ts';
import { openReplica } from '../shared/replica.ts';
import { contentsOf } from './helpers/box.ts';
import { waitFor } from './helpers/plantnet.ts';
import { all, backedUp, bothKept, good, on2, op, report } from './helpers/restored.ts';
import { m01, m02, shop } from './helpers/shop.ts';

test('D7: a restored backup fetches what it has forgotten, and begins a new epoch', async () => {
  const { fleet, box, counted } = await backedUp();
  for (const made of ['2', '4']) await box.ask(report(made));
  await box.ask(shop.release({}, 'WO-2'));
  await bothKept(box);
  await box.stop();
  const restored = fleet.box('backup');
  await waitFor(() => restored.status(m02).epoch === 2 && restored.status(m01).epoch === 2, 9_000);
  await bothKept(restored);
  await restored.ask(report('8'));
  await bothKept(restored);
  expect(good(restored)).toBe(15n);
  expect(counted()).toBe(15n);
  expect(all(restored)).toEqual([
    ...['1 1/1 OrderReleased', '1 1/2 OrderReleased', '1 2/1 EpochBegan'],
    ...['2 1/1 OperationStarted', '2 1/2 PhaseStarted'],
    ...[3, 4, 5].map((sequence) => `2 1/${sequence} QuantityReported`),
    ...['2 2/1 EpochBegan', '2 2/2 QuantityReported'],
  ]);
  expect(restored.recent(m01).at(-1)).toMatchObject({
    body: { epoch: 2, previous: 1, endedAt: 2, reason: 'behind' },
  });
  expect(fleet.ledger.parkedCount()).toBe(0);
});

test('S4: a restored backup that has worked since keeps its facts, in the new epoch', async () => {
  const { fleet, box, counted } = await backedUp();
  await box.ask(report('2'));
  await bothKept(box);
  await box.stop();
  const restored = fleet.box('backup');
  restored.link.cut = true;
  const late = report('4');
  const [answer] = [await restored.ask(late)];
  await restored.ask(shop.release({}, 'WO-3'));
  await restored.ask(shop.start({ order: 'WO-3', operation: '0010', ...on2 }));
  restored.link.cut = false;
  await waitFor(() => restored.status(m02).epoch === 2, 9_000);
  await bothKept(restored);
  expect(good(restored)).toBe(7n);
  expect(counted()).toBe(7n);
  expect(all(restored)).toEqual([
    ...['1 1/1 OrderReleased', '1 1/2 OrderReleased'],
    ...['2 1/1 OperationStarted', '2 1/2 PhaseStarted'],
    ...['2 1/3 QuantityReported', '2 1/4 QuantityReported', '2 2/1 EpochBegan'],
    ...['2 2/2 QuantityReported', '2 2/3 OperationStarted'],
  ]);
  const again = await restored.ask(late);
  expect(again).toMatchObject({ status: 'accepted', facts: [{ epoch: 2, sequence: 2 }] });
  expect(again).toMatchObject({
    facts: [{ eventId: 'facts' in answer! ? answer.facts[0]!.eventId : '' }],
  });
  const before = contentsOf(restored);
  await restored.stop();
  const reopened = fleet.box('backup');
  expect([m01, m02].map((line) => reopened.status(line).failure)).toEqual([null, null]);
  expect(contentsOf(reopened)).toEqual(before);
});

test('what another line has gone on from comes behind what it was built on', async () => {
  const { fleet, box } = await backedUp();
  await box.ask(report('2'));
  await bothKept(box);
  await box.stop();
  const restored = fleet.box('backup');
  restored.link.cut = true;
  await restored.ask(shop.release({}, 'WO-3', on2));
  await restored.ask(shop.start({ order: 'WO-3', operation: '0010', line: m01 }));
  await restored.ask(shop.phase('R9', {}, { order: 'WO-3', operation: '0010', line: m01 }));
  restored.link.cut = false;
  await waitFor(() => restored.status(m02).epoch === 2, 9_000);
  await bothKept(restored);
  expect(all(restored)).toEqual([
    ...['1 1/1 OrderReleased', '1 1/2 OperationStarted', '1 1/3 PhaseStarted'],
    ...['2 1/1 OperationStarted', '2 1/2 PhaseStarted'],
    ...['2 1/3 QuantityReported', '2 1/4 QuantityReported'],
    ...['2 2/1 EpochBegan', '2 2/2 OrderReleased'],
  ]);
  expect([m01, m02].map((line) => restored.status(line).failure)).toEqual([null, null]);
  expect(restored.book.look('order', 'WO-3')).toMatchObject({ state: 'started' });
});

test('a backup of older charts is restored under the charts of today', async () => {
  const { fleet, box, counted } = await backedUp();
  box.store.snapshots.begin('lot 0');
  box.copy('older');
  await box.ask(report('2'));
  await bothKept(box);
  await box.crash();
  const restored = fleet.box('older');
  expect(restored.recent(m02).at(-1)!.type).toBe('ChartsMigrated');
  await waitFor(() => restored.status(m02).epoch === 2, 9_000);
  await bothKept(restored);
  expect([good(restored), counted()]).toEqual([3n, 3n]);
  expect(carriedBy(restored.store)).toBeUndefined();
  await restored.stop();
  const again = fleet.box('older');
  expect([m01, m02].map((line) => again.status(line).failure)).toEqual([null, null]);
});

test('an own fact that the true history has no place for goes to a person, once', async () => {
  const { fleet, box, counted } = await backedUp();
  await box.ask(shop.end('R1', { ...op, ...on2 }));
  await bothKept(box);
  await box.stop();
  const restored = fleet.box('backup');
  restored.link.cut = true;
  await restored.ask(report('4'));
  restored.link.cut = false;
  await waitFor(() => restored.status(m02).epoch === 2, 9_000);
  await bothKept(restored);
  await waitFor(() => fleet.ledger.parkedCount() === 1, 9_000);
  expect(fleet.ledger.parked(9)).toMatchObject([
    { line: m02, epoch: 1, sequence: 4, reason: expect.stringContaining('stray') },
  ]);
  expect([good(restored), counted()]).toEqual([1n, 1n]);
  expect(restored.status(m02).failure).toBeNull();
  await restored.stop();
  await fleet.box('backup').kept(m02);
  expect(fleet.ledger.parkedCount()).toBe(1);
});

test('a command accepted before the restore is not counted again when asked again', async () => {
  const { fleet, box, counted } = await backedUp();
  const twice = report('2');
  await box.ask(twice);
  await bothKept(box);
  await box.stop();
  const restored = fleet.box('backup');
  restored.link.cut = true;
  await restored.ask(twice);
  restored.link.cut = false;
  await waitFor(() => restored.status(m02).epoch === 2, 9_000);
  await bothKept(restored);
  await waitFor(() => fleet.ledger.parkedCount() === 1, 9_000);
  expect([good(restored), counted()]).toEqual([3n, 3n]);
});

test('S4: a line of which nothing is left comes before what others have built on it', async () => {
  const { fleet, box } = await backedUp();
  box.copy('salvaged');
  await box.stop();
  const db = openReplica(join(dirname(box.db.name), 'salvaged.sqlite'));
  const guards = db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck();
  for (const name of guards.all()) db.exec(`DROP TRIGGER ${name}`);
  db.exec('UPDATE line SET sent = 0, kept = 0');
  db.exec(`DELETE FROM event WHERE line = (SELECT id FROM line WHERE path = '${m01}')`);
  db.exec('DELETE FROM enrolment; DELETE FROM snapshot');
  db.close();
  for (const line of [m01, m02]) fleet.registry.permit(line, 'person:17');
  const again = fleet.box('salvaged');
  await waitFor(() => [m01, m02].every((line) => again.status(line).epoch === 2), 9_000);
  await bothKept(again);
  expect([m01, m02].map((line) => again.status(line).failure)).toEqual([null, null]);
  expect(all(again)).toEqual([
    ...['1 1/1 OrderReleased', '1 2/1 EpochBegan', '1 2/2 SoftwareChanged'],
    ...['2 1/1 OperationStarted', '2 1/2 PhaseStarted', '2 1/3 QuantityReported'],
    '2 2/1 EpochBegan',
  ]);
});
