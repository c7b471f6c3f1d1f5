// Goal: what counts no more at the line is taken back in the ERP, once, youngest first; what only a
// person can undo waits for one. Method: central's real tables, each case small enough to be read.
import { expect, test } from 'vitest';
import { undoReasons } from '../central/posting/compensation.ts';
import type { Content } from '../shared/event.ts';
import {
  again,
  answer,
  graceMs,
  m1,
  only,
  refused,
  stated,
  told,
  unknown,
} from './helpers/central.ts';
import { brief, expectAll, reasonOf, unposted } from './helpers/undone.ts';

const { release, report, complete, close, reverse, correct } = stated;

test('Q5: what was posted is taken back by its number, with its amounts', () => {
  const good = report('5', { scrap: '1' });
  const side = told(release(), good);
  side.drain();
  side.note(m1, reverse(good));
  const { posting } = only(side.next());
  expect(posting).toMatchObject({
    ...{ kind: 'cancelConfirmation', cancels: 'D1', order: 'WO-1', operation: '0010' },
    ...{ yield: '5', scrap: '1', rework: '0', unit: 'EA' },
  });
  expectAll(side, 3);
});

test('Q5: what was not sent yet is void, and the ERP hears nothing', () => {
  const [first, second] = [report('5'), report('6')];
  const side = told(first, second);
  side.next(); // deferred: the order is not released yet
  side.note(m1, reverse(first), release());
  expect(brief(side)).toEqual(['confirmation 6']);
  expect(side.states()).toEqual(['confirmation void', 'confirmation posted']);
  expect(unposted(side)[undoReasons.unsent]).toBe(1);
  expectAll(side, 4);
});

test('E2: what may be there is looked up first, and taken back only if it is', () => {
  for (const found of [true, false]) {
    const good = report('5');
    const side = told(release(), good);
    const { posting } = answer(side, unknown);
    side.note(m1, reverse(good));
    expect(side.next()).toEqual([]);
    side.time.nowMs += graceMs;
    expect(only(side.next()).do).toBe('lookUp');
    side.postings.found(posting.key, found ? ['D9'] : []);
    expect(brief(side)).toEqual(found ? ['cancelConfirmation 5 of D9'] : []);
    const state = found ? 'posted' : 'void';
    expect(side.states()).toEqual([`confirmation ${state}`, `cancelConfirmation ${state}`]);
  }
});

test('E2: a lost answer to what takes back is looked up under its own key', () => {
  const good = report('5');
  const side = told(release(), good);
  side.drain();
  side.note(m1, reverse(good));
  const { posting } = answer(side, unknown);
  side.time.nowMs += graceMs;
  expect(only(side.next())).toMatchObject({ do: 'lookUp', posting: { cancels: 'D1' } });
  side.postings.found(posting.key, ['D2']);
  expect(side.states()).toEqual(['confirmation posted', 'cancelConfirmation posted']);
});

test('Q5: the reversal of a reversal posts the document again, and so on', () => {
  const good = report('5');
  const side = told(release(), good);
  const chain: Content[] = [good];
  side.drain();
  const posted = [1, 2, 3, 4].flatMap(() => {
    chain.push(reverse(chain.at(-1)!));
    side.note(m1, chain.at(-1)!);
    return brief(side);
  });
  expect(posted).toEqual([
    ...['cancelConfirmation 5 of D1', 'confirmation 5'],
    ...['cancelConfirmation 5 of D3', 'confirmation 5'],
  ]);
  expect(new Set(side.rows().map(({ key }) => key)).size).toBe(5);
  expectAll(side, 6);
});

test('Q5: a reversal that is reversed before it was sent leaves its document alone', () => {
  const good = report('5');
  const side = told(release(), good);
  side.drain();
  const undo = reverse(good);
  const redo = reverse(undo);
  side.note(m1, undo, redo);
  expect(brief(side)).toEqual([]);
  expect(side.states()).toEqual(['confirmation posted', 'cancelConfirmation void']);
  side.note(m1, reverse(redo));
  expect(brief(side)).toEqual(['cancelConfirmation 5 of D1']);
  expectAll(side, 5);
});

test('Q5: the same reversal twice, or before its original, takes back once or nothing', () => {
  const [good, early] = [report('5'), report('7')];
  const side = told(release(), good);
  side.drain();
  side.note(m1, reverse(good), reverse(good), reverse(early), early);
  expect(brief(side)).toEqual(['cancelConfirmation 5 of D1']);
  expect(unposted(side)).toMatchObject({ [undoReasons.idle]: 2, [undoReasons.came]: 1 });
  expectAll(side, 6);
});

