// Goal: a restored backup, a clone and an old disk end in one history of the line: nothing counts
// twice, nothing is lost, and every step may be cut off (D7, D8, S4).
import { expect, test } from 'vitest';
import { carriedBy } from '../edge/replay.ts';
import { contentsOf } from './helpers/box.ts';
import { type Member, openFleet } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const on2 = { line: m02 };
const op = { order: 'WO-1', operation: '0010' };
const bothKept = async (box: Member) => {
  await box.kept(m01);
  await box.kept(m02);
};
const report = (good: string) => shop.report('R1', { good }, { ...op, ...on2 });
const good = (box: Member) => box.book.tally('order', 'WO-1').good / 1_000_000n;
const all = (box: Member) =>
  [m01, m02].flatMap((line) =>
    box
      .recent(line)
      .map(({ epoch, sequence, type }) => `${line.at(-1)} ${epoch}/${sequence} ${type}`),
  );

/** A box that has released an order on M01 and works on it at M02; a backup of it is "backup". */
async function backedUp() {
  const fleet = openFleet();
  const box = fleet.box('a');
  await box.ask(shop.release());
  await box.ask(shop.start({ ...op, ...on2 }));
  await box.ask(shop.phase('R1', {}, { ...op, ...on2 }));
  await box.ask(report('1'));
  await bothKept(box);
  box.copy('backup');
  const sumOf = () => fleet.totals.all('order').find(([order]) => order === 'WO-1')?.[1].good;
  return { fleet, box, counted: () => (sumOf() ?? 0n) / 1_000_000n };
}

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

test('S4: a restored backup that has worked since keeps its own facts, in the new epoch', async () => {
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
  await restored.stop();
  const reopened = fleet.box('backup');
  expect([m01, m02].map((line) => reopened.status(line).failure)).toEqual([null, null]);
  expect(contentsOf(reopened)).toEqual(contentsOf(restored));
});

