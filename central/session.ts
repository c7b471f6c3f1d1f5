// A thread that holds the connection to PostgreSQL, for a main thread that waits for its answers.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { backoff } from '../shared/backoff.ts';

/** What the thread is started with. */
export type Access = Readonly<{
  url: string;
  password: string | undefined;
  schema: string;
  /** Shown by the server as the name of the program. */
  name: string;
  statementTimeoutMs: number;
  idleTimeoutMs: number;
  connectTimeoutMs: number;
}>;
export type Given = Readonly<{ access: Access; port: MessagePort; flag: Int32Array }>;

/** A value as it goes over: text, or bytes. */
export type Sent = string | Uint8Array | null;
export type Value = string | number | bigint | Uint8Array | null;
/** Within a transaction `on` says on which connection: on another one it is not run. */
export type Ask = Readonly<
  | { do: 'query'; on?: number; name: string; text: string; values: readonly Sent[] }
  | { do: 'script'; on?: number; text: string }
  | { do: 'open' | 'close' | 'drop' }
>;
type Work = Extract<Ask, { do: 'query' | 'script' }>;
/** What is asked together: nobody waits for what comes before the last, unless it fails. */
export type Batch = Readonly<{ id: number; asks: readonly Ask[] }>;
export type Failure = Readonly<{ message: string; code: string; lost: boolean }>;
export type Reply = Readonly<{
  id: number;
  /** Which connection answered, from 1. */
  connection: number;
  /** Of a script: those of its last statement that has rows. */
  columns: readonly string[];
  rows: readonly (readonly Value[])[];
  changes: number;
  /** Of each that was asked together, the last one too. */
  allChanges: readonly number[];
  /** The last statement's word for what it has done, e.g. COMMIT. */
  command: string;
  failure?: Failure;
}>;

const number = (text: string): number | bigint => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
};
/** By the type's number in PostgreSQL; all else is text. */
const parsers: Readonly<Record<number, (text: string) => Value>> = {
  16: (text) => (text === 't' ? 1 : 0),
  17: (text) => Uint8Array.from(Buffer.from(text.slice(2), 'hex')),
  ...{ 20: number, 21: number, 23: number, 1700: number },
  701: Number,
};
const asIs = (text: string): string => text;
const types = { getTypeParser: (oid: number) => parsers[oid] ?? asIs };

/** Errors of the connection, and those by which a server says that it ends it. */
const isLost = (code: string): boolean => /^(08|57P|E[A-Z]+|LOST)/.test(code) || code === '25P03';

function failureOf(error: unknown): Failure {
  const { message, code = 'LOST' } = error as Error & { code?: string };
  return { message: message || code, code, lost: isLost(code) };
}

const none = { columns: [], rows: [], changes: 0, allChanges: [], command: '' };

