// Goal: what is due is stated, once, also after an outage and a restart.
// Method: real actor, real store in a file; only the clock is ours.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Answer } from '../edge/line/answers.ts';
import { openBook } from '../edge/line/book.ts';
import { openRoster } from '../edge/line/roster.ts';
import { dueCommands, keepTime } from '../edge/line/timekeeper.ts';
import { migrations } from '../edge/store/schema.ts';
import { openStore } from '../edge/store/store.ts';
import { decodeContent } from '../shared/codec.ts';
import { type Command, readCommand } from '../shared/command.ts';
import { openDatabase } from '../shared/database.ts';
import { eventIds, systemRandom } from '../shared/identity.ts';
import { openBell } from '../shared/loop.ts';
import { type Policy, templates } from '../statecharts/policy.ts';
import { fakeClock } from './helpers/clock.ts';
import { testFolder } from './helpers/folder.ts';
import { command, m01, shop } from './helpers/shop.ts';

const hourMs = 3_600_000;
const startMs = 1_700_000_000_000;

function openPlant(path: string, policy: Policy = templates.regulated) {
  const time = { nowMs: startMs };
  const open = () => {
    const db = openDatabase(path, migrations);
    const store = openStore(db);
    const book = openBook();
    const nowMs = () => time.nowMs;
    const parts = { store, book, nowMs, eventId: eventIds(nowMs, systemRandom), stated: () => {} };
    const roster = openRoster([{ line: m01, lanes: 1, policy }], parts);
    return { db, store, book, roster };
  };
  let box = open();

  function decide(asked: Command): Answer {
    let answer: Answer | undefined;
    box.store.commit(() => {
      answer = box.roster.actor(asked.line).decide(asked);
    });
    return answer!;
  }

  return {
    book: () => box.book,
    ask(given: object): void {
      expect(decide(readCommand({ ...given, atMs: undefined })).status).toBe('accepted');
    },
    /** Time passes; then whatever is due is stated, in rounds until nothing is. */
    pass(ms: number): string[] {
      time.nowMs += ms;
      const before = [...box.store.history()].length;
      for (let round = 0; round < 10; round++) {
        const due = dueCommands(box.book, box.roster, time.nowMs);
        if (due.length === 0) break;
        expect(due.map(decide).map(({ status }) => status)).toEqual(due.map(() => 'accepted'));
      }
      const stated = [...box.store.history()].slice(before);
      return stated.map(({ bytes }) => {
        const { type, body } = decodeContent(bytes);
        return `${type} ${JSON.stringify(body)}`;
      });
    },
    restart(): void {
      box.db.close();
      box = open();
      expect(box.roster.actors.map(({ failure }) => failure())).toEqual([undefined]);
    },
    close: () => box.db.close(),
  };
}

const held = () => shop.hold('H1', 'order', { order: 'WO-1' });

test('a hold without a decision is escalated once, by calendar, over a restart', () => {
  const plant = openPlant(join(testFolder(), 'edge.db'), {
    ...{ ...templates.discrete, escalateHoldMs: 24 * hourMs },
  });
  plant.ask(shop.release());
  plant.ask(held());
  expect(plant.pass(24 * hourMs - 1)).toEqual([]);
  plant.restart();
  expect(plant.pass(1)).toEqual(['HoldEscalated {"hold":"H1","occurrence":1}']);
  expect(plant.pass(100 * hourMs)).toEqual([]);
  plant.restart();
  expect(plant.pass(100 * hourMs)).toEqual([]);
  plant.close();
});

test('reminders that fell into an outage are one, and the next keeps its time', () => {
  const plant = openPlant(join(testFolder(), 'edge.db'));
  plant.ask(shop.release());
  plant.ask(held());
  expect(plant.pass(8 * hourMs)).toEqual(['HoldReminded {"hold":"H1","occurrence":1,"missed":0}']);
  plant.restart();
  expect(plant.pass(72 * hourMs)).toEqual([
    'HoldReminded {"hold":"H1","occurrence":2,"missed":8}',
    'HoldEscalated {"hold":"H1","occurrence":1}',
  ]);
  expect(plant.pass(8 * hourMs - 1)).toEqual([]);
  expect(plant.pass(1)).toEqual(['HoldReminded {"hold":"H1","occurrence":3,"missed":0}']);
  plant.close();
});

