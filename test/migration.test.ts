// Goal: other charts take a store over without judging an old fact again: the state is carried by a
// fact, or the store is refused as it is.
// Method: stores of versions 1 and 2 that are kept as data, and stores whose facts were given
// fingerprints that no charts of today come to.
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMemory, writeMemory } from '../edge/store/memory.ts';
import { upgrade } from '../edge/store/upgrade.ts';
import { decodeContent, encodeContent } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import type { Content } from '../shared/event.ts';
import { statePartMax } from '../shared/runtime.ts';
import { edition } from '../statecharts/edition.ts';
import { keyOf } from '../statecharts/tables.ts';
import { type Box, contentsOf, openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { storeOf, storeThatDiffers } from './helpers/oldstores.ts';
import { lots, m01, m02, planning, shop } from './helpers/shop.ts';

const failures = ({ roster }: Box) => roster.actors.flatMap((actor) => actor.failure() ?? []);
const told = (box: Box): Content<'ChartsMigrated'>[] =>
  [...box.store.history()]
    .map(({ bytes }) => decodeContent(bytes))
    .filter((fact): fact is Content<'ChartsMigrated'> => fact.type === 'ChartsMigrated');
const rowsOf = (box: Box) => [...box.store.history()].map(({ hash }) => hash.toString('hex'));
function reopened(box: Box, path: string): Box {
  box.db.close();
  return openBox(path);
}

test('a new store begins with the charts of its program, and no fact', () => {
  const box = openBox();
  expect(upgrade(box)).toBeUndefined();
  expect(box.store.snapshots.edition()).toEqual({ position: 0, charts: edition });
  box.decide(shop.release());
  expect(upgrade(box)).toBeUndefined();
  expect(told(box)).toEqual([]);
});

test('a state that today’s charts come to as well is stated as it was read', () => {
  const path = storeOf('v1');
  const lines = openBox(path);
  const names = lines.store.lines().map((line) => ({ line, lanes: 8 }));
  lines.db.close();
  const box = openBox(path, names);
  const before = contentsOf(box);
  const facts = rowsOf(box).length;
  expect(upgrade(box)).toEqual({ from: 'unknown', to: edition, carried: false });
  expect(told(box)[0]!.body).toMatchObject({ facts, carried: false, from: 'unknown', to: edition });
  const { tallies: _, ...after } = contentsOf(box);
  const { tallies: __, ...wanted } = before;
  expect(after).toEqual(wanted);
  expect(new Set(told(box).map(({ body }) => body.digest)).size).toBe(1);
  expect(box.roster.actors.map((actor) => actor.head().sequence > 0)).not.toContain(false);
  const said = contentsOf(box);
  box.db.close();
  const again = openBox(path, names);
  expect(failures(again)).toEqual([]);
  expect(contentsOf(again)).toEqual(said);
  expect(upgrade(again)).toBeUndefined();
});

test('what old charts left behind is carried over, and no old fact is judged again', () => {
  const path = storeThatDiffers({ left: true });
  const box = openBox(path);
  expect(failures(box)).toHaveLength(1);
  expect(upgrade(box)).toEqual({ from: 'lot 0', to: edition, carried: true });
  expect(failures(box)).toEqual([]);
  expect(box.book.look('lot', 'L1')?.quantity).toBe(10_000_000n);
  expect(told(box).map(({ body }) => [body.part, body.parts, body.carried])).toEqual([
    [1, 1, true],
    [0, 1, true],
  ]);
  expect(outcome(box.decide(shop.consume('L1', { material: 'BOLT', quantity: '4' })))).toBe(
    'accepted',
  );
  const before = contentsOf(box);
  const again = reopened(box, path);
  expect(failures(again)).toEqual([]);
  expect(again.book.look('lot', 'L1')?.quantity).toBe(6_000_000n);
  expect(contentsOf(again)).toEqual(before);
});

test('a store without the state of its charts is refused as it is', () => {
  const path = storeThatDiffers({ left: false });
  const box = openBox(path);
  const rows = rowsOf(box);
  expect(() => upgrade(box)).toThrow(
    /^charts: no way from lot 0 to .*M01 stopped at epoch 1, sequence 5.*stop it in good order/,
  );
  expect(rowsOf(box)).toEqual(rows);
  expect(reopened(box, path).store.snapshots.edition()?.charts).toBe('lot 0');
});

test('a state is not carried over once something was stated after it', () => {
  const box = openBox(storeThatDiffers({ left: true }));
  box.store.commit(() => void box.roster.actor(m02).decide(readCommand(lineState())));
  expect(() => upgrade(box)).toThrow('stop it in good order');
});
const lineState = () => ({
  ...{ commandId: 'c', line: m02, type: 'ChangeEquipmentState', actor: 'machine:1' },
  body: { state: 'execute', reason: '' },
});

test('a damaged line must be mended before the charts change', () => {
  const path = storeThatDiffers({ left: true });
  const box = openBox(path);
  box.db.exec('DROP TRIGGER event_is_history');
  box.db.exec('UPDATE event SET hash = zeroblob(32) WHERE position = 2');
  const again = reopened(box, path);
  expect(() => upgrade(again)).toThrow('mend the store first');
});

test('what version 2 let past quality stays as it was; what comes back now waits', () => {
  const path = storeOf('v2');
  const box = openBox(path);
  expect(failures(box)).toEqual([]);
  expect(upgrade(box)).toMatchObject({ carried: false, to: edition });
  expect(upgrade(box)).toBeUndefined();
  const again = reopened(box, path);
  const lot = () => again.book.look('lot', 'L1')!;
  expect(lot()).toMatchObject({ state: 'unrestricted', quantity: 2_000_000n });
  const bolts = { material: 'BOLT', quantity: '2' };
  const op2 = { order: 'WO-2', line: m02 };
  expect(outcome(again.decide(today(shop.consume('L1', bolts, op2))))).toBe('accepted');
  expect(outcome(again.decide(today(lots.give('L1', bolts))))).toBe('accepted');
  expect(lot()).toMatchObject({ state: 'inProcess', quantity: 2_000_000n });
});
/** Under an id that no store of old can have used. */
const today = <T extends { commandId: string }>(asked: T): T => ({
  ...asked,
  commandId: `today-${asked.commandId}`,
});

test('a state in which a chart knows itself no more is refused', () => {
  const box = openBox(storeThatDiffers({ left: true }));
  const memory = writeMemory(box.book.contents());
  const contents = structuredClone(readMemory(memory));
  const [[, lot]] = contents.tables.lot as never as [[string, { state: string }]];
  lot.state = 'quarantined';
  box.store.snapshots.write('lot 0', writeMemory(contents));
  expect(() => upgrade(box)).toThrow('lot L1 is quarantined: the charts know no such state');
  expect(told(box)).toEqual([]);
});

test('what an old program did not count begins at nothing, and is counted from then on', () => {
  const box = openBox(storeThatDiffers({ left: true }));
  const contents = structuredClone(readMemory(writeMemory(box.book.contents())));
  const line = contents.tallies.find(([key]) => key === `line\n${m01}`)![1];
  const before = line.good;
  delete (line as Partial<typeof line>).freedGood;
  box.store.snapshots.write('lot 0', writeMemory(contents));
  upgrade(box);
  expect(box.book.tally('line', m01)).toMatchObject({ good: before, freedGood: 0n });
});

test('a damaged carried state stops its line; the others are read from the beginning', () => {
  const path = storeOf('v1');
  const box = openBox(path);
  const names = box.store.lines().map((line) => ({ line, lanes: 8 }));
  box.db.close();
  const old = openBox(path, names);
  upgrade(old);
  const [first] = told(old);
  expect(first!.body.state!.length).toBeLessThanOrEqual(statePartMax);
  old.db.exec('DROP TRIGGER event_is_history');
  const flipped = Buffer.from(encodeContent(first!));
  flipped[flipped.length - 200]! ^= 1;
  const place = old.store.snapshots.edition()!.position + 1;
  old.db.prepare('UPDATE event SET bytes = ? WHERE position = ?').run(flipped, place);
  const orders = new Map(old.book.rows('order'));
  old.db.close();
  const again = openBox(path, names);
  expect(failures(again)).toEqual([expect.stringContaining('do not match the hash chain')]);
  expect(new Map(again.book.rows('order'))).toEqual(orders);
});

test('a large state is stated in parts, and read from all of them', () => {
  const path = join(testFolder(), 'edge.sqlite');
  const box = openBox(path);
  box.store.snapshots.begin('lot 1');
  box.decide(shop.release());
  box.decide(shop.start());
  const name = (at: number) => hash('sha1', `${at}`);
  box.store.commit(() => {
    for (let at = 0; at < 3_000; at++) {
      const made = shop.produce(name(at));
      box.roster.actor(m01).decide(readCommand(made));
    }
  });
  expect(upgrade(box)?.carried).toBe(false);
  const { parts } = told(box)[0]!.body;
  expect(parts).toBeGreaterThan(1);
  expect(told(box).map(({ body }) => body.part)).toEqual(
    [...Array(parts + 1).keys()].slice(1).concat(0),
  );
  const again = reopened(box, path);
  expect(failures(again)).toEqual([]);
  expect(again.book.rows('lot').size).toBe(3_000);
});

test('a start begins where the last one ended, if that is what the store says', () => {
  const path = join(testFolder(), 'edge.sqlite');
  const box = openBox(path);
  for (const asked of [shop.release(), shop.start(), shop.phase('R1'), shop.report('R1')])
    box.decide(asked);
  upgrade(box);
  const answer = box.decide(shop.report('R1', { good: '5' }));
  box.decide(planning.reverse(answer.status === 'accepted' ? answer.facts[0]!.eventId : ''));
  box.decide(shop.produce('L1'));
  box.decide(lots.split('L1', { L2: '4' }));
  const contents = box.book.contents();
  const marked = structuredClone(contents) as unknown as { moves: [string, number][] };
  marked.moves.push(['mark', 1]);
  box.store.snapshots.write(edition, writeMemory(marked as never));
  box.decide(shop.report('R1', { good: '7' }));
  const said = contentsOf(box);

  const again = reopened(box, path);
  expect(again.book.contents().moves).toContainEqual(['mark', 1]);
  expect(failures(again)).toEqual([]);
  expect(contentsOf(again)).toEqual(said);
  expect(again.book.look('from', keyOf('lot', 'L2'))).toEqual(new Set([keyOf('lot', 'L1')]));

  again.db.exec('UPDATE snapshot SET digest = zeroblob(32)');
  const third = reopened(again, path);
  expect(third.book.contents().moves).not.toContainEqual(['mark', 1]);
  expect(contentsOf(third)).toEqual(said);
});

test('nobody can ask for a migration', () => {
  const asked = { commandId: 'c', line: m01, type: 'ChartsMigrated', actor: 'person:1', body: {} };
  expect(() => readCommand(asked)).toThrow('is no command');
});
