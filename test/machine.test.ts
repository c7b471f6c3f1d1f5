// Goal: a simulated machine is what its clients are tested against, and must be right itself: its
// values, its counters' wraps, its states and its jobs are what its truth says. Method: a plain
// client of the same library, that watches.
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { readRecording } from '../cli/machine/okuma.ts';
import { type Command, commanded, commands, completed } from '../cli/machine/packml.ts';
import { advance, firstOf, lastOf } from '../cli/machine/register.ts';
import { openMachine } from '../cli/machine/simulated.ts';
import { equipmentStates } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import fc from './helpers/check.ts';
import { closer, folderFor, openPair } from './machine/pair.ts';
import { recordingOf } from './machine/record.ts';
import { until, type Watcher } from './machine/watcher.ts';

const closing = closer();
afterEach(closing.run);

type Heard = Awaited<ReturnType<Watcher['watch']>>;
const valuesOf = (heard: Heard, id: string): unknown[] =>
  heard.filter((one) => one.id === id).map(({ value }) => value.value.value);

test('a counter of any width comes back to its least value behind its greatest', () => {
  const widths = fc.record({ bits: fc.integer({ min: 8, max: 32 }), signed: fc.boolean() });
  fc.assert(
    fc.property(widths, fc.nat(1_000_000), fc.nat(1_000_000), (width, by, more) => {
      const first = firstOf(width);
      const at = advance(advance(first, by, width), more, width);
      expect(at).toBeGreaterThanOrEqual(first);
      expect(at).toBeLessThanOrEqual(lastOf(width));
      expect(Math.abs((at - first - by - more) % 2 ** width.bits)).toBe(0);
    }),
  );
  expect(advance(65_535, 1, { bits: 16, signed: false })).toBe(0);
  expect(advance(2_147_483_647, 1, { bits: 32, signed: true })).toBe(-2_147_483_648);
});

test('it goes the ways of PackML, every one and no other', () => {
  const [, ...rows] = readFileSync('test/data/transitions/packml_2015.csv', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.toLowerCase().split(','));
  const known = rows.map(([, from, event, to]) => `${from} ${event} ${to}`);
  // OPC 30050 names the way from Execute to Completing, which is no command in the standard.
  const ours = ['execute complete completing'];
  for (const from of equipmentStates) {
    for (const command of commands) {
      try {
        ours.push(`${from} ${command} ${commanded(from, command)}`.toLowerCase());
      } catch (error) {
        expect((error as Fault).code).toBe('REFUSED');
      }
    }
    const done = completed(from);
    if (done) ours.push(`${from} sc ${done}`);
  }
  ours.push('execute sc completing');
  expect([...new Set(ours)].sort()).toEqual([...known, 'execute complete completing'].sort());
});

test('generic: the counters that a client sees wrap, and the truth does not', async () => {
  const options = { profile: 'generic', bits: 16, signed: false, counterFrom: 65_500 };
  const { machine, watcher } = await openPair(closing, options);
  const ids = ['s=Filler.Total', 's=Filler.Scrap', 's=Filler.State', 's=Filler.Result'];
  const heard = await watcher.watch(ids);
  for (let round = 0; round < 10; round += 1) await machine.perform('make', { good: 7, bad: 1 });
  await machine.perform('result', { passed: false, lot: 'L9' });
  await machine.perform('command', { name: 'Suspend' });
  const total = 65_500 + 80 - 65_536;
  await until('all is heard', () => valuesOf(heard, ids[0]!).at(-1) === total);
  await until('the result is heard', () => valuesOf(heard, ids[3]!).at(-1) === 'NOK');
  expect(valuesOf(heard, ids[1]!).at(-1)).toBe(10);
  await until('the state is heard', () => valuesOf(heard, ids[2]!).at(-1) === 2);
  expect(await watcher.read('s=Filler.ResultSequence')).toBe(1);
  expect(machine.truth()).toMatchObject({
    made: { processed: 80, defective: 10, good: 70 },
    shown: { processed: total, defective: 10 },
    results: { passed: 0, failed: 1 },
  });
});

test('packml-tags: it makes pieces by itself while it executes', async () => {
  const options = { profile: 'packml-tags', perS: 50, badPerMille: 300, actingMs: 30 };
  const { machine, watcher } = await openPair(closing, options);
  const count = 's=Filler.Admin.ProdProcessedCount[0].AccCount';
  const state = 's=Filler.Status.StateCurrent';
  const heard = await watcher.watch([count, state]);
  await until('30 pieces', () => machine.truth().made.processed >= 30);
  await machine.perform('mode', { mode: 3 });
  const { processed } = machine.truth().made;
  await until('10 more', () => machine.truth().made.processed >= processed + 10);
  await machine.perform('command', { name: 'Hold' });
  await until('it is held', () => valuesOf(heard, state).at(-1) === 11);
  const { made, inProduction } = machine.truth();
  await until('all is heard', () => valuesOf(heard, count).at(-1) === made.processed);
  expect(made.processed).toBe(made.good + made.defective);
  const own = ['Total', 'Good', 'Scrap'].map((name) => watcher.read(`s=Filler.${name}`));
  expect(await Promise.all(own)).toEqual([made.processed, made.good, made.defective]);
  expect(made.defective).toBeGreaterThan(0);
  expect(inProduction.processed).toBeLessThan(made.processed);
  expect(valuesOf(heard, state)).toEqual([6, 10, 11]);
  const rising = valuesOf(heard, count) as number[];
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
});

