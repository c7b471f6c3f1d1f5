// Goal: a line has one history, whatever becomes of its box (D7, D8, S4): each incarnation of its
// store is an epoch, an old one is fenced off, and a blank or a restored box gets its history back.
// Method: real edges and the ledger in one process, over a stream and subjects that can be cut.
import { expect, test } from 'vitest';
import { writeMemory } from '../edge/store/memory.ts';
import { decodeContent, encodeContent, genesis, link } from '../shared/codec.ts';
import { contentsOf } from './helpers/box.ts';
import { content } from './helpers/facts.ts';
import { type Fleet, type Member, openFleet } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const on2 = { line: m02 };
/** Boxes sync to the disk that they share with whatever else the machine does. */
const waitMs = 30_000;

/** An order released on M01 and worked on at M02, `reports` times reported. */
async function work(box: Member, order: string, reports: number): Promise<void> {
  const op = { order, operation: '0010' };
  await box.ask(shop.release({}, order));
  await box.ask(shop.start({ ...op, ...on2 }));
  await box.ask(shop.phase(`R${order}`, {}, { ...op, ...on2 }));
  for (let n = 0; n < reports; n++) await box.ask(shop.report(`R${order}`, {}, { ...op, ...on2 }));
  await box.ask(shop.end(`R${order}`, { ...op, ...on2 }));
}

const bothKept = async (box: Member) => {
  await box.kept(m01);
  await box.kept(m02);
};

/** What a box knows; the facts of its runtime are counted like others, and are no state. */
function stateOf(box: Member) {
  const { tallies, ...contents } = contentsOf(box);
  const shown = tallies.map(([key, tally]) => {
    const { facts: _, ...sums } = tally as { facts: number };
    return [key, sums];
  });
  return { ...contents, tallies: shown };
}

/** Event ids of all lines in the order of the store, but for the facts that began an epoch. */
const eventsOf = (box: Member) =>
  [...box.store.history()]
    .map(({ bytes }) => decodeContent(bytes))
    .flatMap(({ eventId, type }) => (type === 'EpochBegan' ? [] : [eventId]));

const typesOf = (box: Member, line: string) =>
  box.recent(line).map(({ epoch, sequence, type }) => `${epoch}/${sequence} ${type}`);

const epochsOf = ({ registry }: Fleet, line = m01) =>
  registry
    .shown()
    .epochs.filter((epoch) => epoch.line === line)
    .map(({ epoch, ended, reason }) => [epoch, ended, reason]);
const swap = ({ registry, lines }: Fleet) => {
  for (const line of lines) registry.permit(line, 'person:17');
};

test('a line sends nothing before central has given it to this store, and then alone', async () => {
  const fleet = openFleet();
  fleet.away.central = true;
  const box = fleet.box('a');
  await work(box, 'WO-1', 2);
  await box.until('down');
  expect(fleet.stream.messages).toHaveLength(0);
  fleet.away.central = false;
  await bothKept(box);
  expect(epochsOf(fleet)).toEqual([[1, null, 'new']]);
  fleet.away.central = true;
  await box.stop();
  const again = fleet.box('a');
  await again.ask(shop.release({}, 'WO-2'));
  await waitFor(() => again.status().sent === again.status().head, waitMs);
});

test('D8: of two boxes with one line the second is refused, the first undisturbed', async () => {
  const fleet = openFleet([m01]);
  const first = fleet.box('a');
  await first.ask(shop.release());
  await first.kept();
  const second = fleet.box('b');
  await second.until('owned');
  expect(await second.ask(shop.release({}, 'WO-9'))).toMatchObject({
    ...{ status: 'refused', code: 'CONFLICT' },
    reason: expect.stringMatching(/belongs to another box: epoch 1 is written by store .* swap/),
  });
  await first.ask(shop.release({}, 'WO-2'));
  await first.kept();
  expect(first.way().state).toBe('up');
  expect(second.status().head).toBe(0);
  expect(fleet.registry.shown().refused).toMatchObject([{ line: m01, answer: 'owned' }]);
  expect(fleet.ledger.facts()).toBe(2);
});

test('a refused box is refused after a restart without central, too', async () => {
  const fleet = openFleet([m01]);
  const first = fleet.box('a');
  await first.ask(shop.release());
  await first.kept();
  const second = fleet.box('b');
  await second.until('owned');
  await second.stop();
  fleet.away.central = true;
  const again = fleet.box('b');
  expect(await again.ask(shop.release())).toMatchObject({ code: 'CONFLICT' });
});

