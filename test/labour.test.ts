// H10: who works at a run may change while it is open; each has the time that he was there.
import { expect, test } from 'vitest';
import { templates } from '../statecharts/policy.ts';
import { contentsOf, openBox } from './helpers/box.ts';
import { m01, shop } from './helpers/shop.ts';
import { openStory } from './helpers/story.ts';

const at = (atMs: number, actor = 'person:1') => ({ atMs, actor });

test('H10: labour is split by the times of the events, and the run keeps its one id', () => {
  const { ask, book } = openStory(1);
  const steps = [
    ...[shop.release(), shop.start(), shop.phase('R1', {}, at(1_000))],
    shop.staff('R1', ['person:1', 'person:2', 'person:2'], at(4_000)),
    shop.staff('R1', ['person:2'], at(9_000)),
    shop.staff('R1', [], at(10_000)),
    shop.end('R1', at(20_000)),
  ];
  expect(steps.map((given) => ask(given))).toEqual(steps.map(() => 'accepted'));
  expect(Object.fromEntries(book.rows('labour'))).toEqual({
    'WO-1\n0010\nperson:1': 8_000,
    'WO-1\n0010\nperson:2': 6_000,
  });
  expect(book.tally('order', 'WO-1')).toMatchObject({ runs: 1, elapsedMs: 19_000 });
});

test('H10: a time that steps back takes nothing from anybody', () => {
  const { ask, book } = openStory(1);
  for (const given of [shop.release(), shop.start(), shop.phase('R1', {}, at(9_000))]) ask(given);
  ask(shop.staff('R1', ['person:2'], at(4_000)));
  ask(shop.end('R1', at(5_000)));
  expect(Object.fromEntries(book.rows('labour'))).toEqual({
    'WO-1\n0010\nperson:1': 0,
    'WO-1\n0010\nperson:2': 1_000,
  });
});

test('a run that is not open is staffed by nobody', () => {
  const { ask } = openStory(1);
  for (const given of [shop.release(), shop.start()]) ask(given);
  const words = 'run R9 of operation 0010 of order WO-1 is not open at this line';
  expect(ask(shop.staff('R9', ['person:1']))).toBe(words);
});

test('H10: a person whom nobody has named works on, and is flagged; a restart agrees', () => {
  const policy = { ...templates.discrete, people: ['person:1'] };
  const box = openBox(':memory:', [{ line: m01, lanes: 1, policy }]);
  box.time.nowMs = 1_000;
  const flagsOf = (given: object) => {
    const answer = box.decide(given);
    return answer.status === 'accepted' ? (answer.facts[0]!.flags ?? '') : answer.reason;
  };
  expect(flagsOf(shop.release())).toBe('');
  expect(flagsOf(shop.start({ actor: 'person:left-the-company' }))).toBe('unknownOperator');
  expect(flagsOf(shop.phase('R1'))).toBe('');
  expect(flagsOf(shop.staff('R1', ['person:1', 'person:3']))).toBe('unknownOperator');
  expect(flagsOf(shop.end('R1', { actor: 'machine:plc-7' }))).toBe('');
  const before = contentsOf(box);
  box.roster.rebuild();
  expect(box.roster.actors[0]!.failure()).toBeUndefined();
  expect(contentsOf(box)).toEqual(before);
});
