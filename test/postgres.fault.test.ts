// Goal: what PostgreSQL does otherwise than a file (other processes, a connection that is lost, a
// server that is away) loses nothing, and is told in words.
// Method: a real server that is restarted, stalls and cuts connections.
import { expect, test } from 'vitest';
import { openBoard } from '../central/desk/board.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { statementOf } from '../central/sql/dialect.ts';
import { openShared, type Where } from '../central/sql/sharing.ts';
import { turnsOf } from '../central/sql/turns.ts';
import type { Database } from '../shared/database.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { bare } from './helpers/bare.ts';

const cluster = await postgresOrWhy();
const table = `
  CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE try (name TEXT NOT NULL, words TEXT NOT NULL) STRICT;
  INSERT INTO thing (name) VALUES ('a');
`;
let made = 0;
const where = (more: Partial<Where> = {}): Where => {
  if (typeof cluster === 'string') throw new Error(cluster);
  return { url: cluster.url, password: cluster.password, schema: `s${++made}`, ...more };
};

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
    for (let times = 0; times < 50; times++)
      expect(() => writes(db)('lost')).toThrow(isUnreachable);
    expect(() => open()).toThrow(/^PostgreSQL 127.0.0.1:\d+\/postgres schema s\d+: .*ECONNREFUSED/);
    await cluster.start();
    await until(() => writes(db)('after'));
    expect(names(db)).toEqual(['before', 'after']);
    db.close();
  });

  test('one that stands still in its turn loses it, and says so when it goes on', () => {
    const given = where({ idleTimeoutMs: 2_000 });
    const [one, two] = [open(given), open({ ...given, idleTimeoutMs: 20_000 })];
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
    const given = where({ idleTimeoutMs: 20_000 });
    const [one, two] = [open(given), open({ ...given, statementTimeoutMs: 1_000 })];
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
      /^postgres.passwordPath: .*authentication/,
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
