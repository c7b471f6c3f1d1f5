// Goal: held goods are never available, and stock ends right, however facts and documents cross.
// Method: docs/decisions/05 as a search. A story of two or three lines, an ERP that keeps stock and
// fails below zero; every order of arrival, taking and answering, from every place it leads to.
import { expect, test } from 'vitest';
import { quantity } from '../shared/quantity.ts';
import { stated } from './helpers/central.ts';
import { explore } from './helpers/explore.ts';
import { seeds } from './helpers/random.ts';
import type { Story } from './helpers/search.ts';
import { storyOf } from './helpers/stories.ts';
import { wander } from './helpers/wander.ts';

const { release, produce, consume, block, blockAll, letGo, split, keep, hold, decide, free } =
  stated;
const { report, reverse, correct } = stated;
const units = (count: number): bigint => quantity(count, 'count');
const wo = { order: 'WO-1' };
const lot = (name: string, order?: string) => ({ lot: name, ...(order ? { order } : {}) });
const other = { order: 'WO-2' };
const stockOf = (name: string) => ({
  [name]: { unrestricted: units(20), blocked: units(0), scrapped: units(0) },
});
const L = lot('L', 'WO-1');
const op = { order: 'WO-1', operation: '0010' };

const [made, drawn, used, good] = [
  ...[produce('L', '4'), consume('S', '3')],
  ...[consume('L', '1', other), report('5')],
] as const;
const [unmade, undrawn] = [reverse(made), reverse(drawn)];
const better = correct(good, '6');

const stories: Record<string, Story> = {
  'a report is corrected, and the correction reversed': {
    lines: { m1: [release(), good], m2: [better, report('2')], qc: [reverse(better)] },
    doubts: 1,
  },
  'a lot was not made, and was after all, while it is held': {
    lines: { m1: [release(), made], m2: [unmade, reverse(unmade)], qc: [block('H1', 'L', '3')] },
    ...{ doubts: 1, persons: 0 },
  },
  'a part of a lot was not made, and took with it what was blocked': {
    lines: { m1: [release(), made, produce('L', '5')], m2: [unmade], qc: [block('H1', 'L', '2')] },
    persons: 0,
  },
  'what was drawn comes back into a lot that is held, and goes again': {
    lines: {
      m1: [release(), drawn, produce('L', '2')],
      m2: [undrawn, reverse(undrawn)],
      qc: [blockAll('H1', 'S'), free('H1')],
    },
    opening: { S: { unrestricted: units(20), blocked: units(0), scrapped: units(0) } },
  },
  'what was made of held steel is drawn, and comes back': {
    lines: {
      m1: [release(), release('WO-2'), consume('S', '1'), made, used],
      m2: [reverse(used)],
      qc: [blockAll('H1', 'S'), free('H1')],
    },
    opening: { S: { unrestricted: units(20), blocked: units(0), scrapped: units(0) } },
  },
  'a lot was not made, though another order has drawn from it': {
    lines: { m1: [release(), release('WO-2'), made, used], m2: [unmade], qc: [reverse(used)] },
    persons: 1,
  },
  'a lot in two parts, decided in part, the rest released elsewhere': {
    lines: {
      m1: [release(), produce('L', '6'), produce('L', '4')],
      qc: [block('H1', 'L', '5', L), decide('H1', 'useAsIs', '2', L)],
      m2: [decide('H1', 'scrap', '1', L), free('H1', '2', L)],
    },
  },
  'all four decisions, and answers that are lost': {
    lines: {
      m1: [release(), produce('L', '10')],
      qc: [block('H1', 'L', '7'), decide('H1', 'useAsIs', '2', L), decide('H1', 'rework', '1', L)],
      m2: [decide('H1', 'scrap', '2', L), decide('H1', 'return', '1', L)],
    },
    doubts: 1,
  },
  'two holds on a lot, the second on a lot that nobody knows': {
    lines: {
      m1: [release(), produce('L', '6'), produce('L', '4')],
      qc: [block('H1', 'L', '4', L), decide('H1', 'scrap', '4', L)],
      m2: [block('H2', 'L', '3', lot('L')), decide('H2', 'useAsIs', '1', lot('L'))],
    },
  },
  'two lots under a hold of their order and one of its own': {
    lines: {
      m1: [release(), produce('L', '6'), produce('K', '4')],
      qc: [hold('H1', 'order', wo), free('H1', undefined, wo)],
      m2: [block('H2', 'L', '3', L), decide('H2', 'scrap', '3', L)],
    },
    doubts: 1,
  },
  'an operation, pieces of it, and a line are held': {
    lines: {
      m1: [release(), hold('H3', 'line'), produce('L', '6')],
      qc: [hold('H1', 'operation', op), free('H1', undefined, op), free('H3')],
      m2: [keep('H2', '2'), decide('H2', 'useAsIs', '1', op), decide('H2', 'return', '1', op)],
    },
  },
  'a component lot is held while orders draw from it': {
    lines: {
      m1: [release(), consume('S', '3'), consume('S', '2')],
      qc: [block('H1', 'S', '4'), decide('H1', 'return', '1', lot('S'))],
      m2: [decide('H1', 'scrap', '1', lot('S')), free('H1', '2', lot('S'))],
    },
    opening: { S: { unrestricted: units(20), blocked: units(0), scrapped: units(0) } },
  },
  'what one order made another one draws, partly held': {
    lines: {
      m1: [release(), release('WO-2'), produce('L', '6'), consume('L', '2', { order: 'WO-2' })],
      m2: [block('H1', 'L', '2', L), free('H1', '2', L)],
      qc: [hold('H2', 'order', wo), free('H2', undefined, wo)],
    },
  },
  'a component is held, and what was made of it is received meanwhile': {
    lines: {
      m1: [release(), produce('L', '4'), consume('S', '3'), produce('L', '2')],
      qc: [block('H1', 'S', '4'), free('H1', '4', lot('S'))],
    },
    opening: stockOf('S'),
  },
  'a hold over two orders and two lines, on what the first one made': {
    lines: {
      m1: [release(), produce('K', '6'), consume('K', '2', other)],
      m2: [release('WO-2'), produce('P', '4', other)],
      qc: [blockAll('H1', 'K'), free('H1', undefined, lot('K'))],
    },
  },
  'what was made of a held lot is drawn by another order': {
    lines: {
      m1: [release(), consume('S', '3'), produce('L', '4'), consume('L', '1', other)],
      m2: [release('WO-2')],
      qc: [blockAll('H1', 'S'), free('H1')],
    },
    opening: stockOf('S'),
  },
  'a hold lets a part go, and what is made of that': {
    lines: {
      m1: [split('S', 'T'), release(), produce('L', '4'), consume('T', '1')],
      qc: [blockAll('H1', 'S'), letGo('H1', 'T'), free('H1')],
      m2: [produce('L', '2')],
    },
    opening: { ...stockOf('S'), ...stockOf('T') },
  },
};

test.each(Object.entries(stories))('%s', (_name, story) => {
  const { places, ends } = explore(story);
  expect(ends).toBeGreaterThan(0);
  expect(places).toBeGreaterThan(100);
});

test.each(seeds(100))('a larger story ends right on one way through it (seed %i)', (seed) => {
  wander(storyOf(seed), seed + 1);
});
