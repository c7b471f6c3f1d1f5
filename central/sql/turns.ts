import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { Messenger } from './messenger.ts';
import type { Query } from './wire.ts';

export const turnMigrations = [
  `
  CREATE TABLE turn (                            -- who wrote last, and how often anybody has
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    writer TEXT    NOT NULL,
    writes INTEGER NOT NULL
  ) STRICT;
  INSERT INTO turn VALUES (1, '', 0);
  `,
];

type Parts = { schema: string; boot: string };
export type Turns = ReturnType<typeof openTurns>;

const shares = new WeakMap<Database, Turns>();
/** The database is shared by processes that take turns. */
export const share = (db: Database, turns: Turns): void => void shares.set(db, turns);
/** How processes that share the database take turns; undefined for a file, which has one writer. */
export const turnsOf = (db: Database): Turns | undefined => shares.get(db);

/**
 * Transactions in turns: one lock of the server for all processes on a schema, taken at the start
 * of each and held to its end. What another process has written meanwhile is told to whoever
 * remembers anything, before anything is read in the transaction: so all is as in one process.
 */
export function openTurns(messenger: Messenger, { schema, boot }: Parts) {
  const listeners = new Set<() => void>();
  let depth = 0;
  let on: number | undefined; // the connection of the transaction
  let wrote = false;
  let isDoomed = false; // a part of the transaction has failed
  let seen: number | undefined; // writes that what is remembered goes by; undefined: by none
  let ready = false; // the table is there

  const query = (text: string): ((...values: string[]) => Query) => {
    const statement = messenger.nextStatement();
    return (...values) => {
      const here = on === undefined ? {} : { on };
      return { do: 'query', statement, text, values, ...here };
    };
  };
  const sql = {
    begin: query('BEGIN'),
    lock: query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))'),
    read: query('SELECT writes FROM turn'),
    mark: query('UPDATE turn SET writes = $1::bigint, writer = $2'),
    commit: query('COMMIT'),
    rollBack: query('ROLLBACK'),
  };
  const opening = () => [sql.begin(), sql.lock(`holdfast ${schema}`)] as const;

  function forget(): void {
    seen = undefined;
    for (const drop of listeners) drop();
  }
  /** True if another process has written since. */
  function compare(writes: number): boolean {
    if (writes === seen) return false;
    forget();
    seen = writes;
    return true;
  }

  function begin(): void {
    const { connection, rows } = ready
      ? messenger.ask(...opening(), sql.read())
      : messenger.ask(...opening());
    on = connection;
    if (ready) compare(Number(rows[0]![0]));
  }
  function commit(): void {
    if (isDoomed) throw new Error('a part of the transaction has failed');
    const next = (seen ?? 0) + 1;
    const isMarked = wrote && ready;
    const marks = isMarked ? [sql.mark(`${next}`, boot)] : [];
    const { command } = messenger.ask(...marks, sql.commit());
    // A server answers so where a statement had failed, and nobody was told.
    if (command !== 'COMMIT') throw new Error('the transaction was not committed');
    if (isMarked) seen = next;
  }
  function rollBack(): void {
    messenger.forget();
    try {
      messenger.ask(sql.rollBack());
    } catch (error) {
      if (!(error instanceof Fault)) throw error; // without a connection it is undone anyway
    }
  }

  /** Runs the outermost one. Whatever goes wrong, nothing that is remembered is believed after. */
  function outermost<R>(work: () => R): R {
    wrote = false;
    isDoomed = false;
    try {
      begin();
      const result = work();
      commit();
      return result;
    } catch (error) {
      rollBack();
      forget();
      throw error;
    } finally {
      on = undefined;
    }
  }
  /** One within another is a part of it: if it fails, the outermost cannot be committed. */
  function inner<R>(work: () => R): R {
    try {
      return work();
    } catch (error) {
      isDoomed = true;
      throw error;
    }
  }

  function within<R>(work: () => R): R {
    depth += 1;
    try {
      return depth === 1 ? outermost(work) : inner(work);
    } finally {
      depth -= 1;
    }
  }

  return {
    within,
    /** Runs what writes: in the transaction that there is, or in one of its own. */
    writing<R>(work: () => R): R {
      if (depth === 0) return within(() => this.writing(work));
      wrote = true;
      return work();
    },
    isWithin: (): boolean => depth > 0,
    /** On which connection a statement must run. */
    on: (): { on?: number } => (on === undefined ? {} : { on }),
    /** The table is there: from now on it is minded. */
    ready(): void {
      ready = true;
      forget();
    },
    /** Told when what is remembered may be over: another has written, or something was undone. */
    onForeign(drop: () => void): void {
      listeners.add(drop);
      seen = undefined; // what was read before is not known to be of now
    },
    /** Looks whether another process has written; true if so. */
    look(): boolean {
      if (depth > 0) return false;
      const { rows } = messenger.ask(sql.read());
      return compare(Number(rows[0]![0]));
    },
  };
}
