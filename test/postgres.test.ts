// Goal: a statement means the same on PostgreSQL as on SQLite, and what PostgreSQL does otherwise
// (several processes, a connection that is lost) loses nothing and is told in words.
// Method: the same tests on both; then a real server that is restarted, stalls and cuts connections.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBoard } from '../central/board.ts';
import { statementOf } from '../central/dialect.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openShared, turnsOf, type Where } from '../central/sharing.ts';
import { type Database, openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { bare } from './helpers/central.ts';

const cluster = await postgresOrWhy();
const table = `
  CREATE TABLE thing (
    id    INTEGER PRIMARY KEY,
    name  TEXT    NOT NULL UNIQUE,               -- a comment; with a semicolon
    big   INTEGER,
    bytes BLOB,
    is_open INTEGER GENERATED ALWAYS AS (big IS NULL OR big > 5 AND NOT released) STORED,
    released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1))
  ) STRICT;
  CREATE TABLE try (name TEXT NOT NULL, words TEXT NOT NULL) STRICT;
  CREATE INDEX thing_open ON thing (name) WHERE is_open;
  CREATE TRIGGER thing_is_kept BEFORE DELETE ON thing WHEN old.name <> 'x'
    BEGIN SELECT raise(ABORT, 'no thing is forgotten; ever'); END;
  INSERT INTO thing (name, big, bytes) VALUES ('a', 3, x'00ff');
`;
let made = 0;
const where = (more: Partial<Where> = {}): Where => {
  if (typeof cluster === 'string') throw new Error(cluster);
  return { url: cluster.url, password: cluster.password, schema: `s${++made}`, ...more };
};
const onBoth: [string, () => Database][] = [['SQLite', () => openDatabase(':memory:', [table])]];
if (typeof cluster !== 'string') {
  onBoth.push(['PostgreSQL', () => openShared(where(), `boot${made}`, [table])]);
}

describe.each(onBoth)('on %s', (_name, open) => {
  let db: Database;
  beforeAll(() => {
    db = open();
  });
  afterAll(() => void db.close());

  test('what was written is read as it was', () => {
    const row = { name: "é ' ? :x '' 漢", big: 9_007_199_254_740_991, bytes: Buffer.of(0, 255, 7) };
    const insert = db.prepare('INSERT INTO thing (name, big, bytes) VALUES (:name, :big, :bytes)');
    expect(insert.run({ ...row, more: 'is not read' }).changes).toBe(1);
    const one = db.prepare('SELECT name, big, bytes FROM thing WHERE name = ?');
    expect(one.get(row.name)).toEqual(row);
    expect((one.get(row.name) as typeof row).bytes).toBeInstanceOf(Buffer);
    expect(one.get('nobody')).toBeUndefined();
    expect(one.all('nobody')).toEqual([]);
    const sum = db.prepare('SELECT sum(big) FROM thing').pluck().safeIntegers();
    expect(sum.get()).toBe(9_007_199_254_740_994n);
  });

  test('conditions are 0 or 1, and texts compare byte by byte', () => {
    const say = (sql: string, ...values: unknown[]) =>
      db
        .prepare(sql)
        .pluck()
        .get(...values);
    expect(say("SELECT big IS NULL AS isNone FROM thing WHERE name = 'a'")).toBe(0);
    expect(db.prepare("SELECT name = 'a' AS isA FROM thing WHERE name = 'a'").get()).toEqual({
      isA: 1,
    });
    expect(say("SELECT is_open FROM thing WHERE name = 'a'")).toBe(0);
    expect(say("SELECT count(*) FROM thing WHERE name = 'a' AND NOT released AND is_open")).toBe(0);
    expect(say("SELECT max(big, ?) FROM thing WHERE name = 'a'", 7)).toBe(7);
    expect(say("SELECT iif(big = 3, ?, 0) FROM thing WHERE name = 'a'", 1_795_995_070_597)).toBe(
      1_795_995_070_597,
    );
    expect(say("SELECT name FROM thing WHERE name GLOB 'a*' AND big IS NOT 4")).toBe('a');
    db.prepare('INSERT INTO thing (name) VALUES (?), (?), (?)').run('B', 'b', 'Z');
    const names = db.prepare(
      "SELECT name FROM thing WHERE name < 'c' AND name > '@' ORDER BY name",
    );
    expect(names.pluck().all()).toEqual(['B', 'Z', 'a', 'b']);
  });

  test('rows are read one by one, as many as are wanted', () => {
    const add = db.prepare('INSERT INTO try VALUES (?, ?)');
    db.transaction(() => {
      for (let at = 0; at < 100; at++) add.run('many', `${at}`);
    })();
    const all = db.prepare<[string], string>('SELECT words FROM try WHERE name = ? ORDER BY rowid');
    const read: string[] = [];
    for (const words of all.pluck().iterate('many')) if (read.push(words) === 40) break;
    expect(read).toEqual(Array.from({ length: 40 }, (_, at) => `${at}`));
    expect([...all.iterate('many')]).toHaveLength(100);
  });

  test('a transaction that throws is undone as a whole, with those within it', () => {
    const add = db.prepare('INSERT INTO try VALUES (?, ?)');
    const count = db.prepare("SELECT count(*) FROM try WHERE name = 'undone'").pluck();
    const inner = db.transaction((fails: boolean) => {
      expect(db.inTransaction).toBe(true);
      add.run('undone', 'inner');
      if (fails) throw new Fault('REFUSED', 'no');
      return 7;
    });
    const outer = db.transaction((fails: boolean) => {
      add.run('undone', 'outer');
      return inner(fails);
    });
    expect(() => outer.immediate(true)).toThrow('no');
    expect(count.get()).toBe(0);
    expect(db.inTransaction).toBe(false);
    expect(outer.immediate(false)).toBe(7);
    expect(count.get()).toBe(2);
  });

  test('the tables refuse what they must', () => {
    expect(() => db.exec("DELETE FROM thing WHERE name = 'a'")).toThrow(
      'no thing is forgotten; ever',
    );
    expect(() => db.exec("INSERT INTO thing (name) VALUES ('a')")).toThrow(/unique/i);
    expect(() => db.exec("INSERT INTO thing (name, released) VALUES ('r', 2)")).toThrow(/check/i);
    expect(db.prepare("SELECT name FROM thing WHERE name = 'a'").pluck().get()).toBe('a');
  });
});

if (typeof cluster === 'string') {
  test('on PostgreSQL', ({ skip }) => skip(cluster));
} else {
  const open = (given = where()) => openShared(given, `boot${++made}`, [table]);
  const isUnreachable = expect.objectContaining({ code: 'UNREACHABLE' });
  const writes = (db: Database) =>
    db.transaction((name: string) => {
      db.prepare('INSERT INTO try VALUES (?, ?)').run(name, '');
    }).immediate;
  const names = (db: Database) => db.prepare('SELECT name FROM try ORDER BY rowid').pluck().all();
  /** Ends every connection of ours at the server. */
  const cut = () =>
    cluster.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name LIKE 'holdfast%'`,
    );
  const until = async (work: () => unknown): Promise<void> => {
    for (let tries = 1; ; tries++) {
      try {
        work();
        return;
      } catch (error) {
        if (tries === 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };

  test('every statement of central is one that the server knows', async () => {
    const given = where();
    const db = openShared(given, 'statements', migrations);
    const seen: string[] = [];
    const spied = new Proxy(db, {
      get: (target, name) =>
        name === 'prepare'
          ? (sql: string) => {
              seen.push(sql);
              return target.prepare(sql);
            }
          : Reflect.get(target, name),
    });
    const times = { nowMs: Date.now, waitMs: Date.now, maxInFlightMs: 100 };
    const memory = openMemory({ db: spied, ...times });
    openBoard({ ...memory, ...bare, db: spied });
    expect(seen.length).toBeGreaterThan(150);
    const all = [...new Set(seen)].map(
      (sql, at) => `PREPARE p${at} AS ${statementOf(sql).textFor([])}`,
    );
    await cluster.query(`SET search_path = ${given.schema}; ${all.join('; ')}`);
    db.close();
  });

  test('what another process has written is told before anything is read', () => {
    const given = where();
    const [one, two] = [open(given), open(given)];
    let drops = 0;
    turnsOf(one)!.onForeign(() => {
      drops += 1;
    });
    writes(one)('one');
    drops = 0;
    writes(one)('one again');
    expect([turnsOf(one)!.look(), drops]).toEqual([false, 0]);
    writes(two)('two');
    one.transaction(() => expect(drops).toBe(1)).immediate();
    expect(names(one)).toEqual(['one', 'one again', 'two']);
    writes(two)('two again');
    expect([turnsOf(one)!.look(), drops]).toEqual([true, 2]);
    one.close();
    two.close();
  });

  test('a transaction whose connection is lost is undone, and the next one goes on', async () => {
    const db = open();
    let drops = 0;
    turnsOf(db)!.onForeign(() => {
      drops += 1;
    });
    writes(db)('before');
    drops = 0;
    const half = db.transaction((end: boolean) => {
      db.prepare('INSERT INTO try VALUES (?, ?)').run('half', '');
      const backend = db.prepare('SELECT pg_backend_pid()').pluck().get();
      // Of itself: from now on there is no answer on this connection.
      if (end) db.prepare('SELECT pg_terminate_backend(?::int)').run(Number(backend));
    });
    expect(() => half.immediate(true)).toThrow(isUnreachable);
    expect(drops).toBeGreaterThan(0);
    expect(db.inTransaction).toBe(false);
    await until(() => writes(db)('after'));
    expect(names(db)).toEqual(['before', 'after']);
    db.close();
  });

  test('a server that is away is told of at once, and found again when it is back', async () => {
    const db = open();
    writes(db)('before');
    await cluster.end('SIGQUIT');
    await until(() => expect(() => names(db)).toThrow(isUnreachable));
    const beganMs = performance.now();
    for (let times = 0; times < 50; times++)
      expect(() => writes(db)('lost')).toThrow(isUnreachable);
    expect(performance.now() - beganMs).toBeLessThan(20_000);
    expect(() => open()).toThrow(/^PostgreSQL 127.0.0.1:\d+\/postgres schema s\d+: .*ECONNREFUSED/);
    await cluster.start();
    await until(() => writes(db)('after'));
    expect(names(db)).toEqual(['before', 'after']);
    db.close();
  });

  test('one that stands still in its turn loses it, and says so when it goes on', () => {
    const given = where({ idleTimeoutMs: 300, statementTimeoutMs: 5_000 });
    const [one, two] = [open(given), open(given)];
    const still = one.transaction(() => {
      one.prepare('INSERT INTO try VALUES (?, ?)').run('still', '');
      writes(two)('in its turn'); // waits until the server has ended the other's
      one.prepare('INSERT INTO try VALUES (?, ?)').run('goes on', '');
    });
    expect(() => still.immediate()).toThrow(isUnreachable);
    expect(names(two)).toEqual(['in its turn']);
    one.close();
    two.close();
  });

  test('who waits too long for a turn is told so, and has changed nothing', () => {
    const given = where({ idleTimeoutMs: 20_000, statementTimeoutMs: 300 });
    const [one, two] = [open(given), open(given)];
    one
      .transaction(() => {
        expect(() => writes(two)('too late')).toThrow(/took too long/);
        one.prepare('INSERT INTO try VALUES (?, ?)').run('one', '');
      })
      .immediate();
    writes(two)('two');
    expect(names(two)).toEqual(['one', 'two']);
    one.close();
    two.close();
  });

  test('a failure that somebody has swallowed does not become a commit', () => {
    const db = open();
    const swallowing = db.transaction(() => {
      db.prepare('INSERT INTO try VALUES (?, ?)').run('lost', '');
      try {
        db.exec("INSERT INTO thing (name) VALUES ('a')");
      } catch {
        // as if nothing had happened
      }
    });
    expect(() => swallowing()).toThrow(/is aborted|was not committed/);
    expect(names(db)).toEqual([]);
    db.close();
  });

  test('what cannot be bound, or is not exact as a number, is refused', () => {
    const db = open();
    expect(() => db.prepare('SELECT ?').get(undefined)).toThrow(TypeError);
    expect(() => db.prepare('SELECT ?, ?').get(1)).toThrow(RangeError);
    const large = db.prepare('SELECT 9007199254740991 + 1').pluck();
    expect(() => large.get()).toThrow(RangeError);
    expect(large.safeIntegers().get()).toBe(9_007_199_254_740_992n);
    db.close();
  });

  test('NUL in a text, and bytes too long for an index, are taken', () => {
    const db = openShared(where(), 'long', migrations);
    const park = db.prepare('INSERT INTO parked (line, reason, at_ms, bytes) VALUES (?, ?, 1, ?)');
    park.run('l', 'a\0b', Buffer.alloc(500_000, 7));
    const read = db.prepare<[], { reason: string; bytes: Buffer }>('SELECT * FROM parked').get()!;
    expect([read.reason, read.bytes.length]).toEqual(['a\uFFFDb', 500_000]);
    db.close();
  });

  const wrong: [string, () => Where, RegExp][] = [
    [
      'a password in the address',
      () => where({ url: 'postgres://a:b@h/d' }),
      /no password; name a/,
    ],
    ['no address', () => where({ url: 'http://h' }), /^postgres.url: must be like postgres:/],
    ['a schema with a quote in it', () => where({ schema: 'a"b' }), /^postgres.schema: must be/],
    [
      'another password',
      () => where({ password: 'no' }),
      /^postgres.passwordFile: .*authentication/,
    ],
    [
      'a database that there is not',
      () => where({ url: cluster.url.replace(/postgres$/, 'nodb') }),
      /^postgres.url: .*database "nodb" does not exist/,
    ],
  ];
  test.each(wrong)('%s is refused in words', (_name, given, words) => {
    expect(() => open(given())).toThrow(words);
  });

  test('a schema of a newer version is left alone', () => {
    const given = where();
    open(given).close();
    expect(() => openShared(given, 'old', [])).toThrow(/written by a newer version/);
  });

  test('a server that may lose what it has answered for is refused', async () => {
    await cluster.query('ALTER SYSTEM SET full_page_writes = off');
    await cluster.query('SELECT pg_reload_conf()');
    try {
      await until(() => expect(() => open()).toThrow(/full_page_writes is off: it may lose/));
    } finally {
      await cluster.query('ALTER SYSTEM RESET full_page_writes');
      await cluster.query('SELECT pg_reload_conf()');
    }
    await until(() => open().close());
  });

  test('connections of ours are known by name, and cut they come back', async () => {
    const db = open();
    expect((await cut()).length).toBeGreaterThan(0);
    await until(() => writes(db)('back'));
    db.close();
  });
}