/** Keeps a connection: when it is lost, tries again with growing pauses until it is closed. */
function openSession({ url, password, schema, name, ...times }: Access) {
  let client: pg.Client | undefined;
  let connection = 0;
  let attempt = 0;
  let closed = false;
  let reason: Failure = { message: 'not connected yet', code: 'LOST', lost: true };
  let timer: NodeJS.Timeout | undefined;

  function lose(from: pg.Client, error: unknown): void {
    if (client !== from) return;
    client = undefined;
    reason = failureOf(error);
    from.end().catch(() => undefined);
    if (!closed) timer = setTimeout(() => void connect().catch(() => undefined), backoff(1));
  }

  async function connect(): Promise<void> {
    const target = new URL(url);
    target.password = password ?? ''; // what stands in the address goes before all else
    const fresh = new pg.Client({
      connectionString: target.href,
      application_name: name,
      connectionTimeoutMillis: times.connectTimeoutMs,
      keepAlive: true,
      types,
      pipeline: true, // what is asked together goes out together
    });
    fresh.on('error', (error) => lose(fresh, error));
    fresh.on('end', () => lose(fresh, new Error('the connection was closed')));
    try {
      await fresh.connect();
      await fresh.query(
        `SET search_path = "${schema}"; SET synchronous_commit = on;
         SET statement_timeout = ${times.statementTimeoutMs}; SET lock_timeout = 0;
         SET idle_in_transaction_session_timeout = ${times.idleTimeoutMs};
         SET default_transaction_isolation = 'read committed'; SET bytea_output = hex;
         SET client_min_messages = warning; SET standard_conforming_strings = on`,
      );
    } catch (error) {
      fresh.end().catch(() => undefined);
      reason = failureOf(error);
      if (!closed && connection > 0) {
        timer = setTimeout(() => void connect().catch(() => undefined), backoff(++attempt));
      }
      throw error;
    }
    if (closed) return void fresh.end().catch(() => undefined);
    client = fresh;
    connection += 1;
    attempt = 0;
  }

  async function query(ask: Work): Promise<Omit<Reply, 'id' | 'connection'>> {
    const own = client;
    if (!own || (ask.on !== undefined && ask.on !== connection)) {
      return { ...none, failure: { ...reason, lost: true } };
    }
    const { text } = ask;
    const named = ask.do === 'query' ? { name: ask.name, values: bound(ask.values) } : {};
    const config = { text, ...named, rowMode: 'array' as const };
    try {
      const answered = await own.query<Value[]>(config);
      const results = Array.isArray(answered) ? (answered as (typeof answered)[]) : [answered];
      const last = results.at(-1)!;
      const shown = results.findLast(({ fields }) => fields.length > 0) ?? last;
      const columns = shown.fields.map((field) => field.name);
      const { command, rowCount } = last;
      return { ...none, columns, rows: shown.rows, changes: rowCount ?? 0, command };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.lost) lose(own, error);
      return { ...none, failure };
    }
  }

  return {
    query,
    connection: () => connection,
    async open(): Promise<Omit<Reply, 'id' | 'connection'>> {
      try {
        if (!client) await connect();
        return none;
      } catch (error) {
        return { ...none, failure: failureOf(error) };
      }
    },
    /** Gives the connection up at once; a new one is made. */
    drop(): void {
      const own = client;
      if (!own) return;
      (
        own as unknown as { connection: { stream: { destroy(): void } } }
      ).connection.stream.destroy();
      lose(own, new Error('no answer in time'));
    },
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      const own = client;
      client = undefined;
      await own?.end().catch(() => undefined);
    },
  };
}

const bound = (values: readonly Sent[]): (string | Buffer | null)[] =>
  values.map((value) =>
    typeof value === 'string' || value === null
      ? value
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  );

/** Answers one batch after the other; whoever waits is woken by the flag. */
function serve({ access, port, flag }: Given): void {
  const session = openSession(access);
  let before = Promise.resolve();
  const one = async (ask: Ask): Promise<Omit<Reply, 'id' | 'connection'>> => {
    if (ask.do === 'open') return session.open();
    if (ask.do === 'query' || ask.do === 'script') return session.query(ask);
    if (ask.do === 'close') await session.close();
    return none;
  };
  const answer = async ({ id, asks }: Batch): Promise<void> => {
    // The first that fails has the reason: those after it fail because of it.
    const given = await Promise.all(asks.map(one));
    const shown = given.find(({ failure }) => failure) ?? given.at(-1)!;
    const allChanges = given.map(({ changes }) => changes);
    const connection = session.connection();
    port.postMessage({ ...shown, id, connection, allChanges } satisfies Reply);
    Atomics.add(flag, 0, 1);
    Atomics.notify(flag, 0);
    if (asks.at(-1)!.do === 'close') port.close();
  };
  port.on('message', (batch: Batch) => {
    if (batch.asks.at(-1)!.do === 'drop') session.drop();
    before = before.then(() => answer(batch));
  });
}

if (parentPort) serve(workerData as Given);
