// Goal: a long life needs no endless disk, and forgets nothing that anybody still needs.
// Method: a real store that lives through days of work, with a ledger that keeps what it states;
// after every step it is read again, and says the same.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compare } from '../cli/comparison.ts';
import { verifyStore } from '../edge/verification.ts';
import { openReplica } from '../shared/replica.ts';
import { openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { dayMs, openPlateau, said } from './helpers/plateau.ts';
import { command, m01, m02, planning, shop } from './helpers/shop.ts';

const storeIn = (folder = testFolder()) => join(folder, 'edge.sqlite');
const million = 1_000_000n;

test('over many days the store and the memory stay as large as a few of them', () => {
  const folder = testFolder();
  const ledger = join(folder, 'central.sqlite');
  const box = openPlateau(storeIn(folder), 3, ledger);
  const pages: number[] = [];
  for (let day = 1; day <= 15; day++) {
    box.day(`WO-${day}`);
    pages.push(box.pages());
  }
  expect(box.facts()).toBeLessThan(7 * 1_110);
  // Fifteen days take no more than twice what five did: pages of what is gone are used again.
  expect(Math.max(...pages)).toBeLessThan(2 * pages[4]!);
  expect(box.book.rows('order').size).toBeLessThan(8);
  expect(box.book.tally('line', m01)).toMatchObject({ good: 15n * 1_100n * million });
  expect(box.db.prepare('SELECT count(*) FROM refusal').pluck().get()).toBeLessThan(8);
  expect(box.db.prepare('SELECT count(*) FROM edition').pluck().get()).toBeLessThan(8);
  expect(box.first(m02)).toBeGreaterThan(5);

  const before = said(box);
  const status = box.retention.status();
  expect(status).toMatchObject({ keepDays: 3, waitsFor: null });
  expect(status.forgotten).toBe(box.first(m01) + box.first(m02) - 2);
  const last = box.first(m01) - 1;
  box.close();
  const again = openBox(storeIn(folder));
  expect(said(again)).toEqual(before);
  again.db.close();
  const { facts, findings, lines } = verifyStore(storeIn(folder));
  expect(findings).toEqual([]);
  expect(lines.map(({ first }) => first > 1)).toEqual([true, true]);
  expect(compare(storeIn(folder), ledger)).toMatchObject({ facts, findings: [] });
  const replica = openReplica(ledger);
  const triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
  for (const name of replica.prepare(triggers).pluck().all()) replica.exec(`DROP TRIGGER ${name}`);
  replica.exec('UPDATE fact SET hash = zeroblob(32)');
  replica.close();
  expect(compare(storeIn(folder), ledger).findings).toContainEqual(
    expect.objectContaining({
      ...{ line: m01, sequence: last },
      reason: 'the edge has forgotten it, and the ledger holds another fact there',
    }),
  );
});

test('without the days nothing goes, and what central lacks never does', () => {
  const box = openPlateau(':memory:');
  for (let day = 1; day <= 3; day++) box.day(`WO-${day}`);
  expect([box.first(m01), box.first(m02)]).toEqual([1, 1]);
  const facts = box.facts();
  for (let day = 4; day <= 8; day++) {
    box.time.nowMs += dayMs;
    box.retention.step();
    box.work(`WO-${day}`, 1_100);
    box.keep([m01]);
    while (box.retention.step()) box.keep([m01]);
  }
  // A state was carried over behind facts of M02 that central lacks: it stands for nothing yet.
  expect([box.first(m01), box.first(m02)]).toEqual([1, 1]);
  expect(box.facts()).toBeGreaterThan(facts + 5_500);
  expect(box.retention.status()).toMatchObject({ forgotten: 0, waitsFor: m02 });
  const reach = box.store.forgotten.reaches(box.store.snapshots.position());
  expect(reach.map(({ sequence }) => sequence)).toEqual(
    [m01, m02].map((line) => box.outbox.marks(line).kept - 1),
  );
  box.keep();
  box.settle();
  expect(box.first(m01)).toBeGreaterThan(1_100);
});

test('the room lasts for ever where facts are forgotten before it is used up', () => {
  const box = openPlateau(':memory:', 3);
  const lasting = (daysLeft: number | null, level: 'ok' | 'warn' = 'ok') =>
    box.retention.lasting({ level, daysLeft }).daysLeft;
  expect([lasting(null), lasting(3), lasting(5.5), lasting(90)]).toEqual([null, 3, null, null]);
  for (let day = 1; day <= 3; day++) box.day(`WO-${day}`, 1);
  expect([lasting(0.5), lasting(3)]).toEqual([0.5, null]);
  expect(lasting(3, 'warn')).toBe(3);
  box.known.entered = false;
  expect(lasting(90)).toBe(90);
});

test('a line whose box does not own it, or that stopped, forgets nothing', () => {
  const box = openPlateau(':memory:');
  box.known.entered = false;
  for (let day = 1; day <= 6; day++) box.day(`WO-${day}`, 600);
  expect(box.first(m01)).toBe(1);
  box.known.entered = true;
  box.book.miss();
  box.settle();
  expect(box.first(m01)).toBe(1);
});

test('the day of a clock that jumps is one day, and none while it is behind', () => {
  const box = openPlateau(':memory:', 3);
  box.day('WO-1');
  const right = box.time.nowMs;
  box.time.nowMs = right + 2_000 * dayMs;
  box.work('WO-2', 1_100);
  box.keep();
  box.settle();
  box.time.nowMs = right - 2_000 * dayMs;
  box.work('WO-3', 1_100);
  box.keep();
  box.settle();
  expect(box.first(m01)).toBe(1);
  box.time.nowMs = right;
  for (let day = 4; day <= 12; day++) box.day(`WO-${day}`);
  expect(box.first(m01)).toBeGreaterThan(3_300);
  expect(box.facts()).toBeGreaterThan(3 * 1_100);
});

test('a clock that falls a day at each start lets no time pass', () => {
  const box = openPlateau(':memory:', 3);
  const right = box.time.nowMs;
  for (let ahead = 8; ahead >= 0; ahead--) {
    box.time.nowMs = right + ahead * dayMs;
    box.work(`WO-${ahead}`, 500);
    box.keep();
    box.settle();
  }
  expect([box.first(m01), box.retention.status().days]).toEqual([1, 9]);
});

test('when room gets short fewer days stay', () => {
  const days = (level: 'ok' | 'warn' | 'full') => {
    const box = openPlateau(':memory:', 8);
    for (let day = 1; day <= 7; day++) box.day(`WO-${day}`);
    expect(box.first(m01)).toBe(1);
    box.known.level = level;
    box.settle();
    return Math.round(box.facts() / 1_107);
  };
  expect([days('ok'), days('warn'), days('full')]).toEqual([7, 5, 2]);
});

test('an idle line keeps its last fact, and goes on from it', () => {
  const path = storeIn();
  const box = openPlateau(path);
  box.ask(command('ChangeEquipmentState', { line: m02 }, { state: 'idle', reason: 'x' }));
  box.ask(command('ChangeEquipmentState', { line: m02 }, { state: 'held', reason: 'x' }));
  box.keep();
  const onlyM01 = (order: string) => {
    const of = { order };
    box.ask(shop.release({}, order));
    box.ask(shop.start(of));
    box.ask(shop.phase('R', {}, of));
    box.store.commit(() => {
      for (let n = 0; n < 1_100; n++) box.roster.actor(m01).observe('DiskLevelChanged', level);
    });
    box.ask(shop.end('R', of));
  };
  const level = { level: 'ok', before: 'warn', roomBytes: 1, budgetBytes: 2 } as const;
  for (let day = 1; day <= 9; day++) {
    box.time.nowMs += dayMs;
    box.retention.step();
    onlyM01(`WO-${day}`);
    box.keep();
    box.settle();
  }
  expect([box.first(m01) > 2_000, box.first(m02)]).toEqual([true, 2]);
  box.ask(command('ChangeEquipmentState', { line: m02 }, { state: 'execute', reason: 'y' }));
  box.keep();
  box.day('WO-99');
  box.day('WO-98');
  box.day('WO-97');
  box.day('WO-96');
  expect(box.first(m02)).toBeGreaterThan(2);
  const before = said(box);
  box.close();
  expect(said(openBox(path))).toEqual(before);
});

test('an open order stays whole: its reports can be corrected when their rows are gone', () => {
  const path = storeIn();
  const box = openPlateau(path);
  const of = { order: 'WO-L' };
  const run = shop.phase('R', { lane: 2 }, of);
  for (const asked of [shop.release({}, 'WO-L'), shop.start(of), run]) box.ask(asked);
  const answer = box.decide(shop.report('R', { good: '7' }, of));
  const { eventId } = answer.status === 'accepted' ? answer.facts[0]! : { eventId: '' };
  for (let day = 1; day <= 9; day++) box.day(`WO-${day}`);
  expect(box.first(m01)).toBeGreaterThan(2_000);
  const before = said(box);
  box.close();
  const again = openBox(path);
  expect(said(again)).toEqual(before);
  expect(again.book.tally('order', 'WO-L').good).toBe(7n * million);
  expect(outcome(again.decide(planning.reverse(eventId, of)))).toBe('accepted');
  expect(again.book.tally('order', 'WO-L').good).toBe(0n);
  expect(again.book.look('order', 'WO-L')!.made).toBe(0n);
});

test('what is forgotten is refused in words: a correction of it, and a command of its time', () => {
  const box = openPlateau(':memory:');
  const of = { order: 'WO-A' };
  const idAt = (ms: number, end = '7000-8000-000000000001') => {
    const hex = ms.toString(16).padStart(12, '0');
    return `${hex.slice(0, 8)}-${hex.slice(8)}-${end}`;
  };
  const early = idAt(box.time.nowMs - dayMs);
  box.time.nowMs += dayMs;
  for (const asked of [shop.release({}, 'WO-A'), shop.start(of), shop.phase('R', {}, of)]) {
    box.ask(asked);
  }
  const asked = { ...shop.report('R', {}, of), commandId: idAt(box.time.nowMs + 1_000) };
  const answer = box.decide(asked);
  const { eventId } = answer.status === 'accepted' ? answer.facts[0]! : { eventId: '' };
  expect(box.decide(asked)).toEqual(answer);
  box.ask(shop.end('R', of));
  box.ask(shop.close('WO-A'));
  for (let day = 1; day <= 9; day++) box.day(`WO-${day}`);
  expect(box.book.look('order', 'WO-A')).toBeUndefined();
  const report = `report ${eventId} of order WO-A`;
  expect(outcome(box.decide(planning.reverse(eventId, of)))).toBe(
    `REFUSED ${report} is older than this box remembers: correct it at central`,
  );
  expect(outcome(box.decide({ ...asked, ...{ order: 'WO-9' } }))).toContain(
    `${asked.commandId} is older than this box remembers`,
  );
  // Before the first fact there was nothing to be answered: a client whose clock stands is heard.
  expect(outcome(box.decide({ ...shop.release({}, 'WO-Z'), commandId: early }))).toBe('accepted');
});
