import { describe, expect, test } from 'vitest';
import { judgeLevel, type Level, type Limits, noLevel } from '../edge/machine/level.ts';
import { openMachineBox, running } from './helpers/machinebox.ts';

const limits: Limits = { low: 10, high: 80, hysteresis: 5, deadband: 2, debounceMs: 0 };
/** Where a value is after each of these, one a second. */
function follow(given: Limits, values: readonly (number | undefined)[]): (string | undefined)[] {
  let level: Level = noLevel;
  return values.map((value, second) => {
    const atMs = second * 1_000;
    const heard = { seen: { epoch: 'A', values: [] }, value, atMs, receivedMs: atMs };
    level = judgeLevel(given, level, heard, atMs);
    return level.zone.value;
  });
}

describe('a measured value', () => {
  test('leaves its limits at once, and comes back by the hysteresis', () => {
    expect(follow(limits, [50, 83, 78, 74])).toEqual(['within', 'high', 'high', 'within']);
    expect(follow(limits, [50, 7, 13, 16])).toEqual(['within', 'low', 'low', 'within']);
  });
  test('does not move by less than its deadband', () => {
    expect(follow(limits, [79.5, 81, 82])).toEqual(['within', 'within', 'high']);
  });
  test('counts once it has stood', () => {
    const slow = { ...limits, debounceMs: 2_000 };
    expect(follow(slow, [50, 50, 50, 90, 50, 90, 90, 90])).toEqual([
      ...[undefined, undefined, 'within', 'within', 'within', 'within', 'within', 'high'],
    ]);
  });
  test('is where it was while it is not known', () => {
    expect(follow(limits, [90, undefined, 90])).toEqual(['high', 'high', 'high']);
  });
});

const raised = (box: ReturnType<typeof openMachineBox>) =>
  box.facts().flatMap((fact) => (fact.type === 'NonconformanceRaised' ? [fact.body.reason] : []));

test('a value out of its limits is a nonconformance, once, and holds where that is said', () => {
  const box = running();
  box.say('level temp', 95.5);
  box.pass(500);
  expect(raised(box)).toEqual([]);
  box.pass(1_000);
  box.say('level temp', 99);
  box.pass(1_500);
  expect(raised(box)).toEqual(['zone: temp 95.5 is too high']);
  expect(box.status().holds).toMatchObject([{ scope: 'operation', order: 'WO-1' }]);
  box.say('level temp', 60);
  box.pass(1_500);
  box.say('level temp', 5);
  box.pass(1_500);
  expect(raised(box)).toEqual(['zone: temp 95.5 is too high', 'zone: temp 5 is too low']);
});

test('nothing is worked on: it is told, and there is nothing to hold', () => {
  const box = openMachineBox();
  box.live();
  box.say('level temp', 95.5);
  box.pass(1_500);
  expect(raised(box)).toEqual(['zone: temp 95.5 is too high']);
  expect(box.status().holdsOpen).toBe(0);
});

test('X4: whatever a machine shows as its reason, the line goes on', () => {
  const box = running();
  box.say('stop reason', `a\u0000b\nc\ud800${'🔩'.repeat(300)}`);
  box.say('state', 2n);
  box.pass(300);
  expect(box.states()[0]).toMatch(/^stopped stop reason a b c/);
  box.say('counter good', 103n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 3/0']);
});
