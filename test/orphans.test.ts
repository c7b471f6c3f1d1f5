// Goal: history that rests on what a lost disk had comes back, stands and counts, and the line goes
// on without its effect (D7, S4).
// Method: a box dies when one of its lines has reached central and the other has not; a backup of
// it takes over. Both sides' counts are compared, and what is read again after a restart.
import { expect, test } from 'vitest';
import { rehearse } from '../edge/store/trial.ts';
import { hold } from '../statecharts/hold.ts';
import { lot } from '../statecharts/lot.ts';
import { orphaned } from '../statecharts/orphan.ts';
import { report as reportOf } from './helpers/facts.ts';
import { waitFor } from './helpers/plantnet.ts';
import { all, backedUp, bothKept, on2, report } from './helpers/restored.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const of2 = { order: 'WO-2', operation: '0010', ...on2 };
type Restored = Awaited<ReturnType<typeof dead>>;

/** WO-2 is released at M01, which central never hears of; M02 works on it, and the disk dies. */
async function dead(...work: readonly object[]) {
  const { fleet, box, counted } = await backedUp();
  box.link.mute = m01;
  await box.ask(shop.release({}, 'WO-2'));
  for (const command of work) {
    const answer = await box.ask(command);
    expect(answer).toMatchObject({ status: 'accepted' });
  }
  await box.kept(m02);
  await box.crash();
  const restored = fleet.box('backup');
  await waitFor(() => restored.status(m02).epoch === 2, 30_000);
  await bothKept(restored);
  return { fleet, restored, counted };
}

const orphansOf = (box: Restored['restored']) =>
  [m01, m02].map((line) => [box.status(line).failure, box.status(line).orphans]);
const tallies = ({ fleet, restored }: Restored) =>
  [m01, m02].map((line) => [
    restored.book.tally('line', line),
    fleet.totals.all('line').find(([known]) => known === line)?.[1],
  ]);

test('D7: work on an order whose release is lost stands, counts, and stops nothing', async () => {
  const first = shop.report('R2', { good: '5' }, of2);
  const told = await dead(shop.start(of2), shop.phase('R2', { lane: 2 }, of2), first);
  const { fleet, restored } = told;
  expect(orphansOf(restored)).toEqual([
    [null, 0],
    [null, 3],
  ]);
  expect(all(restored)).toEqual([
    ...['1 1/1 OrderReleased', '2 1/1 OperationStarted', '2 1/2 PhaseStarted'],
    ...['2 1/3 QuantityReported', '2 1/4 OperationStarted', '2 1/5 PhaseStarted'],
    ...['2 1/6 QuantityReported', '2 2/1 EpochBegan'],
  ]);
  expect(restored.book.look('order', 'WO-2')).toBeUndefined();
  expect(restored.book.look('run', `${m02}\nR2`)).toBeUndefined();
  expect(await restored.ask(report('2'))).toMatchObject({ status: 'accepted' });
  await bothKept(restored);
  for (const [own, central] of tallies(told)) expect(own).toEqual(central);
  const before = restored.book.contents();
  await restored.stop(); // leaves a snapshot
  const again = fleet.box('backup');
  expect(again.book.contents()).toEqual(before);
  await again.ask(report('1'));
  await again.crash(); // leaves none behind that
  const last = fleet.box('backup');
  expect(orphansOf(last)[1]).toEqual([null, 3]);
  expect(last.book.isWhole()).toBe(true);
  expect(rehearse(last.db)).toMatchObject({ way: 'same', differences: [] });
});

test('D7: runs and corrections among them count as they count at central', async () => {
  const report2 = shop.report('R2', { good: '5' }, of2);
  const told = await dead(
    ...[shop.start(of2), shop.phase('R2', { lane: 2 }, of2), report2],
    shop.end('R2', { ...of2, atMs: 5_000 }),
    ...[shop.phase('R3', { lane: 3 }, of2), shop.report('R3', { good: '7', scrap: '1' }, of2)],
  );
  expect(orphansOf(told.restored)[1]).toEqual([null, 6]);
  expect(told.restored.book.tally('line', m02)).toMatchObject({ elapsedMs: 4_000, runs: 3 });
  for (const [own, central] of tallies(told)) expect(own).toEqual(central);
});

test('an orphan turns the report that it names, and nothing where it cannot', () => {
  const none = () => undefined;
  const made = reportOf('made', '5');
  const counts = orphaned(none, m02, made);
  expect(counts.effects).toMatchObject([{ sign: 1 }]);
  expect(counts.changes).toMatchObject([{ table: 'report', value: { state: 'counted' } }]);
  const row = { state: 'counted', type: made.type, fact: made } as const;
  const look = ((table: string) => (table === 'report' ? row : undefined)) as never;
  expect(orphaned(look, m02, made)).toEqual({ changes: [], flags: [], moves: [], effects: [] });
});

test('a hold that is placed for the first time holds, in whatever state its lot is', () => {
  const event = { type: 'HoldPlaced' } as never;
  expect(hold.can(hold.initial, event)).toBe(true);
  expect(lot.states.filter((state) => !lot.can(state, event))).toEqual([]);
});
