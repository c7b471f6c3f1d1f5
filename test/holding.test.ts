// What stays of a run and of a reason while goods are held.
import { expect, test } from 'vitest';
import { shop } from './helpers/shop.ts';
import { openStory, play } from './helpers/story.ts';

const work = { order: 'WO-1', operation: '0010' };

test('H2: a run that ends under a hold keeps its time, and the next one only its own', () => {
  const { came, should, book } = play(1, [
    [shop.release()],
    [shop.start()],
    [shop.phase('R1', {}, { atMs: 1_000 })],
    [shop.hold('H1', 'operation', { ...work, atMs: 2_000 })],
    [shop.report('R1', { good: '1' }, { atMs: 4_000 })], // the current piece
    [shop.end('R1', { atMs: 5_000 })],
    [shop.phase('R2'), 'operation 0010 of order WO-1 is held by H1'],
    [shop.complete(), 'operation 0010 of order WO-1 is held by H1'],
    [shop.free('H1')],
    [shop.phase('R2', {}, { atMs: 60_000 })],
    [shop.end('R2', { atMs: 62_000 })],
    [shop.complete()],
  ]);
  expect(came).toEqual(should);
  expect(book.tally('operation', 'WO-1', '0010')).toMatchObject({
    ...{ runs: 2, elapsedMs: 6_000, runStatedMs: 6_000, good: 1_000_000n },
  });
});

test('H3: each of two holds keeps its own reason, also when it is placed twice', () => {
  const { ask, book } = openStory(1);
  for (const given of [shop.release(), shop.start(), shop.phase('R1')]) ask(given);
  ask(shop.hold('H1', 'operation', work));
  ask(shop.hold('H2', 'operation', work, { reason: 'wrong drawing' }));
  ask(shop.hold('H1', 'operation', work, { reason: 'another' }));
  expect([...book.rows('hold')].map(([hold, { reason }]) => [hold, reason])).toEqual([
    ['H1', 'crack'],
    ['H2', 'wrong drawing'],
  ]);
});
