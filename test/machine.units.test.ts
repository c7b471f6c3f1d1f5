// Goal: a server with several units counts each for itself, a hall keeps its machines apart, and
// what is told of rework and of weights is right. Method: machines, and a plain client.
import { afterEach, expect, test } from 'vitest';
import { type Led, startHall, startMachine } from '../cli/machine/machine.ts';
import { openMachine } from '../cli/machine/simulated.ts';
import { closer, folderFor, openPair } from './machine/pair.ts';
import { openWatcher } from './machine/watcher.ts';

const closing = closer();
afterEach(closing.run);

const made = async ({ truth }: Led): Promise<string> => {
  const { processed, good, defective } = (await truth()).made;
  return `${processed}: ${good} good, ${defective} bad`;
};

test.each(['generic', 'packml-tags', 'packml-opc30050'] as const)(
  'units of one %s server are apart: pieces, states and what clients see',
  async (profile) => {
    const options = { profile, unit: 'L1', units: ['L2', 'L3'], jobs: profile !== 'generic' };
    const { machine, watcher } = await openPair(closing, options);
    const [one, two, three] = ['L1', 'L2', 'L3'].map(
      (unit) => machine.at([unit]) as unknown as Led,
    );
    await machine.perform('make', { good: 3, bad: 1 });
    await two!.perform('make', { good: 10 });
    await two!.perform('state', { state: 'held' });
    expect([await made(one!), await made(two!), await made(three!)]).toEqual([
      ...['4: 3 good, 1 bad', '10: 10 good, 0 bad', '0: 0 good, 0 bad'],
    ]);
    const states = [one, two, three].map(async (unit) => (await unit!.truth()).state);
    expect(await Promise.all(states)).toEqual(['execute', 'held', 'execute']);
    if (profile !== 'packml-opc30050') {
      const good = ['L1', 'L2', 'L3'].map((unit) => watcher.read(`s=${unit}.Good`));
      expect(await Promise.all(good)).toEqual([3, 10, 0]);
    }
    expect(() => machine.at(['L4'])).toThrow('L4 is no unit; known are L1, L2, L3');
    expect(() => machine.at(['L1', 'L2'])).toThrow('no unit');
  },
);

test('rework is neither good nor scrap, and a weight has its decimals', async () => {
  const { machine, watcher } = await openPair(closing, { profile: 'generic', decimals: 3 });
  await machine.perform('make', { good: 12_345, bad: 200, rework: 5 });
  const shown = ['Total', 'Good', 'Scrap'].map((name) => watcher.read(`s=Filler.${name}`));
  expect(await Promise.all(shown)).toEqual([12.55, 12.345, 0.2]);
  expect(machine.truth().made).toEqual({ processed: 12_550, good: 12_345, defective: 200 });
});

test.each([
  [{ profile: 'generic', unit: 'A', units: ['B', 'A'] }, 'machine.units: must each have a name'],
  [{ profile: 'okuma', units: ['B'] }, 'machine.units: must be empty with okuma'],
  [{ profile: 'packml-tags', decimals: 1 }, 'machine.decimals: must be 0'],
])('what two fields cannot be together is refused: %o', async (options, says) => {
  const folder = folderFor(closing);
  await expect(openMachine({ folder, ...options })).rejects.toThrow(says);
});

test('every unit loses its counters with the power, and only what they show', async () => {
  const options = { profile: 'packml-tags', unit: 'L1', units: ['L2'], security: 'none' } as const;
  const machine = await startMachine(options);
  closing.add(() => machine.stop());
  await machine.perform('make', { good: 7 });
  await machine.unit('L2').perform('make', { good: 9, rework: 2 });
  await machine.kill();
  await machine.restart('zeroed');
  const { shown } = await machine.unit('L2').truth();
  expect(shown).toEqual({ processed: 0, good: 0, defective: 0 });
  expect([await made(machine), await made(machine.unit('L2'))]).toEqual([
    ...['7: 7 good, 0 bad', '11: 9 good, 0 bad'],
  ]);
});

test('a hall keeps its machines apart, and each has a link of its own', async () => {
  const options = { profile: 'generic', security: 'none' } as const;
  const hall = await startHall(folderFor(closing), {
    ...{ 'M 1': { ...options, units: ['B'] }, M2: options },
  });
  closing.add(() => hall.stop());
  const [one, two] = [hall.machines['M 1'], hall.machines.M2];
  await one.perform('make', { good: 1 });
  await one.unit('B').perform('make', { good: 2 });
  await two.perform('make', { good: 3 });
  expect([await made(one), await made(one.unit('B')), await made(two)]).toEqual([
    ...['1: 1 good, 0 bad', '2: 2 good, 0 bad', '3: 3 good, 0 bad'],
  ]);
  await expect(two.unit('B').truth()).rejects.toThrow('B is no unit');
  one.link.cut();
  await expect(openWatcher({ url: one.url, login: null })).rejects.toThrow();
  const watcher = await openWatcher({ url: two.url, login: null });
  closing.add(() => watcher.close());
  expect(await watcher.read('s=Filler.Good')).toBe(3);
});
