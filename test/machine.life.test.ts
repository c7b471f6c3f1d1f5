// Goal: what a machine does by itself is what a real one could do. Method: its generated life on
// a unit without a server; a script, and a life, on a machine that runs.
import { afterEach, expect, test } from 'vitest';
import { acts } from '../cli/machine/acts.ts';
import { life, type Step } from '../cli/machine/life.ts';
import type { Command } from '../cli/machine/packml.ts';
import { openMachine } from '../cli/machine/simulated.ts';
import { makeUnit } from '../cli/machine/unit.ts';
import { readFields } from '../shared/field.ts';
import { closer, folderFor } from './machine/pair.ts';
import { until } from './machine/watcher.ts';

const closing = closer();
afterEach(closing.run);
const width = { bits: 32, signed: true };

const stepsOf = (seed: number, count: number, speed = 1): Step[] => {
  const steps = life(seed, speed);
  return Array.from({ length: count }, () => steps.next().value as Step);
};

test.each([1, 2, 3, 4, 5])('a life goes only the ways of PackML (SEED=%i)', (seed) => {
  const unit = makeUnit({ width, counterFrom: 0, kept: undefined });
  const seen = new Set<string>();
  for (const { act, with: told, waitMs } of stepsOf(seed, 500)) {
    expect(waitMs).toBeGreaterThanOrEqual(0);
    expect(() => readFields(acts[act], told ?? {}, act)).not.toThrow();
    if (act !== 'command') continue;
    // Between two steps is time enough for what an acting state does.
    while (unit.complete());
    unit.command((told as { name: Command }).name);
    seen.add(unit.now.state);
  }
  expect([...seen].sort()).toEqual(
    ['aborting', 'clearing', 'holding', 'resetting', 'starting', 'suspending', 'unholding'].concat(
      'unsuspending',
    ),
  );
});

test('the same seed is the same life, and speed shortens its waits only', () => {
  expect(stepsOf(7, 200)).toEqual(stepsOf(7, 200));
  expect(stepsOf(7, 200)).not.toEqual(stepsOf(8, 200));
  const waits = (speed: number) => stepsOf(7, 200, speed).map(({ waitMs }) => waitMs);
  expect(waits(10)).toEqual(waits(1).map((ms) => Math.ceil(ms / 10)));
});

test('a script is followed step by step, past one that the state does not allow', async () => {
  const machine = await openMachine({
    ...{ profile: 'generic', security: 'none', folder: folderFor(closing), actingMs: 20 },
    script: [
      { waitMs: 10, act: 'make', with: { good: 3 } },
      { waitMs: 10, act: 'command', with: { name: 'Clear' } },
      { waitMs: 10, act: 'command', with: { name: 'Complete' } },
      { waitMs: 10, act: 'lot', with: { lot: 'LAST' } },
    ],
  });
  closing.add(() => machine.close());
  await until(
    'its end',
    () => machine.truth().lot === 'LAST' && machine.truth().state === 'complete',
  );
  expect(machine.truth().made.good).toBe(3);
});

test('a lively machine makes pieces and is stopped by itself', async () => {
  const machine = await openMachine({
    ...{ profile: 'packml-tags', security: 'none', folder: folderFor(closing), actingMs: 1 },
    ...{ perS: 200, badPerMille: 100, lively: true, speed: 2_000, seed: 3 },
  });
  closing.add(() => machine.close());
  const states = new Set<string>();
  await until('it was seen to stop and to go on', () => {
    states.add(machine.truth().state);
    return states.has('execute') && states.size >= 3 && machine.truth().results.passed > 5;
  });
  const { made, shown } = machine.truth();
  expect(shown).toEqual(made);
  expect(made.processed).toBeGreaterThan(0);
});
