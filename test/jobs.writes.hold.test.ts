// Goal: a quality hold takes back what a machine without Job Control was given, or says that it
// cannot. Method: a machine that takes, runs and forgets.
import { expect, test } from 'vitest';
import { shop } from './helpers/shop.ts';
import { allWritten, doseAsked, pressJob, stopped, written } from './helpers/writebox.ts';

const held = shop.hold('H1', 'order', { order: 'WO-1' });

test('a hold empties what is prepared, once, and lets nothing be prepared', async () => {
  const box = stopped();
  box.ask('Prepare', doseAsked);
  await box.rounds();
  box.decide(held);
  await box.rounds(4);
  expect(box.calls.slice(3)).toEqual(['JobAsked=', 'DoseAsked=0']);
  expect(box.told()).toMatchObject({ state: null, askedBy: 'system:hold', holds: ['H1'] });
  expect(() => box.ask('Prepare', doseAsked)).toThrow('WO-1 is held by H1');
});

test('a hold that cannot: the machine runs, or the mapping has nothing empty', async () => {
  const box = stopped();
  box.ask('Prepare', doseAsked);
  await box.rounds();
  box.say('state', 1n);
  box.pass(1_000);
  box.decide(held);
  await box.rounds(4);
  expect(box.calls).toEqual(allWritten);
  expect(box.told()).toMatchObject({ state: 'Prepared', holds: ['H1'] });
  box.say('state', 2n);
  box.pass(1_000);
  await box.rounds(4);
  expect(box.told().state).toBeNull();
  const none = stopped(written('recipe'));
  none.ask('Prepare');
  await none.rounds();
  none.decide(held);
  await none.rounds(4);
  expect(none.told()).toMatchObject({ state: 'Prepared', holds: ['H1'], action: null });
});

test('a hold that the machine does not follow is tried again after a minute', async () => {
  const box = stopped();
  box.ask('Prepare', doseAsked);
  await box.rounds();
  box.takes(() => undefined);
  box.decide(held);
  await box.rounds(20);
  const asked = () =>
    box.db.prepare("SELECT count(*) FROM job_log WHERE what = 'asked Empty'").pluck().get();
  expect(asked()).toBe(1);
  await box.rounds(3, 30_000);
  expect(asked()).toBe(2);
});

test('a hold that comes between two values takes back what is written already', async () => {
  const box = stopped();
  let isHeld = false;
  box.takes((name, value) => {
    box.shown.set(name, value);
    if (name === 'Job' && !isHeld) box.decide(held);
    isHeld = true;
  });
  box.shown.set('Dose', 0);
  box.ask('Prepare', doseAsked);
  await box.rounds(1);
  expect(box.calls).toEqual([`JobAsked=${pressJob}`]);
  await box.rounds(3);
  expect(box.calls.slice(1)).toEqual(['JobAsked=']);
  expect(box.told()).toMatchObject({ state: null, outcome: 'done: Empty', askedBy: 'system:hold' });
  const log = box.db.prepare('SELECT what FROM job_log ORDER BY id').pluck().all();
  expect(log[1]).toBe('not done: Prepare: held meanwhile');
});
