import assert from 'node:assert/strict';
import Sqlite from 'better-sqlite3';
import type { Database } from '../../shared/database.ts';
import { Crash, type Life } from './life.ts';

/** What goes wrong at a statement, so many statements from now. */
export type Trouble = {
  kind: 'before' | 'after' | 'full' | 'error';
  /** Statements that still go well. */
  left: number;
  /** Statements that fail then; a crash comes once. */
  times: number;
};
type Given = unknown[];
type Statement = Sqlite.Statement<unknown[], unknown>;
export type Disk = ReturnType<typeof openDisk>;

/** Commits between two moments at which everything is on the medium, when nobody asks for it. */
const checkpointEvery = 40;
const codes = { full: 'SQLITE_FULL', error: 'SQLITE_IOERR_WRITE' } as const;

/**
 * The disk of one box: a real SQLite database in memory behind handles that fail as a disk does.
 * `died` is told when a statement was the last of its life. What was committed is durable if the
 * connection syncs fully, else only at the next checkpoint.
 */
export function openDisk(name: string, died: (life: Life) => void) {
  let real = new Sqlite(':memory:');
  let trouble: Trouble | undefined;
  let image: Buffer | undefined; // what a power cut leaves, where commits were not synced
  let loose = 0; // commits since then
  let full = true;
  let hurt: Life | undefined;
  let statements = 0;
  let damaged = false;
  let media = 0;
  const known = new Map<unknown, unknown>(); // what was looked up since something was written
  const readings = new Set<IterableIterator<unknown>>();

  const changed = (): void => known.clear();
  const alive = (life: Life): void => {
    if (!life.alive) throw new Crash(`${name} is dead`);
  };
  function fail(life: Life): never {
    trouble = undefined;
    died(life);
    throw new Crash(`${name} dies`);
  }

  /** Counts a statement that only reads, and of which nothing can come. */
  function isCalm(life: Life, writes: boolean): boolean {
    const calm = !writes && !trouble && life.alive;
    if (calm) statements += 1;
    return calm;
  }

  /** One statement, and what the disk makes of it. */
  function go<T>(life: Life, writes: boolean, work: () => T): T {
    statements += 1;
    if (!life.alive) alive(life);
    if (writes) changed();
    if (!trouble || trouble.left-- > 0) return work();
    const { kind } = trouble;
    if (kind === 'before') return fail(life);
    if (kind === 'after') {
      work();
      return fail(life);
    }
    if (kind === 'full' && !writes) return work();
    if (--trouble.times <= 0) trouble = undefined;
    hurt = life;
    throw new Sqlite.SqliteError('the disk does not take it', codes[kind]);
  }

  function committed(): void {
    if (full) {
      image = undefined;
      return;
    }
    loose += 1;
    if (image && loose < checkpointEvery) return;
    image = real.serialize();
    loose = 0;
  }

  /** Rows one by one; a reading that nobody ends is ended before the next life. */
  function reading<T>(rows: IterableIterator<T>): IterableIterator<T> {
    const open: IterableIterator<T> = {
      next() {
        const result = rows.next();
        if (result.done) readings.delete(open);
        return result;
      },
      return() {
        readings.delete(open);
        return rows.return!();
      },
      [Symbol.iterator]: () => open,
    };
    readings.add(open);
    return open;
  }

  function wrap(life: Life, statement: Statement): object {
    const writes = !statement.readonly;
    const done = <T>(result: T): T => {
      if (writes && !real.inTransaction) committed();
      return result;
    };
    const wrapped = {
      run: (...given: Given) => done(go(life, writes, () => statement.run(...given))),
      get(...given: Given) {
        if (isCalm(life, writes)) return statement.get(...given);
        return done(go(life, writes, () => statement.get(...given)));
      },
      all(...given: Given) {
        if (isCalm(life, writes)) return statement.all(...given);
        return done(go(life, writes, () => statement.all(...given)));
      },
      iterate: (...given: Given) => go(life, writes, () => reading(statement.iterate(...given))),
      pluck(): object {
        statement.pluck();
        return wrapped;
      },
      raw(): object {
        statement.raw();
        return wrapped;
      },
      safeIntegers(): object {
        statement.safeIntegers();
        return wrapped;
      },
    };
    return wrapped;
  }

  function transaction(life: Life, work: (...given: Given) => unknown) {
    const say = (text: string) => go(life, text !== 'BEGIN IMMEDIATE', () => real.exec(text));
    const run = (...given: Given): unknown => {
      alive(life);
      const [begin, end, undo] = real.inTransaction
        ? ['SAVEPOINT inner', 'RELEASE inner', 'ROLLBACK TO inner; RELEASE inner']
        : ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'];
      say(begin!);
      let result: unknown;
      try {
        result = work(...given);
        say(end!);
      } catch (error) {
        changed();
        if (life.alive && real.inTransaction) real.exec(undo!);
        throw error;
      }
      if (!real.inTransaction) committed();
      return result;
    };
    return Object.assign(run, { immediate: run, deferred: run, exclusive: run, default: run });
  }

  /** What the last life left open, or did not sync, is undone. */
  function rest(): void {
    changed();
    for (const open of [...readings]) open.return!();
    if (real.inTransaction) real.exec('ROLLBACK');
    if (image) real = new Sqlite(image);
    image = undefined;
    loose = 0;
    full = true;
  }

  return {
    name,
    statements: () => statements,
    /** How many media have been in this box before this one. */
    media: () => media,
    rest,
    /** True if what is on the medium was changed by nobody. */
    isDamaged: () => damaged,
    /** The database itself, to be looked at and not changed. */
    real: () => real,
    /** What `read` finds there; it is asked again only after something was written. */
    known<T>(read: (db: typeof real) => T): T {
      if (!known.has(read)) known.set(read, read(real));
      return known.get(read) as T;
    },
    arm: (next: Trouble | undefined) => {
      trouble = next;
    },
    /** True if this life has met an error of the disk. */
    hasHurt: (life: Life): boolean => hurt === life,

    /** What is on the medium between two lives. */
    take(): Buffer {
      rest();
      return real.serialize();
    },
    /** What a backup of the running program has; undefined in the middle of a transaction. */
    copy: (): Buffer | undefined => (real.inTransaction ? undefined : real.serialize()),
    /** Another medium for the next life: with this on it, or blank. */
    put(next: Buffer | undefined): void {
      rest();
      changed();
      real = next && next.length > 0 ? new Sqlite(next) : new Sqlite(':memory:');
      damaged = false;
      media += 1;
    },
    /** The same medium, with something else on it than was written. */
    spoil(next: Buffer): void {
      rest();
      changed();
      real = new Sqlite(next);
      damaged = true;
    },

    /** A connection for one life. */
    connect(life: Life): Database {
      rest();
      const look = () => {
        full = real.pragma('synchronous', { simple: true }) === 2;
        if (!full) image ??= real.serialize();
      };
      const connection = {
        name,
        memory: true, // no file of its own lies beside it
        get inTransaction() {
          return real.inTransaction;
        },
        prepare: (sql: string) => wrap(life, real.prepare(sql)),
        transaction: (work: (...given: Given) => unknown) => transaction(life, work),
        exec: (sql: string) => go(life, true, () => real.exec(sql)),
        pragma(sql: string, options?: Sqlite.PragmaOptions) {
          const result = go(life, false, () => real.pragma(sql, options));
          if (/synchronous *=/.test(sql)) look();
          return result;
        },
        close: () => assert(life.alive),
      };
      return connection as unknown as Database;
    },
  };
}
