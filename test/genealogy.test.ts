// Every lot knows where it came from and where it went.
import { describe, expect, test } from 'vitest';
import { ancestors, consumedFor, descendants, kinOf } from '../statecharts/genealogy.ts';
import { lots, shop } from './helpers/shop.ts';
import { play } from './helpers/story.ts';

const wo2 = { order: 'WO-2' };
describe('H11: genealogy', () => {
  const { book, came, should } = play(2, [
    [shop.release()],
    [shop.start()],
    [shop.release({}, 'WO-2')],
    [shop.start(wo2)],
    [shop.produce('L-1', { quantity: '100' })],
    [lots.split('L-1', { 'L-2': '60', 'L-3': '40' })],
    [lots.split('L-2', { 'L-4': '10' })],
    [shop.consume('L-4', { material: 'BOLT' }, wo2)],
    [shop.consume('STEEL-1', {}, wo2)],
    [shop.produce('L-5', {}, wo2)],
    [lots.merge('L-6', { 'L-5': '5', 'L-3': '5' })],
  ]);
  const { look } = book;

  test('was told', () => expect(came).toEqual(should));

  test('forward: whatever came of a lot, each once', () => {
    expect(descendants(look, 'L-1').sort()).toEqual(['L-2', 'L-3', 'L-4', 'L-5', 'L-6']);
    expect(descendants(look, 'L-2').sort()).toEqual(['L-4', 'L-5', 'L-6']);
    expect(descendants(look, 'L-6')).toEqual([]);
    expect(descendants(look, 'nobody')).toEqual([]);
  });

  test('backward: whatever a lot was made of, each once', () => {
    expect(ancestors(look, 'L-6').sort()).toEqual(['L-1', 'L-2', 'L-3', 'L-4', 'L-5', 'STEEL-1']);
    expect(ancestors(look, 'L-3')).toEqual(['L-1']);
    expect(consumedFor(look, 'WO-2').sort()).toEqual(['L-4', 'STEEL-1']);
  });

  test('one step: what a person sees who scans the lot', () => {
    const lot = (id: string) => ({ kind: 'lot', id });
    const order = (id: string) => ({ kind: 'order', id });
    expect(kinOf(look, 'L-1')).toEqual({ from: [order('WO-1')], into: [lot('L-2'), lot('L-3')] });
    expect(kinOf(look, 'L-5')).toEqual({ from: [order('WO-2')], into: [lot('L-6')] });
    expect(kinOf(look, 'STEEL-1')).toEqual({ from: [], into: [order('WO-2')] });
  });
});
