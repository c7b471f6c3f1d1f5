import type { Database } from '../../shared/database.ts';
import { type Kind, type Statement, scriptOf, statementOf } from './dialect.ts';
import { type Answer, given, type Messenger, openMessenger } from './messenger.ts';
import { openTurns } from './turns.ts';
import type { Access, Query, Sent, Value } from './wire.ts';

type Row = Record<string, Value>;
type Bind = readonly unknown[];

function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'real';
  if (value instanceof Uint8Array) return 'bytes';
  throw new TypeError(`a parameter must be a number, text, bytes or null, not ${typeof value}`);
}

/** PostgreSQL has no text with a NUL in it: it is told as the sign for what cannot be shown. */
const sent = (value: unknown): Sent => {
  if (value === null) return value;
  // A copy: else all of the memory in which it lies would go over with it.
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return String(value).replaceAll('\0', '\uFFFD');
};

/** Values in the order of the statement's parameters, as better-sqlite3 takes them. */
function valuesOf({ names }: Statement, bind: Bind): unknown[] {
  const unnamed: unknown[] = [];
  let named: Record<string, unknown> = {};
  for (const part of bind) {
    if (Array.isArray(part)) unnamed.push(...(part as unknown[]));
    else if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part)) {
      named = part as Record<string, unknown>;
    } else unnamed.push(part);
  }
  const count = names.filter((name) => typeof name === 'number').length;
  if (count !== unnamed.length) {
    throw new RangeError(`${unnamed.length} values were given for ${count} parameters`);
  }
  return names.map((name) => (typeof name === 'number' ? unnamed[name] : named[name]));
}

/** Combinations of types of one statement that the server keeps ready for us. */
const variantsMax = 64;
/** First rows of what is read one by one; each page after it is twice as long, up to 1,024. */
const [pageMin, pageMax] = [16, 1_024];

type Variant = Readonly<Pick<Query, 'statement' | 'text'>>;
type Parts = {
  messenger: Messenger;
  turns: ReturnType<typeof openTurns>;
  /** Numbers of statements. */
  next: () => number;
};

/** One statement; its text is sent once a connection for each combination of types. */
function openStatement(parts: Parts, sql: string) {
  const { messenger, turns, next } = parts;
  const statement = statementOf(sql);
  const { textOfRows } = statement;
  const variants = new Map<string | number, Variant>();
  let [isPlucked, isSafe] = [false, false];

  /** The text under this key; without a number, and read anew each time, if there are too many. */
  function variantFor(key: string | number, textOf: () => string): Variant {
    const known = variants.get(key);
    if (known) return known;
    if (variants.size >= variantsMax) return { text: textOf() };
    const variant = { statement: next(), text: textOf() };
    variants.set(key, variant);
    return variant;
  }
  const many = textOfRows && ((rows: number) => variantFor(rows, () => textOfRows(rows)));

  function queryOf(bind: Bind): Query {
    const values = valuesOf(statement, bind);
    const kinds = values.map(kindOf);
    const variant = many ? many(1) : variantFor(kinds.join(), () => statement.textFor(kinds));
    return { do: 'query', ...variant, values: values.map(sent), ...turns.on() };
  }
  function ask(bind: Bind): Answer {
    const query = queryOf(bind);
    if (!statement.writes) return messenger.ask(query);
    return turns.writing(() => messenger.ask({ ...query, ...turns.on() }));
  }
  /** Within a transaction, what only writes goes out with what is asked next. */
  function run(bind: Bind): { readonly changes: number } {
    if (!statement.writes || !turns.isWithin()) return { changes: ask(bind).changes };
    const query = queryOf(bind);
    const changes = turns.writing(() => messenger.askLater({ ...query, many }));
    return {
      get changes() {
        return changes();
      },
    };
  }

  function value(raw: Value): Value {
    if (isSafe) return typeof raw === 'number' ? BigInt(raw) : given(raw);
    if (typeof raw === 'bigint') throw new RangeError(`${raw} is too large a number to be exact`);
    return given(raw);
  }
  function rowsOf({ columns, rows }: Answer): (Row | Value)[] {
    if (isPlucked) return rows.map((row) => value(row[0]!));
    return rows.map((row) =>
      Object.fromEntries(columns.map((column, at) => [column, value(row[at]!)])),
    );
  }

  let paged: ReturnType<typeof openStatement> | undefined;
  /** Page by page: whoever reads one by one may have enough soon. */
  function* iterate(...bind: unknown[]): Generator<Row | Value> {
    const page = `SELECT * FROM (${sql}) AS page LIMIT ? OFFSET ?`;
    paged ??= openStatement(parts, page);
    const sub = paged;
    sub.pluck(isPlucked);
    sub.safeIntegers(isSafe);
    for (let [size, at] = [pageMin, 0]; ; ) {
      const rows = sub.all(...bind, size, at);
      yield* rows;
      if (rows.length < size) return;
      at += size;
      size = Math.min(size * 2, pageMax);
    }
  }

  const self = {
    run: (...bind: unknown[]) => run(bind),
    get: (...bind: unknown[]) => rowsOf(ask(bind))[0],
    all: (...bind: unknown[]) => rowsOf(ask(bind)),
    iterate,
    pluck(is = true) {
      isPlucked = is;
      return self;
    },
    safeIntegers(is = true) {
      isSafe = is;
      return self;
    },
  };
  return self;
}

export type Options = Omit<Access, 'name'> & { boot: string };

/**
 * The part of better-sqlite3 that central uses, on PostgreSQL: every call returns when the server
 * has answered, and a transaction is on its disk when it has returned. Transactions of all
 * processes on one schema run one after the other. Throws Fault UNREACHABLE where the same may
 * succeed later; of a transaction it is not known then whether it was committed, and what is kept
 * in memory must be read anew.
 */
export function openPostgres({ boot, ...access }: Options, place: string) {
  const messenger = openMessenger({ ...access, name: `holdfast ${boot}`.slice(0, 63) }, place);
  const turns = openTurns(messenger, { schema: access.schema, boot });
  const next = () => messenger.nextStatement();

  const db = {
    name: place,
    prepare: (sql: string) => openStatement({ messenger, turns, next }, sql),
    exec(sql: string): void {
      const text = scriptOf(sql);
      turns.writing(() => messenger.askFor({ do: 'script', text, ...turns.on() }));
    },
    transaction<A extends unknown[], R>(work: (...args: A) => R) {
      const run = (...args: A): R => turns.within(() => work(...args));
      return Object.assign(run, { immediate: run, deferred: run, exclusive: run, default: run });
    },
    get inTransaction(): boolean {
      return turns.isWithin();
    },
    /** SQLite's settings of one file mean nothing here. */
    pragma: (): [] => [],
    close: (): void => messenger.close(),
  };
  return {
    /** As what is written for SQLite takes it; what is not offered above is not used by central. */
    db: db as unknown as Database,
    /** Asks the server for the connection; what is wrong is thrown as it is for any other ask. */
    connect: () => messenger.askFor({ do: 'open' }),
    turns,
    /** Runs a script as it is, in the words of PostgreSQL. */
    script: (text: string) => messenger.askFor({ do: 'script', text, ...turns.on() }),
  };
}
