// Goal: every step by which a box gets its history back may be cut off; a restart ends the same.
// Method: a restored backup whose disk takes only so many commits, for every number of them.
import { expect, test } from 'vitest';
import type { Member } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { all, backedUp, bothKept, good, report } from './helpers/restored.ts';
import { m01, m02, shop } from './helpers/shop.ts';

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
  await waitFor(() => [m01, m02].every((line) => box.status(line).epoch === 2), 30_000);
  await bothKept(box);
  await waitFor(() => fleet.ledger.parkedCount() === 1, 30_000);
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
    await waitFor(() => plant.restored.commits() === last, 30_000);
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

test('while a line is fetched its box takes no command, and says to ask again', async () => {
  const plant = await torn();
  const { fleet, restored } = plant;
  restored.crashAfter(3);
  restored.link.cut = false;
  await waitFor(() => restored.commits() === 3, 30_000);
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
