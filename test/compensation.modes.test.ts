// Goal: nothing is taken back where the rules are not live, or by nobody's word after the closing.
// Method: central's real tables, each case small enough to be read.
import { expect, test } from 'vitest';
import { undoReasons } from '../central/posting/compensation.ts';
import { modeReasons, type Switch } from '../central/posting/modes.ts';
import { again, graceMs, m1, openSide, stated, told } from './helpers/central.ts';
import { brief, expectAll, unposted } from './helpers/undone.ts';

const { release, report, reverse, correct } = stated;
const late = { flags: 'late' } as const;

test('after the closing a person decides, and what they would send is planned', () => {
  const good = report('5');
  const side = told(release(), good);
  side.drain();
  side.note(m1, correct(good, '6', late));
  expect(side.drain()).toEqual([]);
  const [, cancel, own] = side.rows();
  expect([cancel, own]).toMatchObject([
    { kind: 'cancelConfirmation', state: 'parked', reason: /after the order was closed/ },
    { kind: 'confirmation', state: 'parked', yield: '6' },
  ]);
  again(side.postings, cancel!.key);
  again(side.postings, own!.key);
  expect(brief(side)).toEqual(['cancelConfirmation 5 of D1', 'confirmation 6']);
  side.note(m1, reverse(report('9'), late));
  expect(side.states().at(-1)).toBe('confirmation parked'); // of what is not here
  expectAll(side, 4);
});

test('a rule that is a shadow or off takes nothing back, and voids nothing', () => {
  for (const mode of ['shadow', 'off'] as const) {
    const rules: Switch[] = [{ rule: 'corrections', mode }];
    const side = openSide(':memory:', graceMs, { nowMs: 0 }, rules);
    const [first, second] = [report('5'), report('6')];
    side.note(m1, release(), first);
    side.drain();
    const undo = reverse(first);
    const better = correct(second, '7');
    side.note(m1, second, undo, better, reverse(undo));
    expect(brief(side)).toEqual(['confirmation 6']);
    expect(unposted(side)).toMatchObject({ [modeReasons[mode]]: 2, [undoReasons.again]: 1 });
    const shown = [undo, better].flatMap(({ eventId }) => side.postings.shadows(eventId));
    expect(shown.map(({ kind }) => kind).sort()).toEqual(
      mode === 'off' ? [] : ['cancelConfirmation', 'cancelConfirmation', 'confirmation'],
    );
    expectAll(side, 6);
  }
});

test('a correction does no more than the rule of what it corrects', () => {
  const rules: Switch[] = [{ rule: 'QuantityReported', mode: 'shadow' }];
  const side = openSide(':memory:', graceMs, { nowMs: 0 }, rules);
  const good = report('5');
  const better = correct(good, '6');
  side.note(m1, release(), good, better);
  expect(side.rows()).toEqual([]);
  expect(side.postings.shadows(better.eventId)).toMatchObject([{ kind: 'confirmation' }]);
  expectAll(side, 3);
});

test('what a person is to decide already is not planned once more', () => {
  const good = report('5');
  const side = told(release(), good);
  side.drain();
  side.note(m1, reverse(good, late), reverse(good, late), reverse(good));
  const [, cancel] = side.rows();
  expect(side.states()).toEqual([
    ...['confirmation posted', 'cancelConfirmation parked', 'confirmation parked'],
  ]);
  again(side.postings, cancel!.key);
  expect(brief(side)).toEqual(['cancelConfirmation 5 of D1']);
  expectAll(side, 5);
});

test('whoever retries a chain of no sure day, in whatever order, ends with what counts', () => {
  for (const times of [1, 2, 3, 4]) {
    for (const backwards of [false, true]) {
      const good = report('5');
      const side = told(release(), good);
      side.drain();
      side.time.doubt = 'its time is in doubt';
      let last = good;
      for (let time = 0; time < times; time++) {
        last = reverse(last);
        side.note(m1, last);
      }
      const parked = side.postings.list('parked', 10).map(({ key }) => key);
      expect(parked).toHaveLength(times);
      for (const key of backwards ? parked.reverse() : parked) again(side.postings, key);
      side.drain();
      const posted = side.rows().filter(({ state }) => state === 'posted');
      const net = posted.reduce((sum, row) => sum + (row.kind === 'confirmation' ? 1 : -1), 0);
      expect([times, backwards, net]).toEqual([times, backwards, times % 2 === 0 ? 1 : 0]);
    }
  }
});