test('a hold that is closed reminds nobody', () => {
  const policy = { ...templates.discrete, remindHoldMs: hourMs, escalateHoldMs: hourMs };
  const plant = openPlant(join(testFolder(), 'edge.db'), policy);
  plant.ask(shop.release());
  plant.ask(held());
  plant.ask(shop.free('H1'));
  expect(plant.book().rows('timer').size).toBe(0);
  expect(plant.pass(1_000 * hourMs)).toEqual([]);
  plant.close();
});

test("a phase's limit counts running time alone", () => {
  const plant = openPlant(join(testFolder(), 'edge.db'), templates.batch);
  const about = { order: 'WO-1', lot: 'B-1' };
  const batch = (asked: string) => command('CommandBatch', about, { command: asked });
  const settle = () => command('SettleBatch', about);
  plant.ask(shop.release());
  plant.ask(shop.start());
  plant.ask(batch('start'));
  plant.ask(command('StartBatchPhase', about, { phase: 'heat', limitMs: 2 * hourMs }));
  expect(plant.pass(hourMs)).toEqual([]);
  plant.ask(batch('hold'));
  plant.ask(settle());
  plant.restart();
  expect(plant.pass(50 * hourMs)).toEqual([]);
  plant.ask(batch('restart'));
  plant.ask(settle());
  expect(plant.pass(hourMs - 1)).toEqual([]);
  expect(plant.pass(1)).toEqual(['BatchPhaseOverran {"phase":"heat","occurrence":1}']);
  expect(plant.pass(50 * hourMs)).toEqual([]);
  plant.ask(command('EndBatchPhase', about, { phase: 'heat' }));
  plant.ask(settle());
  plant.close();
});

test('nobody but the clock makes a timer due', () => {
  const plant = openPlant(join(testFolder(), 'edge.db'));
  plant.ask(shop.release());
  plant.ask(held());
  const early = readCommand(command('EscalateHold', {}, { hold: 'H1', occurrence: 1 }));
  expect(() => plant.ask(early)).toThrow();
  expect(plant.pass(24 * hourMs)).toContain('HoldEscalated {"hold":"H1","occurrence":1}');
  plant.close();
});

test('the loop asks for what is due and ends by its signal', async () => {
  const db = openDatabase(':memory:', migrations);
  const store = openStore(db);
  const book = openBook();
  const clock = fakeClock(100, startMs);
  const { nowMs } = clock;
  const parts = { store, book, nowMs, eventId: eventIds(nowMs, systemRandom), stated: () => {} };
  const policy = { ...templates.discrete, escalateHoldMs: 5_000 };
  const roster = openRoster([{ line: m01, lanes: 1, policy }], parts);
  const stop = new AbortController();
  const answers: Answer[] = [];
  const ask = async (asked: Command): Promise<Answer> => {
    store.commit(() => {
      answers.push(roster.actor(m01).decide(asked));
    });
    if (asked.command === 'EscalateHold') stop.abort();
    return answers.at(-1)!;
  };
  await ask(readCommand({ ...shop.release(), atMs: undefined }));
  await ask(readCommand({ ...held(), atMs: undefined }));
  const bell = openBell(clock);
  await keepTime({ book, roster, ask, bell, idleMs: 60_000, clock, signal: stop.signal });
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted']);
  expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(5_000);
  db.close();
});

test('an idle loop looks when a timer is due, when facts came, and once a minute', async () => {
  const stop = new AbortController();
  const looks: number[] = [];
  const timers = new Map<string, object>();
  const waits: number[] = [];
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms: number) {
      waits.push(ms);
      nowMs += ms;
      if (waits.length === 2) timers.set('due', { dueMs: nowMs + 7_000, about: {} });
      if (waits.length === 4) timers.clear();
      if (waits.length === 6) stop.abort();
    },
  };
  const rows = () => {
    looks.push(nowMs);
    return timers;
  };
  const often = { bell: openBell(clock), idleMs: 60_000, clock };
  const parts = { ...often, signal: stop.signal, ask: async () => ({}) };
  await keepTime({ book: { rows }, roster: { actors: [] }, ...parts } as never);
  expect(waits).toEqual([1_000, 60_000, 1_000, 6_000, 1_000, 60_000]);
});
