// Goal: a machine without Job Control is given what a job needs, and nothing else is written to it;
// what it shows is the truth. Method: a machine that takes, refuses, forgets and answers late.
import { describe, expect, test } from 'vitest';
import { seenMaxMs } from '../edge/machine/jobwork.ts';
import { Fault } from '../shared/fault.ts';
import { openJobs } from './helpers/jobbox.ts';
import { allWritten, doseAsked, pressJob, stopped, written } from './helpers/writebox.ts';

const mapped = written;
const job = pressJob;
const ask = doseAsked;

test('the values of a job are written in their order, and read back', async () => {
  const box = stopped();
  expect(box.ask('Prepare', ask)).toEqual({ status: 'asked', job });
  await box.rounds();
  expect(box.calls).toEqual(allWritten);
  expect(box.told()).toMatchObject({
    ...{ state: 'Prepared', action: null, outcome: 'done: Prepare', calls: 1 },
    sent: { values: { job, recipe: 7, dose: 1.1 } },
  });
  box.ask('Empty');
  await box.rounds();
  expect(box.calls.slice(3)).toEqual(['JobAsked=', 'DoseAsked=0']);
  expect(box.told()).toMatchObject({ state: null, outcome: 'done: Empty' });
});

test('what stands already is not written; a Float is as near as it can be', async () => {
  const box = stopped();
  box.shown.set('Job', job).set('Dose', Math.fround(1.1));
  box.ask('Prepare', ask);
  await box.rounds();
  expect(box.calls).toEqual(['RecipeAsked=7']);
  expect(box.told().outcome).toBe('done: Prepare');
});

test('somebody else changes it at the machine: it is no longer prepared', async () => {
  const box = stopped();
  box.ask('Prepare', ask);
  await box.rounds();
  box.shown.set('Recipe', 8n);
  await box.rounds();
  expect(box.told().state).toBeNull();
  box.shown.set('Recipe', 7n);
  await box.rounds(60);
  expect(box.told().state).toBeNull();
  expect(box.calls).toEqual(allWritten);
});

test('another job takes its place', async () => {
  const box = stopped(mapped('recipe'));
  box.ask('Prepare');
  await box.rounds();
  box.ask('Prepare', { operation: '0020' });
  await box.rounds();
  expect(box.desk.status().jobs).toMatchObject([
    { job, state: null },
    { job: 'WO-1/0020', state: 'Prepared' },
  ]);
});

