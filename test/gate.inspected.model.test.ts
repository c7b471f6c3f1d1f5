// Goal: what was received into quality inspection is never available before quality has decided it,
// is decided once, and ends right, however facts and documents cross.
// Method: as gate.model, docs/decisions/29 as a search: every way through small stories, and one
// way through each of many larger ones.
import { expect, test } from 'vitest';
import { quantity } from '../shared/quantity.ts';
import { stated } from './helpers/central.ts';
import { explore } from './helpers/explore.ts';
import { seeds } from './helpers/random.ts';
import type { Story } from './helpers/search.ts';
import { inspectedOf, storyOf } from './helpers/stories.ts';
import { wander } from './helpers/wander.ts';

const { release, consume, block, blockAll, hold, decide, free, reverse } = stated;
const { produceInspected, releaseLot } = stated;
const units = (count: number): bigint => quantity(count, 'count');
const wo = { order: 'WO-1' };
const other = { order: 'WO-2' };
const L = { lot: 'L', order: 'WO-1' };
const stockOf = (name: string) => ({
  [name]: { unrestricted: units(20), blocked: units(0), scrapped: units(0) },
});
const [tested, more] = [produceInspected('L', '4'), produceInspected('L', '6')];
const untested = reverse(tested);
const inspected: Record<string, Story> = {
  'a lot is inspected and released, while it is held in part': {
    lines: {
      m1: [release(), tested, consume('L', '1', other), release('WO-2')],
      qc: [releaseLot('L'), block('H1', 'L', '3'), decide('H1', 'useAsIs', '3', L)],
    },
    doubts: 1,
  },
  'of two receipts a part is scrapped, a part stays blocked, the rest is released': {
    lines: {
      m1: [release(), tested, more],
      qc: [block('H1', 'L', '5', L), decide('H1', 'scrap', '3', L), decide('H1', 'rework', '2', L)],
      m2: [releaseLot('L')],
    },
  },
  'a lot is condemned, and never released': {
    lines: {
      m1: [release(), tested],
      qc: [block('H1', 'L', '4'), decide('H1', 'scrap', '1'), decide('H1', 'return', '3')],
      m2: [blockAll('H2', 'L'), free('H2')],
    },
    doubts: 1,
  },
  'nobody decides a lot': {
    lines: { m1: [release(), tested], qc: [block('H1', 'L', '1'), decide('H1', 'scrap', '1')] },
    doubts: 2,
  },
  'what was made of held steel is inspected, and a hold of its order comes and goes': {
    lines: {
      m1: [release(), consume('S', '1'), tested],
      qc: [blockAll('H1', 'S'), free('H1'), releaseLot('L')],
      m2: [hold('H2', 'order', wo), free('H2', undefined, wo)],
    },
    opening: stockOf('S'),
  },
  'a lot is held after its release, and scrapped in part': {
    lines: {
      m1: [release(), tested, releaseLot('L')],
      qc: [block('H1', 'L', '3', L), decide('H1', 'scrap', '2', L), free('H1', '1', L)],
    },
    doubts: 1,
  },
  'all of a lot is held while its decision is on its way': {
    lines: { m1: [release(), tested, releaseLot('L')], qc: [blockAll('H1', 'L')] },
    doubts: 1,
  },
  'an inspected lot was not made, and was after all': {
    lines: { m1: [release(), tested], m2: [untested, reverse(untested)], qc: [releaseLot('L')] },
    persons: 1,
  },
};

test.each(Object.entries(inspected))('%s', (_name, story) => {
  const { places, ends } = explore({ ...story, inspects: true });
  expect(ends).toBeGreaterThan(0);
  expect(places).toBeGreaterThan(30);
});

test.each(seeds(100))('a larger story ends right (seed %i)', (seed) => {
  wander(inspectedOf(seed + 2, storyOf(seed)), seed + 1);
});
