// Goal: whatever may have waited for a fact is looked at again, once, and only if it was committed.
// Method: what is told to the lanes; and a side whose transaction fails halfway.
import { expect, test } from 'vitest';
import { openLanes } from '../central/posting/lanes.ts';
import { openWaking } from '../central/posting/waking.ts';
import { m1, openSide, stated } from './helpers/central.ts';

function watched() {
  const told: string[] = [];
  const tell = (way: string) => (name: string) => {
    told.push(`${way} ${name}`);
    return { changes: 1, lastInsertRowid: 0 };
  };
  const { db } = openSide();
  const lanes = openLanes({ db, waitMs: () => 0 });
  const own = { wake: tell('wake'), rouse: tell('rouse'), rouseLot: tell('lot') };
  return { told, waking: openWaking({ ...lanes, ...own }) };
}

test('each is woken once, at the end, and one that is woken need not be roused', () => {
  const { told, waking } = watched();
  for (let times = 0; times < 3; times++) {
    for (const lane of ['WO-1', 'WO-2']) waking.wake(lane);
    for (const lane of ['WO-2', 'WO-3']) waking.rouse(lane);
    waking.rouseLot('L-1');
  }
  expect(told).toEqual([]);
  waking.save();
  expect(told).toEqual(['wake WO-1', 'wake WO-2', 'rouse WO-3', 'lot L-1']);
  waking.save();
  expect(told).toHaveLength(4);
});

test('what was not committed wakes nobody', () => {
  const { told, waking } = watched();
  waking.wake('WO-1');
  waking.rouse('WO-2');
  waking.rouseLot('L-1');
  waking.undone();
  waking.save();
  expect(told).toEqual([]);
});

test('a lane of which only an undone transaction knew is not there after the next one', () => {
  const side = openSide();
  side.note(m1, stated.release('WO-1'), stated.release('WO-2'));
  const lanes = side.db.prepare('SELECT lane FROM lane ORDER BY lane').pluck();
  const fact = { ...stated.report('1'), line: m1, epoch: 1, sequence: 3 };
  const half = () =>
    side.postings.together(() => {
      side.postings.note(fact as never, undefined, undefined, undefined);
      throw new Error('halfway');
    });
  expect(half).toThrow('halfway');
  side.note(m1, stated.report('2', {}, { order: 'WO-2' }));
  expect(lanes.all()).toEqual(['WO-2']);
});
