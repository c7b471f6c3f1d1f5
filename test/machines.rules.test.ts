import { describe, expect, test } from 'vitest';
import { mappingText } from './helpers/machine.ts';
import { running } from './helpers/machinebox.ts';

describe('states', () => {
  test('a state is stated once it has stood, with its reason', () => {
    const box = running();
    box.say('state', 1n);
    box.pass(100);
    expect(box.states()).toEqual([]);
    box.pass(200);
    box.say('stop reason', 7n);
    box.say('state', 2n);
    box.pass(300);
    expect(box.states()).toEqual(['execute', 'stopped film torn irregular']);
  });

  test('a flicker is none, and the time is that of the first word', () => {
    const box = running();
    box.say('state', 1n);
    box.pass(300);
    box.say('state', 2n);
    box.pass(100);
    box.say('state', 1n);
    box.pass(1_000);
    expect(box.states()).toEqual(['execute']);
    box.say('state', 2n);
    const atMs = box.time.nowMs;
    box.pass(300);
    const fact = box.facts().findLast(({ type }) => type === 'EquipmentStateChanged');
    expect(fact?.atMs).toBe(atMs);
  });

  test('behind a gap the state of now is stated, and nothing between is made up', () => {
    const box = running();
    box.say('state', 1n);
    box.pass(300);
    box.lose();
    box.pass(60_000);
    box.say('state', 3n, { sourceMs: box.time.nowMs - 30_000 });
    box.live();
    box.pass(300);
    expect(box.states()).toEqual(['execute', 'complete irregular resync']);
  });

  test('a machine that is complete completes no operation, and holds nothing', () => {
    const box = running();
    box.say('state', 3n);
    box.pass(300);
    expect(box.states()).toEqual(['complete']);
    expect(box.status().orders[0]).toMatchObject({ state: 'started', holds: [] });
    expect(box.status().orders[0]?.operations[0]).toMatchObject({ state: 'active' });
  });
});

const rule = '    rules: [{ rejectsInARow: 3, hold: operation, reason: "three rejects" }]';

describe('a rule of the plant', () => {
  test('n rejects in a row hold the operation, once', () => {
    const box = running({ more: rule });
    box.say('counter scrap', 12n);
    box.pass(1_000);
    expect(box.status().holdsOpen).toBe(0);
    box.say('counter scrap', 13n);
    box.pass(1_000);
    expect(box.status().holds).toMatchObject([
      { scope: 'operation', order: 'WO-1', operation: '0010', reason: 'three rejects' },
    ]);
    box.say('counter scrap', 14n);
    box.pass(1_000);
    expect(box.status().holdsOpen).toBe(1);
  });

  test('a good one between ends the row, and without the rule nothing is ever held', () => {
    const ruled = running({ more: rule });
    const free = running();
    for (const box of [ruled, free]) {
      box.say('counter scrap', 12n);
      box.say('counter good', 101n);
      box.say('counter scrap', 14n);
      box.pass(1_000);
      expect(box.status().holdsOpen).toBe(0);
    }
    free.say('counter scrap', 19n);
    free.pass(1_000);
    expect(free.status().holdsOpen).toBe(0);
  });
});

const total = mappingText().replace(
  'good: { at: "m;s=Good", counts: good, maxPerSec: 20, slack: 20 }',
  `total: { at: "m;s=Total", maxPerSec: 20, slack: 20, each: 2 }
      good: { derive: { from: total, less: [scrap] }, counts: good }`,
);

describe('good is what is left of the total', () => {
  const reckoned = () => {
    const box = running({ mapping: total });
    box.say('counter total', 100n);
    box.pass(1_000);
    return box;
  };

  test('one count may be several pieces, and scrap is none of the good', () => {
    const box = reckoned();
    box.say('counter total', 105n);
    box.say('counter scrap', 13n);
    box.pass(1_000);
    expect(box.reports()).toEqual(['R1 7/3']);
  });

  test('scrap that is told after its total is made up for by the next good ones', () => {
    const box = reckoned();
    box.say('counter total', 101n);
    box.pass(1_000);
    box.say('counter scrap', 11n);
    box.pass(1_000);
    box.say('counter total', 103n);
    box.pass(1_000);
    expect(box.reports()).toEqual(['R1 2/0', 'R1 0/1', 'R1 3/0']);
  });
});

test('results with a handshake number make a row of rejects, a number told again does not', () => {
  const more = `    results: { leak: { at: "m;s=Leak", sequence: "m;s=LeakSeq", passed: ["OK"] } }
${rule}`;
  const box = running({ more });
  const test_ = (sequence: bigint, result: string): void => {
    box.say('result leak', result);
    box.say('sequence leak', sequence);
    box.pass(1_000);
  };
  test_(1n, 'NOK'); // from before anybody listened
  test_(2n, 'NOK');
  test_(3n, 'NOK');
  test_(3n, 'NOK');
  expect(box.status().holdsOpen).toBe(0);
  test_(4n, 'OK');
  test_(5n, 'NOK');
  test_(6n, 'NOK');
  expect(box.status().holdsOpen).toBe(0);
  test_(7n, 'NOK');
  expect(box.status().holdsOpen).toBe(1);
});
