// A thread that holds the connection to PostgreSQL, for a main thread that waits for its answers.
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { backoff } from '../../shared/backoff.ts';
import { openPipeline, parserOf } from './pipeline.ts';
import { isDistrust } from './tls.ts';
import type { Access, Ask, Batch, Failure, Given, Query, Reply, Script, Value } from './wire.ts';

const types = { getTypeParser: parserOf };

/** Errors of the connection, and those by which a server says that it ends it. */
const isLost = (code: string): boolean =>
  !isDistrust(code) && (/^(08|57P|E[A-Z]+|LOST)/.test(code) || code === '25P03');

/** What `pg` says without a code. */
const codeOf = (message: string): string => (/not support SSL/.test(message) ? 'NO_TLS' : 'LOST');

function failureOf(error: unknown): Failure {
  const { message, code = codeOf(message) } = error as Error & { code?: string };
  return { message: message || code, code, lost: isLost(code) };
}

type Told = Omit<Reply, 'id' | 'connection'>;
const none: Told = { columns: [], rows: [], changes: 0, allChanges: [], command: '' };

/** Keeps a connection: when it is lost, tries again with growing pauses until it is closed. */
function openSession({ url, password, schema, tls, name, ...times }: Access) {
  let client: pg.Client | undefined;
  let pipeline: ReturnType<typeof openPipeline> | undefined;
  const texts = new Map<number, string>(); // of all statements that were told, by their numbers
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
      ssl: tls ? { ca: tls.ca, rejectUnauthorized: true } : false,
      application_name: name,
      connectionTimeoutMillis: times.connectTimeoutMs,
      keepAlive: true,
      types,
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
    pipeline = openPipeline(fresh);
    connection += 1;
    attempt = 0;
  }

  const isOn = ({ on }: Query | Script): boolean => on === undefined || on === connection;

  /** Runs `work` on the connection that there is, if that is the one which each of these is for. */
  async function once(
    asks: readonly (Query | Script)[],
    work: (own: pg.Client) => Promise<Told>,
  ): Promise<Told> {
    const own = client;
    if (!own || !asks.every(isOn)) return { ...none, failure: { ...reason, lost: true } };
    try {
      return await work(own);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.lost) lose(own, error);
      return { ...none, failure };
    }
  }

  const query = (asks: readonly Query[]): Promise<Told> => {
    for (const { statement, text } of asks) {
      if (statement !== undefined && text !== undefined) texts.set(statement, text);
    }
    return once(asks, async () => {
      const answered = await pipeline!.run(asks, texts);
      return { ...answered, changes: answered.allChanges.at(-1)! };
    });
  };

  const script = (ask: Script): Promise<Told> =>
    once([ask], async (own) => {
      const answered = await own.query<Value[]>({ text: ask.text, rowMode: 'array' });
      const results = Array.isArray(answered) ? (answered as (typeof answered)[]) : [answered];
      const last = results.at(-1)!;
      const shown = results.findLast(({ fields }) => fields.length > 0) ?? last;
      const columns = shown.fields.map((field) => field.name);
      return { ...none, columns, rows: shown.rows, command: last.command };
    });

  return {
    ...{ query, script },
    connection: () => connection,
    async open(): Promise<Told> {
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

/** Answers one batch after the other; whoever waits is woken by the flag. */
function serve({ access, port, flag }: Given): void {
  const session = openSession(access);
  let before = Promise.resolve();
  const one = async ([ask]: readonly Ask[]): Promise<Told> => {
    if (ask!.do === 'open') return session.open();
    if (ask!.do === 'script') return session.script(ask!);
    if (ask!.do === 'close') await session.close();
    return none;
  };
  const isQueries = (asks: readonly Ask[]): asks is Query[] => asks[0]!.do === 'query';
  const answer = async ({ id, asks }: Batch): Promise<void> => {
    const told = await (isQueries(asks) ? session.query(asks) : one(asks));
    port.postMessage({ ...told, id, connection: session.connection() } satisfies Reply);
    Atomics.add(flag, 0, 1);
    Atomics.notify(flag, 0);
    if (asks[0]!.do === 'close') port.close();
  };
  port.on('message', (batch: Batch) => {
    if (batch.asks[0]!.do === 'drop') session.drop();
    before = before.then(() => answer(batch));
  });
}

if (parentPort) serve(workerData as Given);
