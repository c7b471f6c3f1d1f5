import { describe, expect, test } from 'vitest';
import { behind, hindrances, judge, type Stand } from '../cli/proof.ts';

const line = {
  ...{ line: 'acme/lyon/turning/M01', failure: null, epoch: 1, head: 100, kept: 100 },
  ...{ hash: 'aa', runs: [], way: { state: 'up' } },
};
const other = { ...line, line: 'acme/lyon/turning/M02', head: 7, kept: 7, hash: 'bb' };
const base: Stand = {
  ...{ nowMs: 1_000_000, central: { atMs: 995_000 }, unsent: 0, lines: [line, other] },
  ...{ disk: { level: 'ok' }, program: { release: '1.0.0' } },
};
const stand = (about: Partial<Stand>, of: object = {}): Stand => ({
  ...base,
  lines: [{ ...line, ...of }, other],
  ...about,
});
const spoken = { isCurrent: true, epoch: 1, sequence: 100 };
const mute = { ...spoken, isCurrent: false };
const judged = (now: Stand, first = base, release?: string) => judge(base, first, now, release);

describe('a new release has taken over', () => {
  test('when every line stands as it stood, or further on', () => {
    const fine = { broken: [], waiting: [] };
    expect(judged(base)).toEqual(fine);
    expect(judged(stand({}, { head: 140, kept: 120, hash: 'cc' }))).toEqual(fine);
    expect(judged(stand({}, { way: { state: 'draining' } }))).toEqual(fine);
    expect(judged(base, base, '1.0.0')).toEqual(fine);
    expect(judged(stand({}, { software: spoken }))).toEqual(fine);
    expect(judged(stand({}, { software: { ...spoken, epoch: null, sequence: null } }))).toEqual(
      fine,
    );
  });

  const broken: [string, Stand, string][] = [
    ['a line is gone', { ...base, lines: [other] }, 'M01: is gone'],
    ['a line has failed', stand({}, { failure: 'stopped at epoch 1' }), 'M01: stopped at epoch 1'],
    ['facts are gone', stand({}, { head: 99, kept: 99 }), 'M01: has 99 facts, had 100'],
    ['the chain is another', stand({}, { hash: 'cc' }), 'M01: has another chain'],
    ['the line began an epoch', stand({}, { epoch: 2 }), 'M01: is in epoch 2, was in 1'],
  ];
  test.each(broken)('never when %s', (_why, now, words) => {
    expect(judged(now).broken).toEqual([`acme/lyon/turning/${words}`]);
  });

  test('never when another release runs', () => {
    expect(judged(base, base, '1.0.1').broken).toEqual(['release 1.0.0 runs, and not 1.0.1']);
    expect(judged(stand({ program: { release: '1.0.1' } }), base, '1.0.1').broken).toEqual([]);
  });

  const waiting: [string, Stand, string][] = [
    ['a line is cut off', stand({}, { way: { state: 'down', detail: 'no leaf' } }), 'no leaf'],
    ['the ledger is behind', stand({}, { kept: 99 }), 'the ledger holds 99 of 100 facts'],
    ['a line has not said what goes on', stand({}, { software: mute }), 'has not stated yet that'],
    ['nobody knows what states a line', stand({}, { software: null }), 'has not stated yet that'],
    [
      'what goes on is not in the ledger',
      stand({ unsent: 1 }, { head: 101, hash: 'cc', software: { ...spoken, sequence: 101 } }),
      'the ledger holds 100 of 101 facts, and not that release 1.0.0 goes on',
    ],
    ['central is silent', stand({ central: { atMs: 969_999 } }), 'has not spoken'],
    ['central has never spoken', stand({ central: null }), 'has not spoken'],
    ['facts pile up', stand({ unsent: 1_001 }), '1001 facts wait, 1001 more than before'],
    ['the disk fills up', stand({ disk: { level: 'shed' } }), 'disk: shed, was ok'],
  ];
  test.each(waiting)('not yet while %s', (_why, now, words) => {
    const { broken, waiting } = judged(now);
    expect(broken).toEqual([]);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]).toContain(words);
  });

  test('only once the ledger holds what was stated when the watch began', () => {
    const first = stand({}, { head: 130, kept: 100 });
    expect(judged(stand({}, { head: 150, kept: 129, hash: 'cc' }), first).waiting).toHaveLength(1);
    expect(judged(stand({}, { head: 150, kept: 130, hash: 'cc' }), first).waiting).toEqual([]);
    expect(behind(first, stand({}, { head: 130, kept: 129 }))).toHaveLength(1);
  });
});

describe('a release may be changed', () => {
  test('while every line is up, at work or not', () => {
    expect(hindrances(base, false)).toEqual([]);
    expect(hindrances(stand({}, { runs: [{}] }), false)).toEqual([]);
  });
  test('but not while one has failed, is cut off, or central is silent', () => {
    expect(hindrances(stand({}, { failure: 'stopped' }), false)).toHaveLength(1);
    expect(hindrances(stand({}, { way: { state: 'down' } }), false)).toHaveLength(1);
    expect(hindrances(stand({ central: null }), false)).toEqual(['central: has not spoken']);
  });
  test('nor while one is at work, where that is asked', () => {
    const atWork = hindrances(stand({}, { runs: [{}] }), true);
    expect(atWork).toEqual(['acme/lyon/turning/M01: is at work']);
  });
});
