// Goal: each rise of a pulse is one count, and what nobody saw is not made up but said.
import { describe, expect, test } from 'vitest';
import { readMapping } from '../edge/machine/mapping.ts';
import { tagsOf } from '../edge/machine/tags.ts';
import { neededMs, tooSlow } from '../edge/opcua/pulses.ts';
import { testFolder } from './helpers/folder.ts';
import { mappingText } from './helpers/machine.ts';
import { openMachineBox, running } from './helpers/machinebox.ts';
import { shop } from './helpers/shop.ts';

const mapping = mappingText().replace(
  'good: { at: "m;s=Good", counts: good, maxPerSec: 20, slack: 20 }',
  'good: { pulse: { at: "m;s=Cycle", heldMs: 200 }, counts: good, each: 2 }',
);

/** The press, whose cycles are pulses of two pieces each; the pulse is low. */
function pulsing(path?: string) {
  const box = openMachineBox({ mapping, ...(path === undefined ? {} : { path }) });
  box.work();
  box.live();
  box.say('counter good', false);
  box.pass(3_000);
  /** Each 100 ms after the one before. */
  const pulse = (...values: (boolean | null)[]): void => {
    for (const value of values) {
      box.time.nowMs += 100;
      box.say('counter good', value, value === null ? { status: 0x80310000 } : {});
    }
    box.pass(1_000);
  };
  return { ...box, pulse };
}

test('each rise is one count, as many pieces as it stands for', () => {
  const box = pulsing();
  box.pulse(true, false, true, true, false);
  expect(box.reports()).toEqual(['R1 4/0']);
  const fact = box.facts().findLast(({ type }) => type === 'QuantityReported');
  expect(fact).toMatchObject({ body: { given: 'good 0→2' } });
  box.pulse(true);
  expect(box.reports()).toEqual(['R1 4/0', 'R1 2/0']);
});

test('a pulse that was high when it was first seen is no rise', () => {
  const box = openMachineBox({ mapping });
  box.work();
  box.live();
  box.say('counter good', true);
  box.pass(3_000);
  expect(box.reports()).toEqual([]);
});

test('repeats and late samples are no rises', () => {
  const box = pulsing();
  const startMs = box.time.nowMs;
  box.pulse(true, false);
  box.say('counter good', true, { sourceMs: startMs + 100 });
  box.say('counter good', false, { sourceMs: startMs + 200 });
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 2/0']);
});

test('what was between two good values is not known: no rise is made up', () => {
  const box = pulsing();
  box.pulse(null, true);
  expect(box.reports()).toEqual([]);
});

test('after a gap the report says so, and counts no more than what is certain', () => {
  const box = pulsing();
  box.lose();
  box.pass(20_000);
  box.live();
  box.pulse(true);
  box.pass(3_000);
  box.pulse(false, true);
  expect(box.reports()).toEqual(['R1 2/0 gap', 'R1 2/0']);
  box.lose();
  box.pass(20_000);
  box.live();
  box.pulse(true); // as it was: whether it fell between, nobody knows
  box.pass(3_000);
  box.pulse(false, true);
  expect(box.reports().at(-1)).toBe('R1 2/0 gap');
});

test('S1: an edge that is restarted goes on, and says that it was away', () => {
  const path = `${testFolder()}/edge.db`;
  const before = pulsing(path);
  before.pulse(true, false);
  before.db.close();
  const box = openMachineBox({ path, mapping });
  box.time.nowMs = before.time.nowMs + 60_000;
  box.live();
  box.say('counter good', true);
  box.pass(3_000);
  expect(box.reports()).toEqual(['R1 2/0']);
  box.say('counter good', false);
  box.time.nowMs += 100;
  box.say('counter good', true);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 2/0', 'R1 2/0 gap']);
});

test('the queue of the server ran over: the next report says so', () => {
  const box = pulsing();
  box.say('counter good', false, { status: 0x480, sourceMs: box.time.nowMs + 1 });
  box.pass(1_000);
  box.pulse(true);
  expect(box.reports()).toEqual(['R1 2/0 gap']);
});

test('pulses without an open run wait like other pieces', () => {
  const box = pulsing();
  box.decide(shop.end('R1'));
  box.pulse(true, false, true);
  expect(box.loose()).toEqual(['noRun good 4']);
});

describe('a server that would miss pulses', () => {
  const [tag] = tagsOf(readMapping(mapping, 'm'), 'm').filter(({ heldMs }) => heldMs);
  const item = (samplingInterval: number, queueSize = 100) =>
    ({ monitoringParameters: { samplingInterval, queueSize } }) as Parameters<typeof tooSlow>[1][0];

  test('is told by what it grants: half of what the pulse is held, and more than one value', () => {
    expect(tag).toMatchObject({ tag: 'counter good', needs: 'boolean', heldMs: 200 });
    expect(neededMs(tag!)).toBe(100);
    const why = (...given: Parameters<typeof item>) =>
      tooSlow([{ tag: tag! }], [item(...given)]).get('press');
    expect(why(0)).toBeUndefined();
    expect(why(100)).toBeUndefined();
    expect(why(101)).toEqual([
      'counter good: the server looks every 101 ms, a pulse of 200 ms needs 100 ms',
    ]);
    expect(why(-1)).toHaveLength(1);
    expect(why(50, 1)).toEqual(['counter good: the server keeps 1 value, a pulse needs more']);
  });
});

test('a pulse is read of a mapping, with one way to count and no other', () => {
  const more = mapping.replace('pulse:', 'at: "m;s=Good", pulse:');
  expect(() => readMapping(more, 'm')).toThrow('must have one of at, from, derive and pulse');
  expect(() => readMapping(mapping.replace('heldMs: 200', 'heldMs: 1'), 'm')).toThrow('heldMs');
  expect(running({ mapping }).reports()).toEqual([]);
});
