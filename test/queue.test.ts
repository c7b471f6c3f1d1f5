// Goal: what central must look at for one posting does not grow with those that wait or are done.
import { expect, test } from 'vitest';
import { openQueue } from '../central/queue.ts';
import { answer, m1, other, refused, stated, told } from './helpers/central.ts';

const { release, report, produce } = stated;
const reports = (count: number) => Array.from({ length: count }, () => report('1'));

test('of a lane behind a parked posting only what is new is read', () => {
  const side = told(release('WO-1', '1000'), report('1'), ...reports(25));
  answer(side, refused);
  const queue = openQueue(side.db, () => undefined);
  expect([...queue.intendedIn('WO-1', 0)]).toHaveLength(25);
  expect(side.next()).toEqual([]);
  expect([...queue.intendedIn('WO-1', 0)]).toEqual([]);
  side.note(m1, report('1'));
  expect([...queue.intendedIn('WO-1', 0)]).toEqual([]); // it waits from the first
  expect(side.next()).toEqual([]);
  expect(side.rows().map(({ state }) => state)).toEqual(['parked', ...Array(26).fill('deferred')]);
});

test('open postings of a lane come in order, over many pages, while they are moved', () => {
  const side = told(release('WO-1', '1000'), ...reports(25), report('3', {}, other));
  const queue = openQueue(side.db, () => undefined);
  const seen: number[] = [];
  for (const row of queue.openIn('WO-1')) {
    seen.push(row.id);
    queue.move({ ...row, state: 'held' });
  }
  expect(seen).toHaveLength(25);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

test('the counts are those of the rows, whatever has moved', () => {
  const side = told(release(), report('1'), release('WO-2'), report('3', {}, other));
  const counted = side.db.prepare(
    `SELECT kind, state, count(*) AS postings FROM posting
     GROUP BY kind, state ORDER BY kind, state`,
  );
  const agree = () => expect(side.postings.counts().postings).toEqual(counted.all());
  agree();
  const tasks = side.next();
  agree();
  side.post(tasks[0]!);
  agree();
  side.note(m1, report('2'), produce('L', '3'));
  answer(side, refused);
  agree();
  expect(() =>
    side.db.transaction(() => {
      side.note(m1, report('2'));
      throw new Error('undone');
    })(),
  ).toThrow('undone');
  agree();
});