test('a correction takes back first: both together would be too much (Q6)', () => {
  const good = report('110');
  const side = told(release(), good);
  side.drain();
  const better = correct(good, '109');
  side.note(m1, better);
  expect(brief(side)).toEqual(['cancelConfirmation 110 of D1', 'confirmation 109']);
  side.note(m1, correct(better, '0'));
  expect(brief(side)).toEqual(['cancelConfirmation 109 of D3']); // Q7: nothing to confirm
  expectAll(side, 4);
});

test('a correction waits for what it corrects: it may have come out of rework', () => {
  for (const inRework of [false, true]) {
    const good = report('5', { inRework });
    const better = correct(good, '6');
    const side = told(release(), better);
    expect(brief(side)).toEqual([]);
    expect(unposted(side)[undoReasons.early]).toBe(1);
    expect(side.postings.settled(m1, 2)).toEqual({ settled: 2, waiting: [2] });
    expectAll(side, 2);
    side.note(m1, good);
    expect(brief(side)).toEqual(inRework ? [] : ['confirmation 6']);
    expect(unposted(side)).not.toHaveProperty([undoReasons.early]);
    expectAll(side, 3);
  }
});

test('a correction that is reversed while it waits is not posted; its report is', () => {
  const good = report('5');
  const better = correct(good, '6');
  const back = reverse(better);
  const side = told(release(), better, back, reverse(back), reverse(reverse(back)));
  expectAll(side, 5);
  const undone = told(release(), better, back, good);
  expect(brief(undone)).toEqual(['confirmation 5']);
  expectAll(undone, 4);
  side.note(m1, good);
  expect(brief(side)).toEqual(['confirmation 6']);
  expectAll(side, 6);
});

test('the youngest is taken back first, though it was reversed last', () => {
  const [first, second, third] = [report('1'), report('2'), report('3')];
  const side = told(release(), first, second, third);
  side.drain();
  side.note(m1, reverse(first), reverse(third), reverse(second));
  expect(brief(side)).toEqual([
    ...['cancelConfirmation 3 of D3', 'cancelConfirmation 2 of D2', 'cancelConfirmation 1 of D1'],
  ]);
});

test('the final confirmation waits until all of its operation is taken back', () => {
  const good = report('5');
  const side = told(release(), good);
  side.drain();
  side.note(m1, reverse(good), complete(), close(4));
  const { posting } = only(side.next());
  expect(posting.kind).toBe('cancelConfirmation');
  side.postings.settle(posting.key, refused);
  expect(side.drain()).toEqual([]);
  again(side.postings, posting.key);
  expect(side.drain()).toMatchObject([{ kind: 'cancelConfirmation' }, { final: true }]);
});

test.each([
  ['Settle', 'cancelConfirmation posted'],
  ['GiveUp', 'cancelConfirmation void'],
  ['Retry', 'cancelConfirmation void'],
] as const)('of a parked one a person decides first: %s', (what, state) => {
  const good = report('5');
  const side = told(release(), good);
  const { key } = answer(side, refused).posting;
  side.note(m1, reverse(good));
  expect(side.drain()).toEqual([]);
  expect(reasonOf(side)).toBe('behind the parked one');
  if (what === 'Retry') again(side.postings, key);
  else side.postings.decide(key, what, { document: 'D7', reason: 'so be it' });
  side.drain();
  expect(side.states()[1]).toBe(state);
});

test('the tables refuse to take back twice, and what is not posted', () => {
  const [first, second] = [report('5'), report('6')];
  const side = told(release(), first, second);
  side.drain();
  side.note(m1, reverse(first), reverse(second));
  const [one, two, back] = side.rows();
  const set = (what: string) => () =>
    side.db.exec(`UPDATE posting SET ${what} WHERE key = '${back!.key}'`);
  expect(set(`cancels = '${two!.key}'`)).toThrow(/unique/i);
  expect(set('cancels = NULL')).toThrow(/check/i);
  expect(one!.state).toBe('posted');
  expect(set("cancels = 'nothing', state = 'sending'")).toThrow('only what is posted');
});

test('a correction waits while what makes room for it has still to go (Q6)', () => {
  const [first, second] = [report('60'), report('50')];
  const side = told(release(), first, second);
  side.drain();
  side.note(m1, correct(first, '59'), reverse(second));
  expect(brief(side)).toEqual([
    ...['cancelConfirmation 50 of D2', 'cancelConfirmation 60 of D1', 'confirmation 59'],
  ]);
});