test('packml-opc30050: three state machines, counts, methods', async () => {
  const { machine, watcher } = await openPair(closing, {
    profile: 'packml-opc30050',
    actingMs: 30,
  });
  const { session, nodeId } = watcher;
  const base = 's=Filler-BaseStateMachine';
  const levels = [base, `${base}-MachineState`, `${base}-MachineState-ExecuteState`];
  const states = async (): Promise<unknown[]> => {
    const read = levels.map((level) => watcher.read(`${level}-CurrentState-Id`));
    return (await Promise.all(read)).map((id) => Number(String(id).split('i=')[1]));
  };
  const call = async (level: string, name: string): Promise<string> => {
    const [objectId, methodId] = [nodeId(level), nodeId(`${level}-${name}`)];
    return (await session.call({ objectId, methodId })).statusCode.name;
  };
  expect(await states()).toEqual([71, 75, 36]); // cleared, running, execute
  expect(await call(levels[2]!, 'Hold')).toBe('Good');
  expect(await call(levels[2]!, 'Hold')).toBe('BadInvalidState');
  await until('it is held', async () => String(await states()) === '71,75,34');
  expect(await call(levels[0]!, 'Abort')).toBe('Good');
  await until('it is aborted', async () => String(await states()) === '62,75,34');
  expect(await call(levels[0]!, 'Clear')).toBe('Good');
  await until('it is stopped', async () => String(await states()) === '71,53,34');
  await machine.perform('make', { good: 3, bad: 2 });
  await machine.perform('stopReason', { code: 205, message: 'film at its end' });
  type Counts = { accCount: number; count: number }[];
  const counts = async (name: string) => (await watcher.read(`s=Filler-Admin-${name}`)) as Counts;
  expect(await counts('ProdProcessedCount')).toMatchObject([{ ID: 0, accCount: 5, count: 5 }]);
  expect(await counts('ProdDefectiveCount')).toMatchObject([{ accCount: 2, count: 2 }]);
  expect(await watcher.read('s=Filler-Admin-StopReason')).toMatchObject({ ID: 205 });
  expect(await watcher.read('s=Filler-Status-UnitModeCurrent')).toBe(1);
});

test('the recording of a real controller is played, its parts are known', async () => {
  const { machine, watcher } = await openPair(closing, {
    profile: 'okuma',
    speed: 1_000,
    plays: false,
  });
  const heard = await watcher.watch(['s=Filler.ppartcount', 's=Filler.pexecution'], { queue: 100 });
  await machine.perform('play', {});
  await until('it is at its end', () => machine.truth().ended);
  await until('3 is heard', () => valuesOf(heard, 's=Filler.ppartcount').at(-1) === 3);
  expect(machine.truth().made.good).toBe(5);
  const states = new Set(valuesOf(heard, 's=Filler.pexecution'));
  expect(states).toEqual(new Set(['READY', 'ACTIVE', 'PROGRAM_COMPLETED']));
});

test('the recording names its source and licence, and keeps what the controller said', () => {
  const { head, rows } = readRecording();
  expect(head).toMatchObject({ licence: 'Apache-2.0' });
  expect(rows.length).toBe(7_021);
  const late = rows.filter(([ms], index) => index > 0 && ms < rows[index - 1]![0]);
  expect(late.length).toBeGreaterThan(0);
  const text = [
    '2022-08-08T14:00:00.5000000Z|avail|AVAILABLE|ppartcount|2|p1block|G0',
    '2022-08-08T14:00:00.5000000Z|@ASSET@|1|CuttingTool|--multiline--A',
    '2022-08-08T14:00:01.2500000Z|ppartcount|3|p1ProgramHeader|',
    '2022-08-08T13:00:00.0Z|avail|AVAILABLE|ppartcount|0',
  ];
  expect(recordingOf(text.join('\n'))).toEqual([
    [0, 'avail', 'AVAILABLE', 'ppartcount', '0'],
    [3_600_500, 'avail', 'AVAILABLE', 'ppartcount', '2'],
    [3_601_250, 'ppartcount', '3'],
  ]);
});

test('what it is told wrongly is refused with the field, and changes nothing', async () => {
  const folder = folderFor(closing);
  await expect(openMachine({ folder, profile: 'fanuc', bits: 99 })).rejects.toThrow(
    /machine.profile: must be one of .*machine.bits: must be a whole number from 8 to 32/,
  );
  const narrow = { folder, profile: 'generic', bits: 16, signed: false, counterFrom: 65_536 };
  await expect(openMachine(narrow)).rejects.toThrow(/counterFrom: must be at most 65535, with 16/);
  const unsigned = { folder, profile: 'packml-opc30050', signed: false };
  await expect(openMachine(unsigned)).rejects.toThrow(/machine.signed: must be true/);
  const machine = await openMachine({ folder, profile: 'generic', security: 'none' });
  closing.add(() => machine.close());
  const before = machine.truth();
  const wrong: [string, unknown, RegExp][] = [
    ['explode', {}, /explode is no act; known are make/],
    ['make', { good: -1 }, /make.good: must be a whole number/],
    ['make', { pieces: 1 }, /make.pieces: unknown/],
    ['command', { name: 'Start' satisfies Command }, /Start is not for execute/],
    ['endJob', {}, /no job is running/],
  ];
  for (const [act, told, words] of wrong) {
    const refusal = machine.perform(act, told);
    await expect(refusal).rejects.toThrow(Fault);
    await expect(refusal).rejects.toThrow(words);
  }
  expect(machine.truth()).toEqual(before);
});
