// Goal: what is written together is written as if one by one: in order, all or nothing, and the
// first that fails is the one that is told.
// Method: what would be sent, as it is; and many statements at once on a real server.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { migrations, openMemory } from '../central/memory.ts';
import { openLater } from '../central/sql/later.ts';
import { openShared } from '../central/sql/sharing.ts';
import type { Query } from '../central/sql/wire.ts';
import type { Database } from '../shared/database.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { history, report } from './helpers/facts.ts';

describe('what waits to be sent', () => {
  const insert: Query = { do: 'query', statement: 1, text: 'one', values: [] };
  const many = (rows: number) => ({ statement: 100 + rows, text: `${rows} rows` });
  const update: Query = { do: 'query', statement: 2, text: 'update', values: ['x'] };
  const row = (value: number) => ({ ...insert, values: [`${value}`], many });

  test('rows of one statement go as few, each row once and in order', () => {
    const later = openLater();
    const changes = Array.from({ length: 107 }, (_, at) => later.add(row(at)));
    const asks = later.take();
    expect(asks.map(({ text }) => text)).toEqual([
      ...['64 rows', '32 rows', '8 rows', '2 rows', 'one'],
    ]);
    expect(asks.flatMap(({ values }) => values)).toEqual(
      Array.from({ length: 107 }, (_, at) => `${at}`),
    );
    expect(changes.map((own) => own())).toEqual(Array(107).fill(undefined));
    later.known([64, 32, 8, 2, 1]);
    expect(changes.map((own) => own())).toEqual(Array(107).fill(1));
    expect(later.take()).toEqual([]);
  });

  test('what stands between them keeps its place', () => {
    const later = openLater();
    const own = [row(1), update, row(2), row(3), update].map((one) => later.add(one));
    expect(later.take().map(({ text }) => text)).toEqual(['one', 'update', '2 rows', 'update']);
    later.known([1, 7, 2, 0]);
    expect(own.map((changes) => changes())).toEqual([1, 7, 1, 1, 0]);
  });

  test('the first failure that nobody waited for is told once, and none that is forgotten', () => {
    const later = openLater();
    const empty = { connection: 1, columns: [], rows: [], changes: 0, allChanges: [], command: '' };
    const failure = (code: string) => ({ message: code, code, lost: false });
    const fail = (id: number, code: string) => {
      later.add(row(id));
      later.take();
      later.sent(id);
      later.answered({ ...empty, id, failure: failure(code) });
    };
    fail(1, 'first');
    fail(2, 'second');
    expect([later.failure()?.code, later.failure()]).toEqual(['first', undefined]);
    fail(3, 'third');
    later.forget();
    expect(later.failure()).toBeUndefined();
  });
});

