// Goal: central has what an edge has forgotten, and every way back leads over it.
// Method: boxes and a central in one process; the oldest facts of one box are let go, then its disk
// is swapped, its backup is restored, its file is salvaged, or central loses what it had.
import { expect, test } from 'vitest';
import { openFleet } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { good, op } from './helpers/restored.ts';
import { m01, m02, shop } from './helpers/shop.ts';

type Fleet = ReturnType<typeof openFleet>;
type Member = ReturnType<Fleet['box']>;
const reports = 1_100;

const bothKept = async (box: Member) => {
  await box.kept(m01);
  await box.kept(m02);
};
const firstOf = (box: Member, line: string): number => box.recent(line)[0]!.sequence;

/** A box with a day of work behind it, all of it at central. */
async function worked() {
  const fleet = openFleet();
  const box = fleet.box('a');
  await box.ask(shop.release());
  await box.ask(shop.start());
  await box.ask(shop.phase('R1'));
  await box.ask(shop.phase('R2', { lane: 1 }, { ...op, line: m02 }));
  await Promise.all(Array.from({ length: reports }, () => box.ask(shop.report('R1'))));
  await Promise.all(
    Array.from({ length: 100 }, () => box.ask(shop.report('R2', {}, { ...op, line: m02 }))),
  );
  await bothKept(box);
  return { fleet, box };
}

/** Lets two days pass for all that the box has stated, and forgets it. */
async function forget(box: Member): Promise<void> {
  box.db.exec('DELETE FROM day');
  const today = Math.floor(Date.now() / 86_400_000);
  const position = box.store.snapshots.position();
  const note = box.db.prepare('INSERT INTO day VALUES (?, ?)');
  note.run(today - 3, position - 1);
  note.run(today - 2, position);
  await box.ask(shop.report('R1'));
  await bothKept(box);
  await waitFor(
    () => {
      box.retention.step();
      return firstOf(box, m01) >= reports && firstOf(box, m02) > 50;
    },
    9_000,
    'the first facts to be forgotten',
  );
  await bothKept(box);
}

const failures = (box: Member) => [m01, m02].map((line) => box.status(line).failure);

test('a blank box gets all from central, also what the one before had forgotten', async () => {
  const { fleet, box } = await worked();
  await forget(box);
  await box.ask(shop.report('R1', { good: '5' }));
  await bothKept(box);
  const [before, heads] = [good(box), [m01, m02].map((line) => box.status(line).head)];
  await box.stop();
  for (const line of fleet.lines) fleet.registry.permit(line, 'person:17');
  const blank = fleet.box('blank');
  await waitFor(() => [m01, m02].every((line) => blank.status(line).epoch === 2), 20_000);
  await bothKept(blank);
  expect(failures(blank)).toEqual([null, null]);
  expect([good(blank), firstOf(blank, m01), firstOf(blank, m02)]).toEqual([before, 1, 1]);
  const epochs = blank.recent(m01).filter(({ epoch }) => epoch === 1);
  expect(epochs.length).toBe(heads[0]);
  await blank.ask(shop.report('R1', { good: '5' }));
  expect(good(blank)).toBe(before + 5n);
  await blank.stop();
  const again = fleet.box('blank');
  expect([failures(again), good(again)]).toEqual([[null, null], before + 5n]);
});

test.each([
  ['before it forgot', 'early', 1],
  ['after it forgot', 'late', reports],
])(
  'a backup of %s gets back what it lacks',
  async (_name, backup, least) => {
    const { fleet, box } = await worked();
    box.copy('early');
    await forget(box);
    box.copy('late');
    await box.ask(shop.report('R1', { good: '5' }));
    await box.ask(shop.report('R2', { good: '7' }, { ...op, line: m02 }));
    await bothKept(box);
    const before = good(box);
    await box.stop();
    const restored = fleet.box(backup);
    await waitFor(() => [m01, m02].every((line) => restored.status(line).epoch === 2), 20_000);
    await bothKept(restored);
    expect([failures(restored), good(restored)]).toEqual([[null, null], before]);
    expect(firstOf(restored, m01)).toBeGreaterThanOrEqual(least);
    expect(firstOf(restored, m01) === 1).toBe(least === 1);
    await restored.stop();
    const again = fleet.box(backup);
    expect([failures(again), good(again)]).toEqual([[null, null], before]);
  },
  300_000,
);

test('facts that a fork sets aside take the state with them that they led to', async () => {
  const { fleet, box } = await worked();
  box.copy('backup');
  await box.ask(shop.report('R1', { good: '5' }));
  await bothKept(box);
  const before = good(box);
  await box.stop();
  const restored = fleet.box('backup');
  restored.link.cut = true;
  await restored.ask(shop.report('R1', { good: '7' }));
  restored.db.exec('DELETE FROM day');
  const today = Math.floor(Date.now() / 86_400_000);
  const note = restored.db.prepare('INSERT INTO day VALUES (?, ?)');
  const position = restored.store.snapshots.position();
  note.run(today - 3, position - 1);
  note.run(today - 2, position);
  await restored.ask(shop.report('R1', { good: '1' }));
  restored.retention.step();
  expect(restored.store.forgotten.carried()).toMatchObject({ settled: 0 });
  expect(restored.retention.status().waitsFor).toBe(m01);
  restored.link.cut = false;
  await waitFor(() => restored.status(m01).epoch === 2, 20_000);
  await bothKept(restored);
  expect(failures(restored)).toEqual([null, null]);
  expect(good(restored)).toBe(before + 8n);
  expect(restored.store.forgotten.carried()).toBeUndefined();
  await forget(restored);
  expect([failures(restored), good(restored)]).toEqual([[null, null], before + 9n]);
  await restored.stop();
  const again = fleet.box('backup');
  expect([failures(again), good(again)]).toEqual([[null, null], before + 9n]);
});