test('what another line has gone on from comes behind what it was built on, in its new place', async () => {
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

test('a backup of older charts is restored under newer ones: what they had said of it is over', async () => {
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

test('a command that was accepted before the restore is not counted again when asked again', async () => {
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

test('D8: of a box and its clone one goes on; the other is fenced, and what it knew is parked', async () => {
  const { fleet, box, counted } = await backedUp();
  const clone = fleet.box('backup');
  await bothKept(clone);
  box.link.cut = true;
  await clone.ask(report('2'));
  await bothKept(clone);
  clone.link.cut = true;
  await box.ask(report('4'));
  box.link.cut = false;
  await waitFor(() => box.status(m02).epoch === 2, 9_000);
  await bothKept(box);
  expect([good(box), counted()]).toEqual([7n, 7n]);
  await clone.ask(report('8'));
  clone.link.cut = false;
  await clone.until('stale', m02);
  await waitFor(() => fleet.ledger.parkedCount() === 1, 9_000);
  expect(await clone.ask(report('9'))).toMatchObject({
    ...{ status: 'refused', code: 'CONFLICT', reason: expect.stringContaining('was taken over') },
  });
  expect(fleet.ledger.parked(9)).toMatchObject([{ line: m02, epoch: 1, sequence: 5 }]);
  await clone.stop();
  await fleet.box('backup').until('stale', m02);
  expect(fleet.ledger.parkedCount()).toBe(1);
  expect(counted()).toBe(7n);
  expect(box.way(m02).state).toBe('up');
});

test('D8: an old disk that comes back hands over what central has never seen, each once', async () => {
  const { fleet, box, counted } = await backedUp();
  box.link.cut = true;
  for (const made of ['2', '4']) await box.ask(report(made));
  await box.stop();
  const blank = fleet.box('b');
  await blank.until('owned', m01);
  await blank.until('owned', m02);
  for (const line of fleet.lines) fleet.registry.permit(line, 'person:17');
  await bothKept(blank);
  await blank.ask(report('8'));
  await blank.kept(m02);
  expect([good(blank), counted()]).toEqual([9n, 9n]);
  const old = fleet.box('a');
  await old.until('stale', m02);
  await waitFor(() => fleet.ledger.parkedCount() === 2, 9_000);
  expect(fleet.ledger.parked(9).map(({ epoch, sequence }) => [epoch, sequence])).toEqual([
    [1, 5],
    [1, 4],
  ]);
  expect(counted()).toBe(9n);
  // A person may still say that the old disk is the one to go on with; what was parked stays so.
  for (const line of fleet.lines) fleet.registry.permit(line, 'person:17');
  await waitFor(() => old.status(m02).epoch === 3, 9_000);
  await bothKept(old);
  expect([good(old), counted()]).toEqual([9n, 9n]);
  expect(fleet.ledger.parkedCount()).toBe(2);
});

/** A restored backup that is behind on both lines, and has worked since on both. */
async function torn() {
  const plant = await backedUp();
  const { fleet, box } = plant;
  await box.ask(report('2'));
  await box.ask(shop.release({}, 'WO-2'));
  await bothKept(box);
  await box.stop();
  const restored = fleet.box('backup');
  restored.link.cut = true;
  await restored.ask(shop.release({}, 'WO-3'));
  await restored.ask(report('4'));
  await restored.ask(shop.release({}, 'WO-2')); // refused, when it comes behind the one of before
  return { ...plant, restored };
}
const healed = async ({ fleet, counted }: Awaited<ReturnType<typeof torn>>, box: Member) => {
  await waitFor(() => [m01, m02].every((line) => box.status(line).epoch === 2), 9_000);
  await bothKept(box);
  await waitFor(() => fleet.ledger.parkedCount() === 1, 9_000);
  const { epochs } = fleet.registry.shown();
  const aside = box.db
    .prepare('SELECT became, count(*) AS facts FROM aside GROUP BY became ORDER BY became')
    .all();
  return { all: all(box), good: good(box), counted: counted(), epochs: epochs.length, aside };
};
const whole = {
  all: [
    ...['1 1/1 OrderReleased', '1 1/2 OrderReleased', '1 2/1 EpochBegan', '1 2/2 OrderReleased'],
    ...['2 1/1 OperationStarted', '2 1/2 PhaseStarted'],
    ...['2 1/3 QuantityReported', '2 1/4 QuantityReported', '2 2/1 EpochBegan'],
    '2 2/2 QuantityReported',
  ],
  ...{ good: 7n, counted: 7n, epochs: 4 },
  aside: [
    { became: 'parked', facts: 1 },
    { became: 'stated', facts: 2 },
  ],
};

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  'a power cut after commit %i of the fetching changes nothing in its end',
  async (last) => {
    const plant = await torn();
    plant.restored.crashAfter(last);
    plant.restored.link.cut = false;
    await waitFor(() => plant.restored.commits() === last, 9_000);
    await plant.restored.crash();
    const again = plant.fleet.box('backup');
    expect(await healed(plant, again)).toEqual(whole);
    expect([m01, m02].map((line) => again.status(line).failure)).toEqual([null, null]);
  },
);

test('a new epoch whose answer was lost is not begun twice', async () => {
  const plant = await torn();
  plant.restored.link.losing = 3;
  plant.restored.link.cut = false;
  expect(await healed(plant, plant.restored)).toEqual(whole);
  expect(plant.restored.link.losing).toBe(0);
});

test('while a line is fetched nothing is asked of its box, and the answer says to ask again', async () => {
  const plant = await torn();
  const { fleet, restored } = plant;
  restored.crashAfter(3);
  restored.link.cut = false;
  await waitFor(() => restored.commits() === 3, 9_000);
  await restored.crash();
  fleet.away.central = true;
  const again = fleet.box('backup');
  expect(await again.ask(shop.release({}, 'WO-8'))).toMatchObject({
    ...{ status: 'refused', code: 'FULL', reason: expect.stringContaining('ask again later') },
  });
  fleet.away.central = false;
  expect(await healed(plant, again)).toEqual(whole);
  expect(await again.ask(shop.release({}, 'WO-8'))).toMatchObject({ status: 'accepted' });
});