const cluster = await postgresOrWhy();
const table = `
  CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER) STRICT;
`;
if (typeof cluster === 'string') {
  test('many statements at once on PostgreSQL', ({ skip }) => skip(cluster));
} else {
  const { url, password } = cluster;
  let made = 0;
  const open = (schema = `pipe_${++made}`, all: readonly string[] = [table]) =>
    openShared({ url, password, schema }, `pipe_${++made}`, all);
  const adding = (db: Database) => db.prepare('INSERT INTO thing (name, size) VALUES (?, ?)');
  const names = (db: Database) =>
    db.prepare<[], string>('SELECT name FROM thing ORDER BY id').pluck().all();
  const some = Array.from({ length: 500 }, (_, at) => `name ${at}`);

  test('many rows are numbered in their order, and each is counted', () => {
    const db = open();
    const add = adding(db);
    const grow = db.prepare('UPDATE thing SET size = 2 WHERE size = 1');
    const changes = db
      .transaction(() => {
        const added = some.map((name, at) => add.run(name, at % 2));
        const grown = grow.run();
        const more = add.run('last', null);
        return [...added, grown, more].map((one) => one.changes);
      })
      .immediate();
    expect(changes).toEqual([...Array(500).fill(1), 250, 1]);
    expect(names(db)).toEqual([...some, 'last']);
    db.close();
  });

  test.each([3, 250, 499])('row %i is there already: it is told, and none is added', (nth) => {
    const db = open();
    const add = adding(db);
    add.run(some[nth]!, 1);
    const addAll = db.transaction(() => {
      for (const name of some) add.run(name, 0);
      return names(db).length;
    });
    expect(() => addAll.immediate()).toThrow(/duplicate key .*thing_name_key/);
    expect(names(db)).toEqual([some[nth]!]);
    db.prepare('DELETE FROM thing').run();
    expect(addAll.immediate()).toBe(500);
    db.close();
  });

  test('a connection that is lost among many rows undoes all of them', async () => {
    const db = open();
    const add = adding(db);
    const end = db.prepare('SELECT pg_terminate_backend(?::int)');
    const pid = db.prepare('SELECT pg_backend_pid()').pluck();
    const half = db.transaction((isEnded: boolean) => {
      const own = pid.get();
      for (const name of some) {
        add.run(name, 0);
        if (!isEnded || name !== 'name 200') continue;
        expect(() => end.get(own)).toThrow(/terminating connection/);
      }
    });
    expect(() => half.immediate(true)).toThrow(expect.objectContaining({ code: 'UNREACHABLE' }));
    for (let tries = 0; tries < 100; tries++) {
      try {
        expect(names(db)).toEqual([]);
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'UNREACHABLE' });
        await delay(50);
      }
    }
    half.immediate(false);
    expect(names(db)).toEqual(some);
    db.close();
  });

  test('a failure that is met only by the commit undoes all, and is told', () => {
    const db = open();
    const add = adding(db);
    const twice = db.transaction(() => {
      add.run('a', 1);
      add.run('a', 2);
    });
    expect(() => twice.immediate()).toThrow(/duplicate key/);
    expect(names(db)).toEqual([]);
    db.close();
  });

  test('a failure that somebody has swallowed, where nothing was written, is no commit', () => {
    const db = open();
    const fail = db.prepare('SELECT 1 / ?');
    const swallowing = db.transaction(() => expect(() => fail.get(0)).toThrow(/division by zero/));
    expect(() => swallowing.immediate()).toThrow(/was not committed/);
    db.close();
  });

  test('what was sent beside one that failed is known to the server as before, or anew', () => {
    const db = open();
    const add = adding(db);
    const grow = db.prepare('UPDATE thing SET size = size + ?');
    const shrink = db.prepare('UPDATE thing SET size = size / ?');
    const rename = db.prepare("UPDATE thing SET name = name || '!' WHERE size = ?");
    const all = db.transaction((by: number) => {
      grow.run(1);
      shrink.run(by);
      rename.run(2);
    });
    add.run('a', 3);
    for (let times = 0; times < 3; times++) {
      expect(() => all.immediate(0)).toThrow(/division by zero/);
    }
    for (let times = 0; times < 3; times++) all.immediate(2);
    expect(names(db)).toEqual(['a!']);

    const missing = db.prepare('SELECT count(*) FROM other').pluck();
    for (let times = 0; times < 2; times++) expect(() => missing.get()).toThrow(/does not exist/);
    db.exec('CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT');
    expect(missing.get()).toBe(0);
    db.close();
  });

  test('two centrals add facts in turns: their places have no holes, and none is twice', () => {
    const parts = { nowMs: Date.now, waitMs: Date.now, maxInFlightMs: 100 };
    const dbs = ['one', 'other'].map(() => open('pipe_facts', migrations));
    const centrals = dbs.map((db) => openMemory({ db, ...parts }));
    const ids = Array.from({ length: 60 }, (_, at) => report(`turns ${at}`, '1'));
    const { segment } = history('acme/m1', [...ids, ids[0]!, report('turns 60', '1')]);
    for (let first = 1; first <= 61; first += 4) {
      centrals[first % 8 === 1 ? 0 : 1]!.ledger.accept([
        { segment: segment(first, Math.min(first + 3, 62)) },
      ]);
    }
    const [{ ledger }] = centrals as [(typeof centrals)[0]];
    expect(ledger.facts()).toBe(62);
    expect(ledger.lines()).toMatchObject([{ sequence: 62, repeats: 1 }]);
    const places = dbs[0]!.prepare('SELECT position FROM fact ORDER BY sequence').pluck().all();
    expect(places).toEqual(Array.from({ length: 62 }, (_, at) => at + 1));
    for (const db of dbs) db.close();
  });
}
