import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acceptSuspect, type CounterRule, count, type Mark } from '../edge/machine/counter.ts';
import { setBackMs } from '../edge/machine/guard.ts';
import type { Sample } from '../edge/machine/sample.ts';
import fc from './helpers/check.ts';
import { told } from './helpers/machine.ts';

type Vector = {
  name: string;
  cfg: { modulus: number; maxPerSec: number; slack: number };
  initial?: { last: number; src: number; epoch: string; total: number };
  samples: [value: number, status: number, sourceMs: number, epoch: string][];
  expect: string[];
  total: number;
};
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, 'data/counter_vectors.json'), 'utf8'),
) as Vector[];

const ruleOf = ({ modulus, maxPerSec, slack }: Vector['cfg']): CounterRule => ({
  ...{ modulus: BigInt(modulus), maxPerSec, slack, resetTo: 0n, decimals: 0 },
});
const rule = ruleOf({ modulus: 2 ** 32, maxPerSec: 10, slack: 5 });

/** Each step as the vectors spell it, and the counts in all. */
function follow(given: CounterRule, samples: readonly Sample[], initial?: Mark) {
  let mark = initial;
  const steps = samples.map((sample) => {
    const step = count(given, mark, sample);
    mark = step.mark;
    const delta = step.kind === 'delta' ? [`delta:${step.delta}`] : [step.kind];
    return [...delta, ...step.flags].join(':');
  });
  return { steps, total: mark?.total ?? 0n, mark };
}

test('the vectors are the fourteen that were collected', () => {
  expect(vectors).toHaveLength(14);
});

test.each(vectors)('$name', ({ cfg, initial, samples, expect: expected, total }) => {
  const mark = initial && {
    ...{ last: BigInt(initial.last), total: BigInt(initial.total), seenMs: initial.src },
    seen: { epoch: initial.epoch, sourceMs: initial.src, values: [] },
  };
  const given = samples.map(([value, status, sourceMs, epoch]) =>
    told('counter good', value, sourceMs, { status, epoch }),
  );
  const found = follow(ruleOf(cfg), given, mark);
  expect(found.steps).toEqual(expected);
  expect(found.total).toBe(BigInt(total));
});

const good = (value: number | bigint, atMs: number, about: Partial<Sample> = {}) =>
  told('counter good', value, atMs, about);

describe('what is not believed', () => {
  test('time alone makes a jump no truer', () => {
    const { steps, total } = follow(rule, [
      good(10, 0),
      ...[good(1_000_010, 1_000), good(1_000_011, 1_100), good(1_000_020, 200_000_000)],
    ]);
    expect(steps).toEqual(['baseline', 'implausible', 'implausible', 'implausible']);
    expect(total).toBe(0n);
  });

  test('a person says where it goes on, and nothing before it is counted', () => {
    const { mark } = follow(rule, [good(10, 0), good(1_000_010, 1_000)]);
    const { steps, total } = follow(rule, [good(1_000_013, 2_000)], acceptSuspect(mark!));
    expect(steps).toEqual(['delta:3']);
    expect(total).toBe(3n);
  });

  test('text, a fraction of a count that is none, NaN: bad', () => {
    const values = ['12', Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, null, true] as const;
    for (const value of values) {
      expect(count(rule, undefined, told('counter good', value, 0)).kind).toBe('bad');
    }
  });
});

test('64 bits are counted exactly, over their rollover too', () => {
  const wide = { ...rule, modulus: 2n ** 64n };
  const last = 2n ** 64n - 2n;
  const { steps } = follow(wide, [good(last, 0), good(2n ** 64n - 1n, 1_000), good(3n, 2_000)]);
  expect(steps).toEqual(['baseline', 'delta:1', 'delta:4:rollover']);
});

test('decimals of a totaliser are whole counts', () => {
  const kilograms = { ...rule, decimals: 3, slack: 5_000 };
  const { total } = follow(kilograms, [good(0.1, 0), good(0.3, 1_000), good(0.7, 2_000)]);
  expect(total).toBe(600n);
});

