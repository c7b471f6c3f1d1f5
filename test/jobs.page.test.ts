// Goal: a line's tile says what came of the last job of its machine, and what a person must see to.
// Method: the page's own function, with a status as the edge tells it.
import { expect, test } from 'vitest';
import { m01, m02 } from './helpers/shop.ts';

type Said = { text: string; tone: string };
const { machineOf } = (await import(new URL('../edge/page/matters.js', import.meta.url).href)) as {
  machineOf: (machines: object, line: string) => Said;
};
const unit = { unit: 'press', unbound: [], counters: [], proposes: null };
const saysOf = (...jobs: object[]): Said =>
  machineOf(
    {
      lines: [{ line: m01, link: 'live', detail: null, units: [unit] }],
      unattributed: [],
      jobs: jobs.map((job) => ({ ...row, ...job })),
    },
    m01,
  );
const row = {
  ...{ line: m01, unit: 'press', job: 'WO-1/0010', state: null, action: null, askedMs: 1 },
  ...{ holds: [], result: null, resultWhy: null, differs: [] },
};
const result = { state: 'Ended', good: '1234', scrap: null };

test('a job that came out as booked is said calmly', () => {
  expect(saysOf()).toEqual({ text: '', tone: 'warn' });
  expect(saysOf({ state: 'Running' }).text).toBe('');
  const { text, tone } = saysOf({ result });
  expect([text, tone]).toEqual(['job WO-1/0010 is done: 1,234 good', 'calm']);
  const aborted = saysOf({ result: { ...result, state: 'Aborted', good: null } });
  expect(aborted.text).toBe('job WO-1/0010 was aborted');
  expect(saysOf({ result, line: m02 }).text).toBe('');
});

test('differences and a result that is not known are warnings', () => {
  const differs = ['good: the machine says 1234, booked 1230'];
  const odd = saysOf({ result, differs });
  expect(odd.text).toMatch(/ · good: the machine says 1234, booked 1230$/);
  expect(odd.tone).toBe('warn');
  expect(saysOf({ resultWhy: 'the machine does not know it' })).toEqual({
    text: 'job WO-1/0010: no result, the machine does not know it',
    tone: 'warn',
  });
});

test('only the job that was asked for last is told of', () => {
  const next = { job: 'WO-2/0010', askedMs: 2 };
  expect(saysOf({ result, job: 'WO-3/0010' }, next).text).toBe('');
  expect(saysOf({ ...next, result }, { job: 'WO-3/0010' }).text).toContain('WO-2');
});

test('a held job that was not taken back is bad; one that is being taken back is not', () => {
  const holds = ['H1'];
  for (const [state, words] of [
    ['Running', 'runs'],
    ['AllowedToStart', 'may start'],
    ['Prepared', 'is prepared'],
  ]) {
    const text = `job WO-1/0010 ${words}, and is held by H1`;
    expect(saysOf({ state, holds })).toEqual({ text, tone: 'bad' });
  }
  expect(saysOf({ state: 'Prepared', holds, action: 'Empty' }).text).toBe('');
  expect(saysOf({ state: 'NotAllowedToStart', holds }).text).toBe('');
});