describe('nothing is written', () => {
  test('that the allow-list does not name', async () => {
    const box = stopped(mapped('job'));
    expect(() => box.ask('Prepare', ask)).toThrow('parameters.dose: is none that');
    box.ask('Prepare');
    await box.rounds();
    expect(box.calls).toEqual([`JobAsked=${job}`]);
    expect(() => stopped(mapped('')).ask('Prepare')).toThrow('not allowed by the mapping: nothing');
    expect(() => stopped(mapped('recipe')).ask('Empty')).toThrow('Empty is not possible');
    expect(() => box.ask('Start')).toThrow('Start is not for a machine without Job Control');
  });
  test('while the machine is in another state, in no known one, or in another mode', async () => {
    const runs = openJobs(mapped());
    expect(() => runs.ask('Prepare', ask)).toThrow('the state of the machine is not known');
    runs.say('state', 1n);
    runs.pass(10_000);
    expect(() => runs.ask('Prepare', ask)).toThrow('is execute, not idle or stopped or complete');
    const box = stopped(mapped('job', '      modes: [2, 3]'));
    expect(() => box.ask('Prepare')).toThrow('the machine is in mode 1, not 2 or 3');
    box.say('mode', 3n);
    box.pass(1_000);
    box.ask('Prepare');
  });
  test('once the machine has begun to run meanwhile, or between two values', async () => {
    const box = stopped();
    box.ask('Prepare', ask);
    box.say('state', 1n);
    box.pass(1_000);
    await box.rounds();
    expect(box.calls).toEqual([]);
    expect(box.told().outcome).toContain('not done: Prepare: the machine is execute, not idle');
    const half = stopped();
    half.takes((name, value) => {
      half.shown.set(name, value);
      half.desk.turn({ on: false, by: 'person:9' });
    });
    half.ask('Prepare', ask);
    await half.rounds();
    expect(half.calls).toEqual([`JobAsked=${job}`]);
    expect(half.told().outcome).toBe('not done: Prepare: switched off');
  });
  test('to a server that has started anew, or is not live, or only just', async () => {
    const box = stopped();
    box.ask('Prepare', ask);
    box.listener.jobs({ ...box.port, epoch: 'B' });
    await box.rounds();
    expect(box.calls).toEqual([]);
    expect(box.told().outcome).toContain('the server has started anew since it was asked');
    const lost = stopped();
    lost.ask('Prepare', ask);
    lost.lose('stale');
    await lost.rounds();
    expect(lost.calls).toEqual([]);
    lost.live();
    await lost.rounds(2);
    expect(lost.calls).toEqual([]);
    await lost.rounds(2);
    expect(lost.calls).toEqual(allWritten);
    lost.lose();
    expect(() => lost.ask('Empty')).toThrow('press is not live');
  });
  test('once it is switched off, more often than allowed, or while one is under way', async () => {
    const box = stopped(mapped('job').replace('perMinute: 60', 'perMinute: 1'));
    box.ask('Prepare');
    expect(() => box.ask('Prepare', { operation: '0020' })).toThrow('Prepare of WO-1/0010 is');
    box.desk.turn({ on: false, by: 'person:9' });
    await box.rounds();
    expect(box.calls).toEqual([]);
    expect(box.told().outcome).toBe('not done: Prepare: switched off');
    expect(() => box.ask('Prepare')).toThrow('switched off by person:9');
    box.desk.turn({ on: true, by: 'person:9' });
    expect(() => box.ask('Prepare')).toThrow('1 a minute are the most for press');
  });
  test('where nobody could say afterwards that it was', async () => {
    const box = stopped();
    box.ask('Prepare', ask);
    box.intake.state = () => false;
    await box.rounds();
    expect(box.calls).toEqual([]);
  });
});

describe('E2: the answer is a hint, what the machine shows is the truth', () => {
  test('an answer that is lost is not asked again where the machine has taken it', async () => {
    const box = stopped(mapped('job'));
    box.takes((name, value) => {
      box.shown.set(name, value);
      throw new Fault('UNREACHABLE', 'no answer');
    });
    box.ask('Prepare');
    await box.rounds(3);
    expect(box.calls).toEqual([`JobAsked=${job}`]);
    expect(box.told().outcome).toBe('done: Prepare');
  });
  test('what it takes and does not show is written three times, in growing pauses', async () => {
    const box = stopped(mapped('job'));
    box.takes(() => undefined);
    box.ask('Prepare');
    for (const [rounds, calls] of [
      [2, 2],
      [1, 2],
      [1, 3],
      [3, 3],
    ] as const) {
      await box.rounds(rounds);
      expect([box.calls.length, box.told().action]).toEqual([calls, 'Prepare']);
    }
    await box.rounds(20);
    expect(box.calls).toHaveLength(3);
    expect(box.told().outcome).toBe('not done: Prepare: not seen at the machine');
    const slow = stopped(mapped('job'));
    slow.takes(() => undefined);
    slow.ask('Prepare');
    await slow.rounds(2, seenMaxMs);
    expect(slow.told().outcome).toBe('not done: Prepare: not seen at the machine');
  });
  test('what it refuses is told', async () => {
    const box = stopped(mapped('job'));
    box.takes(() => {
      throw new Fault('REFUSED', 'writes: the machine refused: BadOutOfRange');
    });
    box.ask('Prepare');
    await box.rounds();
    expect(box.told().outcome).toContain('the machine refused: BadOutOfRange');
    expect(box.calls).toHaveLength(1);
  });
});