test('two values of one instant: the lower one, told after, is no reset', () => {
  const samples = [good(5, 0), good(7, 100), good(6, 100), good(7, 100), good(8, 200)];
  const { steps } = follow(rule, samples);
  expect(steps).toEqual(['baseline', 'delta:2', 'late', 'duplicate', 'delta:1']);
});

test('without source times the order is that of the messages', () => {
  const none = { sourceMs: undefined };
  const in_ = (sequence: number, delivery: number) => ({
    ...none,
    message: { subscription: 1, sequence, delivery },
  });
  const { steps, total } = follow(rule, [
    ...[good(1, 0, in_(1, 1)), good(2, 100, in_(2, 2)), good(3, 100, in_(2, 2))],
    ...[good(2, 200, in_(2, 3)), good(3, 200, in_(2, 3)), good(1, 300, in_(1, 4))],
    good(4, 400, in_(3, 5)),
  ]);
  expect(steps).toEqual([
    ...['baseline', 'delta:1', 'delta:1', 'duplicate', 'duplicate', 'late', 'delta:1'],
  ]);
  expect(total).toBe(3n);
});

test('a clock of the machine that was set back is believed again after a minute', () => {
  const hour = 3_600_000;
  const back = (value: number, receivedMs: number) =>
    good(value, receivedMs - hour, { receivedMs });
  const samples = [good(10, hour), back(11, hour + 1_000), back(12, hour + 1_000 + setBackMs)];
  const { steps, total } = follow(rule, [...samples, back(13, hour + 2_000 + setBackMs)]);
  expect(steps).toEqual(['baseline', 'late', 'delta:2', 'delta:1']);
  expect(total).toBe(3n);
});

/** A day of a counter: rises, rollovers, resets and restarts of the server, and the true total. */
const days = fc
  .array(
    fc.record({
      rise: fc.integer({ min: 0, max: 8 }),
      event: fc.constantFrom('none', 'none', 'none', 'none', 'reset', 'restart', 'zeroed'),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    const modulus = 256; // a day without enough pieces between rollovers would show none
    let value = 250;
    let total = 0;
    let epoch = 0;
    const samples = [good(value, 0, { epoch: '0' })];
    steps.forEach(({ rise, event }, index) => {
      const atMs = (index + 1) * 1_000;
      if (event === 'restart' || event === 'zeroed') epoch += 1;
      // A reset from low looks like none, and one from high like a rollover: no rule can tell.
      if ((event === 'reset' || event === 'zeroed') && value > 20 && value < 230) value = 0;
      value = (value + rise) % modulus;
      total += rise;
      samples.push(good(value, atMs, { epoch: `${epoch}` }));
    });
    return { samples, total, rule: { ...rule, modulus: 256n } };
  });

test('repeats and old messages that come again change no count, wherever they come', () => {
  fc.assert(
    fc.property(
      days,
      fc.array(fc.nat(), { maxLength: 40 }),
      ({ samples, total, ...day }, picks) => {
        const sent: Sample[] = [];
        samples.forEach((sample, index) => {
          sent.push(sample);
          for (const pick of picks) {
            if (pick % samples.length !== index) continue;
            // A server that sends again sends what it said since it started, in whichever order.
            const since = samples.slice(0, index + 1).filter(({ epoch }) => epoch === sample.epoch);
            const again = since[pick % since.length]!;
            sent.push({ ...again, receivedMs: sample.receivedMs + 1 });
          }
        });
        expect(follow(day.rule, sent).total).toBe(BigInt(total));
      },
    ),
    { numRuns: 500 },
  );
});

test('messages of a reconnect in any order: the newest says it all', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
      (rises, keys) => {
        let value = 100;
        const burst = rises.map((rise, index) => {
          value += rise;
          return good(value, (index + 1) * 1_000);
        });
        const mixed = burst
          .map((sample, index) => ({ sample, key: keys[index]! }))
          .sort((a, b) => a.key - b.key)
          .map(({ sample }) => ({ ...sample, receivedMs: 40_000 }));
        const after = good(value + 1, 41_000);
        const { total } = follow(rule, [good(100, 0), ...mixed, after]);
        expect(total).toBe(BigInt(value + 1 - 100));
      },
    ),
    { numRuns: 500 },
  );
});