test('a blank box gets all its lines back and goes on as if none had died', async () => {
  const fleet = openFleet();
  const old = fleet.box('a');
  for (const order of ['WO-1', 'WO-2', 'WO-3']) await work(old, order, 3);
  const repeated = shop.release({}, 'WO-4');
  const answer = await old.ask(repeated);
  await bothKept(old);
  const before = stateOf(old);
  const order = eventsOf(old);
  await old.stop();

  const blank = fleet.box('b');
  await blank.until('owned');
  swap(fleet);
  await bothKept(blank);
  const taken = eventsOf(blank);
  expect(taken.slice(0, order.length)).toEqual(order);
  // Nobody knows what had stated those: each line says what states the next.
  expect([m01, m02].map((line) => blank.recent(line).at(-1)!.type)).toEqual(
    Array(2).fill('SoftwareChanged'),
  );
  expect(taken).toHaveLength(order.length + 2);
  expect(stateOf(blank)).toEqual(before);
  expect(await blank.ask(repeated)).toEqual(answer);
  expect(
    await blank.ask(shop.report('RWO-1', {}, { order: 'WO-1', operation: '0010', ...on2 })),
  ).toMatchObject({
    reason: expect.stringContaining('RWO-1'),
  });
  await work(blank, 'WO-5', 1);
  await bothKept(blank);
  expect(epochsOf(fleet)).toEqual([
    [2, 4, 'swapped'],
    [1, null, 'new'],
  ]);
  expect(typesOf(blank, m01).slice(-4)).toEqual([
    '1/4 OrderReleased',
    '2/1 EpochBegan',
    '2/2 SoftwareChanged',
    '2/3 OrderReleased',
  ]);
  expect(fleet.ledger.parkedCount()).toBe(0);
  await blank.stop();
  const again = fleet.box('b');
  expect(again.status().failure).toBeNull();
  expect(again.status(m02).failure).toBeNull();
  expect(again.status(m02).epoch).toBe(2);
});

test('across lines the charts say what comes first, also where a clock was set back', async () => {
  const fleet = openFleet();
  const early = fleet.box('a', fleet.lines, 3_600_000);
  await early.ask(shop.release());
  await early.kept(m01);
  const released = early.recent(m01).at(-1)!;
  await early.stop();
  const late = fleet.box('b'); // began before it knew that id
  await late.until('owned');
  swap(fleet);
  await late.kept(m02);
  await work(late, 'WO-1', 2);
  await bothKept(late);
  const before = stateOf(late);
  expect(late.recent(m02).every(({ eventId }) => eventId < released.eventId)).toBe(true);
  await late.stop();

  swap(fleet);
  const blank = fleet.box('c');
  await blank.kept(m02);
  expect(stateOf(blank)).toEqual(before);
  expect([m01, m02].map((line) => blank.status(line).failure)).toEqual([null, null]);
});

test('a fact that cannot be taken in stops its line, and what was built on it', async () => {
  const fleet = openFleet();
  const old = fleet.box('a');
  await work(old, 'WO-1', 1);
  await bothKept(old);
  await old.stop();
  // What M01 has released is of a type that this program does not know: M02 has no order then.
  const { id } = fleet.ledger.head(m01) as unknown as { id: number };
  fleet.db.exec('DROP TRIGGER fact_is_history');
  const strange = Buffer.from('02ff', 'hex');
  const hash = link(genesis(m01, 1), strange);
  fleet.db.prepare('UPDATE fact SET bytes = ?, hash = ? WHERE line = ?').run(strange, hash, id);
  const blank = fleet.box('b');
  await blank.until('owned');
  swap(fleet);
  await waitFor(() => blank.status(m02).epoch === 2, waitMs);
  expect(blank.status(m01).failure).toContain('stopped at epoch 1, sequence 1');
  expect(blank.status(m02).failure).toContain('stopped at epoch 1, sequence 1');
  expect(await blank.ask(shop.release())).toMatchObject({ status: 'refused', code: 'CORRUPT' });
});

test('a state that charts of old have carried over is taken in as they left it', async () => {
  const fleet = openFleet();
  const old = fleet.box('a');
  for (const asked of [shop.release(), shop.start(), shop.produce('L1')]) await old.ask(asked);
  // The old charts let a lot be used without taking anything from it.
  const used = content(
    'used',
    'MaterialConsumed',
    { material: 'BOLT', quantity: '1', unit: 'EA' },
    { order: 'WO-1', operation: '0010', lot: 'L1' },
  );
  old.store.snapshots.begin('lot 0');
  const head = old.store.head(m01);
  old.store.commit(() => void old.store.append(head, encodeContent(used), Buffer.alloc(8, 7)));
  old.store.snapshots.write('lot 0', writeMemory(old.book.contents()));
  await old.crash();
  const upgraded = fleet.box('a');
  await bothKept(upgraded);
  expect(typesOf(upgraded, m01).at(-1)).toBe('1/5 ChartsMigrated');
  const before = stateOf(upgraded);
  await upgraded.stop();

  const blank = fleet.box('b');
  await blank.until('owned');
  swap(fleet);
  await bothKept(blank);
  expect(stateOf(blank)).toEqual(before);
  expect(blank.status().failure).toBeNull();
  await blank.stop();
  expect(stateOf(fleet.box('b'))).toEqual(before);
});

test('leave for one line of a box waits for the others: they are taken in together', async () => {
  const fleet = openFleet();
  const old = fleet.box('a');
  await work(old, 'WO-1', 1);
  await bothKept(old);
  await old.stop();
  const blank = fleet.box('b');
  await blank.until('owned', m01);
  await blank.until('owned', m02);
  fleet.registry.permit(m02, 'person:17');
  await waitFor(() => blank.way(m02).detail === `waits for what central says of ${m01}`, waitMs);
  expect(blank.status(m02)).toMatchObject({ epoch: 1, head: 0 });
  fleet.registry.permit(m01, 'person:17');
  await bothKept(blank);
  expect([m01, m02].map((line) => blank.status(line).failure)).toEqual([null, null]);
});
