// Goal: what a central has begun is left to it as long as its lease lasts; what is taken over waits
// until it surely was or was not executed, and the old one writes nothing over it.
// Method: two centrals on one PostgreSQL, step by step; the test is the clock and the ERP.
import { expect, test } from 'vitest';
import { openLeases } from '../central/posting/leases.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { only, openSide, stated } from './helpers/central.ts';
import { choosePostgres } from './helpers/medium.ts';
import { leaseMs } from './helpers/pair.ts';

const graceMs = 20_000;
const waitMs = graceMs + leaseMs; // of what is taken over
const { release, report } = stated;
let boots = 0;

/** One of several centrals on the ledger of this name. */
function open(path: string, time: { nowMs: number }) {
  const nowMs = () => time.nowMs;
  const own: { leases?: ReturnType<typeof openLeases> } = {};
  const side = openSide(path, graceMs, time, [], (db) => {
    const times = { leaseMs, monotonicMs: nowMs, serverMs: nowMs };
    own.leases = openLeases({ db, boot: `step_${++boots}`, ...times });
    return own.leases;
  });
  const { postings } = side;
  return {
    ...side,
    /** As its watch does now and then. */
    renew: (): number =>
      postings.together(() => {
        own.leases!.renew();
        return postings.takeOver();
      }),
  };
}

/** Two centrals; the first one has just committed an intent, and may have called the ERP. */
function begun(path: string) {
  const time = { nowMs: 1_000 };
  const [one, other] = [open(path, time), open(path, time)];
  one.note('acme/m1', release('WO-1'), report('1'), report('2'));
  one.note('acme/m2', release('WO-2'), report('3', {}, { order: 'WO-2' }));
  const [task] = one.next('WO-2');
  expect(task).toMatchObject({ do: 'post', lane: 'WO-1' });
  return { time, one, other, key: task!.posting.key };
}

const posted = (document: string) => ({ kind: 'posted', document }) as const;

const cluster = await postgresOrWhy();
if (typeof cluster === 'string') {
  test('leases on lanes', ({ skip }) => skip(cluster));
} else {
  choosePostgres(cluster);

  test('a lane in which one has begun is not touched by the other, and another one is', () => {
    const { one, other, key } = begun('shared');
    expect(only(other.next())).toMatchObject({ do: 'post', lane: 'WO-2' });
    expect(other.next()).toEqual([]);
    expect(one.postings.settle(key, posted('D1'))).toBe(true);
    expect(only(other.next())).toMatchObject({ do: 'post', lane: 'WO-1', posting: { yield: '2' } });
    expect(one.next()).toEqual([]);
  });

  test('what one wakes in a lane of the other is due there at once, whatever their clocks', () => {
    const [one, ahead] = [open('woken', { nowMs: 1_000 }), open('woken', { nowMs: 9_000_000 })];
    one.note('acme/m1', release('WO-1'), report('1'));
    const { key } = only(one.next()).posting;
    one.postings.settle(key, { kind: 'busy', reason: 'locked', retryAfterMs: 5_000 });
    expect(one.next()).toEqual([]);
    expect(one.postings.dueInMs()).toBe(5_000);
    ahead.note('acme/m1', report('2'));
    expect(one.postings.dueInMs()).toBeLessThanOrEqual(0);
    expect([...ahead.next(), ...one.next()]).toEqual([]);
    expect(one.postings.dueInMs()).toBe(5_000);
  });

  test('as long as it renews its lease nothing of it is taken over', () => {
    const { time, one, other, key } = begun('renewed');
    for (let half = 0; half < 6; half++) {
      time.nowMs += leaseMs / 2;
      expect([one.renew(), other.renew()]).toEqual([0, 0]);
    }
    expect(other.rows()[0]).toMatchObject({ key, state: 'sending' });
    expect(one.postings.settle(key, posted('D1'))).toBe(true);
  });

  test('what is taken over waits a lease longer than the ERP may take, and is looked up', () => {
    const { time, other, key } = begun('inherited');
    time.nowMs += leaseMs + 1;
    expect(other.renew()).toBe(1);
    expect(other.rows()[0]).toMatchObject({ key, state: 'unknown' });
    const lanes = () => other.next().map(({ lane }) => lane);
    expect(lanes()).toEqual(['WO-2']);
    time.nowMs += waitMs - 1;
    other.renew();
    expect(lanes()).toEqual([]);
    time.nowMs += 1;
    expect(only(other.next())).toMatchObject({ do: 'lookUp', posting: { key } });
    expect(other.postings.found(key, ['D1'])).toBe(true);
    expect(other.rows()[0]).toMatchObject({ state: 'posted', document: 'D1' });
  });

  test.each([
    ['before the look-up', false],
    ['after it was sent again', true],
  ])('who stood still writes nothing over it, %s', (name, isSentAgain) => {
    const { time, one, other, key } = begun(name);
    time.nowMs += leaseMs + 1;
    other.renew();
    if (isSentAgain) {
      time.nowMs += waitMs;
      other.renew();
      expect(other.next('WO-2').map((task) => task.do)).toEqual(['lookUp']);
      other.postings.found(key, []);
      expect(other.next('WO-2')).toMatchObject([{ do: 'post', posting: { key } }]);
    }
    const before = other.rows()[0]!;
    expect(one.postings.settle(key, posted('D-late'))).toBe(false);
    expect(one.postings.found(key, ['D-late'])).toBe(false);
    expect(other.rows()[0]).toEqual(before);
    expect(one.next('WO-2')).toEqual([]);
    if (!isSentAgain) return;
    expect(other.postings.settle(key, posted('D1'))).toBe(true);
    expect(one.rows()[0]).toMatchObject({ state: 'posted', document: 'D1' });
  });
}
