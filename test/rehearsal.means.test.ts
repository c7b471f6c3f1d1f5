// Goal: a refused command is asked again as its plant would ask it: by its calendar and its units.
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { rehearseFile } from '../edge/store/rehearsal.ts';
import { openCalendar, readCalendar } from '../shared/calendar.ts';
import { readCommand } from '../shared/command.ts';
import { openUnits } from '../shared/unit.ts';
import { nothing, withLanes, written } from './helpers/rehearsal.ts';
import { shop } from './helpers/shop.ts';

const twice = { atMs: undefined, atLocal: '2012-10-28T02:30' };
const calendarOf = (timeZone: string) => openCalendar(readCalendar({ timeZone }, 'calendar'));

test('T3: a refused command with a local time is asked again by the plant’s calendar', async () => {
  const asked = [shop.start(twice), shop.release({}, 'WO-1', twice), shop.phase('R1', {}, twice)];
  const { path, answers } = written(asked, withLanes(2), { calendar: calendarOf('Europe/Paris') });
  expect(answers.map((answer) => answer.slice(0, 8))).toEqual(['REFUSED ', 'accepted', 'REFUSED ']);
  const same = await rehearseFile(path, withLanes(2), { calendar: calendarOf('Europe/Rome') });
  expect(same).toMatchObject({ facts: 1, refusals: 2, unjudged: 0, counts: nothing });
  const without = await rehearseFile(path, withLanes(2));
  expect(without.counts).toEqual({ ...nothing, otherwise: 2 });
  expect(without.differences[0]!.reason).toContain('an edge without a calendar');
  expect(await rehearseFile(path)).toMatchObject({ refusals: 0, unjudged: 2, counts: nothing });
});

test('T3: a local time that was refused is found where it would be told now', async () => {
  const never = { ...twice, atLocal: '2012-03-25T02:30' };
  const { path } = written([shop.release({}, 'WO-1', never)], withLanes(2), {
    calendar: calendarOf('Europe/Paris'),
  });
  const found = await rehearseFile(path, withLanes(2), { calendar: calendarOf('UTC') });
  expect(found.differences).toEqual([
    expect.objectContaining({ kind: 'accepted', type: 'ReleaseOrder', position: 0 }),
  ]);
});

test('a refused command in another unit is asked again by the plant’s factors', async () => {
  const units = openUnits([
    { material: 'BOLT', from: 'BOX', to: 'EA', numerator: 1, denominator: 3 },
  ]);
  const boxes = shop.report('R1', { good: '1', unit: 'BOX' });
  const given = [shop.release(), shop.start(), shop.phase('R1'), boxes];
  const { path, answers } = written(given, withLanes(2), { units });
  expect(answers.at(-1)).toBe('REFUSED 1 BOX of BOLT cannot be told exactly in EA');
  expect((await rehearseFile(path, withLanes(2), { units })).counts).toEqual(nothing);
});

test('what is allowed now and too big for a fact is refused for another reason', async () => {
  const { path } = written([shop.start()]);
  const operations = Array(100).fill({ operation: '0010', name: '🔩'.repeat(200) });
  const raw = new Sqlite(path);
  const { statement, ...rest } = readCommand(shop.release({ operations }));
  raw.prepare('UPDATE refusal SET command = ?').run(JSON.stringify({ ...rest, statement }));
  raw.close();
  const { counts, differences } = await rehearseFile(path, withLanes(2));
  expect(counts).toEqual({ ...nothing, otherwise: 1 });
  expect(differences[0]!.reason).toBe('fact: must be at most 65536 bytes when stored');
});
