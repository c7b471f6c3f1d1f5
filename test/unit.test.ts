// Q8: the unit is part of the quantity; it is converted by the plant's own factors alone, exactly.
import { expect, test } from 'vitest';
import { openBook } from '../edge/line/book.ts';
import { openRoster } from '../edge/line/roster.ts';
import { migrations } from '../edge/store/schema.ts';
import { openStore } from '../edge/store/store.ts';
import { decodeContent } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import { openDatabase } from '../shared/database.ts';
import { eventIds, systemRandom } from '../shared/identity.ts';
import { openUnits } from '../shared/unit.ts';
import { m01, shop } from './helpers/shop.ts';

const factor = (
  from: string,
  to: string,
  numerator: number,
  denominator = 1,
  material = 'BOLT',
) => ({
  ...{ material, from, to, numerator, denominator },
});

function openLine() {
  const store = openStore(openDatabase(':memory:', migrations));
  const nowMs = () => 0;
  const units = openUnits([
    ...[factor('BOX', 'EA', 12), factor('G', 'EA', 1, 7), factor('LB', 'KG', 1, 2)],
    factor('G', 'KG', 1, 1_000, 'STEEL'),
  ]);
  const book = openBook();
  const parts = { store, book, units, nowMs, eventId: eventIds(nowMs, systemRandom) };
  const roster = openRoster([{ line: m01, lanes: 1 }], { ...parts, stated: () => {} });
  return {
    book,
    ask(given: object): string {
      let words = '';
      store.commit(() => {
        const answer = roster.actor(m01).decide(readCommand(given));
        words = answer.status === 'refused' ? answer.reason : 'accepted';
      });
      return words;
    },
    last: () => decodeContent([...store.history()].at(-1)!.bytes).body,
    rebuilt(): string | undefined {
      roster.rebuild();
      return roster.actor(m01).failure();
    },
  };
}

function running() {
  const line = openLine();
  for (const given of [shop.release(), shop.start(), shop.phase('R1')]) {
    expect(line.ask(given)).toBe('accepted');
  }
  return line;
}

test('Q8: boxes of an order in pieces are told in pieces, and what was stated is kept', () => {
  const { ask, last, book, rebuilt } = running();
  expect(ask(shop.report('R1', { good: '2.5', scrap: '1', unit: 'BOX' }))).toBe('accepted');
  expect(last()).toMatchObject({
    ...{ good: '30', scrap: '12', unit: 'EA' },
    given: 'good 2.5, scrap 1, rework 0, held 0 BOX',
  });
  expect(book.tally('order', 'WO-1').good).toBe(30_000_000n);
  expect(rebuilt()).toBeUndefined();
});

test('Q8: what a factor cannot tell exactly is refused, and so is a unit without a factor', () => {
  const { ask } = running();
  expect(ask(shop.report('R1', { good: '14', unit: 'G' }))).toBe('accepted');
  const words = '1 G of BOLT cannot be told exactly in EA';
  expect(ask(shop.report('R1', { good: '1', unit: 'G' }))).toBe(words);
  for (const unit of ['KG', 'box', 'Box']) {
    expect(ask(shop.report('R1', { unit }))).toContain(`is counted in EA, not ${unit}`);
  }
});

test('Q8: kg, KG and KGM are three units, and a factor is of its material', () => {
  const { ask, last, book } = openLine();
  expect(ask(shop.release({ unit: 'KG' }))).toBe('accepted');
  for (const given of [shop.start(), shop.phase('R1')]) expect(ask(given)).toBe('accepted');
  for (const unit of ['kg', 'KGM', 'Kg', 'G']) {
    const words = `operation 0010 of order WO-1 is counted in KG, not ${unit}`;
    expect(ask(shop.report('R1', { unit }))).toBe(words);
  }
  expect(ask(shop.report('R1', { good: '2', unit: 'KG' }))).toBe('accepted');
  expect(last()).toMatchObject({ good: '2', unit: 'KG' });
  expect(ask(shop.report('R1', { good: '3', unit: 'LB' }))).toBe('accepted');
  expect(book.tally('order', 'WO-1').good).toBe(3_500_000n);
});

test('Q8: a lot goes on in the unit that it began with', () => {
  const { ask, last, book } = running();
  const steel = { material: 'STEEL' };
  expect(ask(shop.produce('S-1', { ...steel, quantity: '2', unit: 'KG' }))).toBe('accepted');
  expect(ask(shop.consume('S-1', { ...steel, quantity: '500', unit: 'G' }))).toBe('accepted');
  expect(last()).toMatchObject({ quantity: '0.5', unit: 'KG', given: '500 G' });
  expect(book.look('lot', 'S-1')?.quantity).toBe(1_500_000n);
  expect(ask(shop.consume('S-1', { ...steel, quantity: '1', unit: 'EA' }))).toBe(
    'lot S-1 is of another material or unit',
  );
});
