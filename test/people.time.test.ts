// Goal: locks and sessions end when they should, and nothing grows without end.
// Method: the parts alone, where time passes as the test says.
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { openPeopleBook } from '../edge/people/file.ts';
import { addressOf, openLockout, rememberedMax, unknownOf } from '../edge/people/lockout.ts';
import { openPeople } from '../edge/people/people.ts';
import { openProof } from '../edge/people/proof.ts';
import { namesMax, openBuckets } from '../edge/people/rate.ts';
import { openSessions, sessionMaxMs, sessionsMax } from '../edge/people/sessions.ts';
import { migrations } from '../edge/store/schema.ts';
import { openDatabase } from '../shared/database.ts';
import { openLog } from '../shared/log.ts';
import { type Hashed, isPin, pinCost } from '../shared/pin.ts';
import { openBox } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { pins, samplePeople, writePeople } from './helpers/people.ts';

/** Where time passes as the test says. */
function openTime() {
  const db = openDatabase(':memory:', migrations);
  let nowMs = 1_000_000;
  return {
    db,
    nowMs: () => nowMs,
    pass(ms: number): void {
      nowMs += ms;
    },
  };
}

test('each wrong try doubles the lock, up to an hour; a day without one forgets them', () => {
  const { db, nowMs, pass } = openTime();
  const lockout = openLockout(db, nowMs);
  const locks = Array.from({ length: 14 }, () => {
    const { untilMs } = lockout.count('person:1');
    return untilMs === undefined ? 0 : (untilMs - nowMs()) / 1_000;
  });
  expect(locks).toEqual([0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
  expect(lockout.lockedUntil('person:1')).toBe(nowMs() + 3_600_000);
  pass(3_600_000);
  expect(lockout.lockedUntil('person:1')).toBe(undefined);
  pass(24 * 3_600_000);
  expect(lockout.count('person:1').tries).toBe(1);
});

test('a screen that many share forgives a try every 3 min, and locks for 15 min at most', () => {
  const { db, nowMs, pass } = openTime();
  const lockout = openLockout(db, nowMs);
  const here = addressOf('10.0.0.7');
  for (let tries = 1; tries <= 19; tries++) expect(lockout.count(here).untilMs).toBe(undefined);
  expect(lockout.count(here).untilMs).toBe(nowMs() + 30_000);
  pass(180_000);
  expect(lockout.count(here)).toEqual({ tries: 20, untilMs: nowMs() + 30_000 });
  for (let tries = 1; tries <= 30; tries++) lockout.count(here);
  expect(lockout.count(here).untilMs).toBe(nowMs() + 900_000);
});

test('right tries in between keep no wrong one from being forgiven', () => {
  const { db, nowMs, pass } = openTime();
  const lockout = openLockout(db, nowMs);
  const here = addressOf('10.0.0.7');
  for (let tries = 1; tries <= 10; tries++) lockout.count(here);
  for (let minutes = 0; minutes < 30; minutes += 2) {
    pass(120_000);
    lockout.count(here);
    lockout.less(here);
  }
  expect(lockout.count(here).tries).toBe(1); // all ten were forgiven
});

test('what is remembered is bounded, and what was typed at random goes first', () => {
  const { db, nowMs } = openTime();
  const lockout = openLockout(db, nowMs);
  for (let tries = 1; tries <= 5; tries++) lockout.count('person:1');
  lockout.keep('person:1');
  for (let at = 0; at < rememberedMax + 10; at++) lockout.count(unknownOf(`${at}`));
  expect(lockout.size()).toBe(rememberedMax);
  expect(lockout.lockedUntil('person:1')).toBe(nowMs() + 30_000);
  expect(openLockout(db, () => 0).lockedUntil('person:1')).toBe(1_030_000);
  const take = openBuckets({ burst: 2, perSecond: 1 }, nowMs);
  expect([take('a'), take('a'), take('a')]).toEqual([0, 0, 1_000]);
  for (let at = 0; at < namesMax; at++) take(`${at}`);
  expect(take('a')).toBe(0); // forgotten: there is room for no more names
});

test('a session ends when nothing was done for long, and after twelve hours in any case', () => {
  const { db, nowMs, pass } = openTime();
  const sessions = openSessions({ db, nowMs, idleMs: 300_000 });
  const begin = () => {
    const {
      token: cookie,
      commit,
      begun,
    } = sessions.begin({
      ...{ person: 'person:1', station: '::1', line: 'l' },
    });
    commit();
    begun();
    return cookie;
  };
  const cookie = begin();
  pass(299_999);
  sessions.touch(sessions.of(cookie)!);
  pass(299_999);
  expect(sessions.of(cookie)).toBeDefined();
  pass(1);
  expect(sessions.of(cookie)).toBe(undefined);
  expect(sessions.over()).toMatchObject([{ why: 'idle' }]);
  const busy = begin();
  for (let ms = 200_000; ms < sessionMaxMs; ms += 200_000) {
    pass(200_000);
    sessions.touch(sessions.of(busy)!);
  }
  const again = openSessions({ db, nowMs, idleMs: 300_000 });
  expect(again.of(busy)).toMatchObject({ person: 'person:1' });
  pass(199_999);
  sessions.touch(sessions.of(busy)!);
  pass(1);
  expect(sessions.of(busy)).toBe(undefined);
  expect(sessions.over().map(({ why }) => why)).toContain('ended');
  for (let at = sessions.all().length; at < sessionsMax; at++) begin();
  expect(() => sessions.checkRoom()).toThrow(expect.objectContaining({ code: 'FULL' }));
});

/** The people of a box, where time passes as the test says. */
async function openManned() {
  const path = join(testFolder(), 'people.json');
  writePeople(path, await samplePeople());
  const box = openBox();
  let ranMs = 0;
  const clock = {
    ...{ nowMs: () => Date.now() + ranMs, monotonicMs: () => ranMs },
    sleep: async (_ms: number, _signal: AbortSignal) => undefined,
  };
  const state = (work: () => void) => {
    box.store.commit(work);
    return true;
  };
  const people = openPeople({
    ...{ path, idleMs: 300_000, db: box.db, clock, log: openLog('test', 'silent') },
    ...{ intake: { state }, roster: box.roster, barred: () => undefined },
  });
  const pass = (ms: number): void => {
    ranMs += ms;
  };
  /** Looks once for sessions whose time is over. */
  const sweep = async () => {
    const stop = new AbortController();
    clock.sleep = async () => stop.abort() as undefined;
    await people.run(stop.signal);
  };
  const facts = () => box.recent.list().map(({ type, body }) => ({ type, body }));
  return { path, people, pass, sweep, facts };
}

test('whoever does nothing for long is signed out, and that is a fact', async () => {
  const { people, pass, sweep, facts } = await openManned();
  await people.signIn({ name: 'Dan', pin: pins.dan }, '10.0.0.7');
  pass(299_999);
  await sweep();
  expect(facts()).toMatchObject([{ type: 'PersonSignedIn' }]);
  pass(1);
  await sweep();
  const body = { person: 'person:20', why: 'idle' };
  expect(facts()).toMatchObject([{ type: 'PersonSignedIn' }, { type: 'PersonSignedOut', body }]);
  expect(people.status().signedIn).toBe(0);
});

test('whoever signs in at a screen signs out who was there', async () => {
  const { people, facts } = await openManned();
  const { token: cookie } = await people.signIn({ name: 'Dan', pin: pins.dan }, '10.0.0.7');
  await people.signIn({ name: 'Cem', pin: pins.cem }, '10.0.0.7', undefined, cookie);
  expect(facts()).toMatchObject([
    { type: 'PersonSignedIn', body: { person: 'person:20' } },
    { type: 'PersonSignedOut', body: { person: 'person:20', why: 'asked' } },
    { type: 'PersonSignedIn', body: { person: 'person:19' } },
  ]);
});

test('one person takes the room of ten, not of everybody', async () => {
  const { people, facts } = await openManned();
  for (let at = 0; at < 11; at++)
    await people.signIn({ name: 'Dan', pin: pins.dan }, `10.0.0.${at}`);
  expect(people.status().signedIn).toBe(10);
  expect(facts().slice(-2)).toMatchObject([
    { type: 'PersonSignedOut', body: { person: 'person:20', why: 'ended' } },
    { type: 'PersonSignedIn', body: { station: '10.0.0.10' } },
  ]);
});

test('whoever is locked, gone or over may nothing from then on', async () => {
  const { path, people, pass } = await openManned();
  const { token: cookie } = await people.signIn({ name: 'Dan', pin: pins.dan }, '10.0.0.7');
  const isIn = () =>
    people.gate.present({ headers: { cookie: `a=b; holdfast=${cookie}` } } as FastifyRequest);
  const file = await samplePeople();
  const changes = [{}, { locked: true }, { left: true }, { validUntilMs: 1_000 }, {}];
  const seen = changes.map((more, at) => {
    const people = file.people.map((one) => (one.name === 'Dan' ? { ...one, ...more } : one));
    writePeople(path, { ...file, people });
    utimesSync(path, at, at);
    pass(1_001);
    return isIn() !== undefined;
  });
  expect(seen).toEqual([true, false, false, false, true]);
});

test('for nobody a PIN is hashed as for somebody, and never right', async () => {
  const path = join(testFolder(), 'people.json');
  const file = await samplePeople();
  // By the cost of those that we make: the file's of these tests is less.
  const people = file.people.map(({ pin, ...one }) => ({ ...one, pin: { ...pin!, ...pinCost } }));
  writePeople(path, { ...file, people });
  const { db, nowMs } = openTime();
  const hashed: [string, number, boolean][] = [];
  const check = async (pin: string, known: Hashed) => {
    const isRight = await isPin(pin, known);
    hashed.push([pin, known.n * known.r * known.p, isRight]);
    return isRight;
  };
  const book = openPeopleBook({ path, monotonicMs: () => 0, troubled: () => undefined });
  const lockout = openLockout(db, nowMs);
  const prove = openProof({ book, lockout, nowMs: Date.now, failed: () => undefined, check });
  const tries = [{ name: 'Cem' }, { name: 'Nobody' }, { badge: 'none' }, { name: '' }];
  for (const proof of tries) {
    await expect(prove.byName({ ...proof, pin: '999999' }, '::1')).rejects.toMatchObject({
      rule: 'wrong',
    });
  }
  expect(hashed).toEqual(tries.map(() => ['999999', 16_384 * 8, false]));
});
