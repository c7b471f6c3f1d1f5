import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { Fault } from '../../shared/fault.ts';
import { openLater, type Written } from './later.ts';
import type { Access, Ask, Batch, Failure, Query, Reply, Value } from './wire.ts';

/** Beyond the limits for a statement and for a connection an answer is waited for so long, ms. */
const graceMs = 5_000;
/** After so long without a connection the process ends, to be started anew, ms. */
const downMaxMs = 10 * 60_000;

export type Answer = Omit<Reply, 'id' | 'failure'>;
export type Messenger = ReturnType<typeof openMessenger>;

/** PostgreSQL's error in our words: its code, and Fault where the same may succeed later. */
function errorOf({ message, code, lost }: Failure, place: string): Error {
  if (lost) return new Fault('UNREACHABLE', `${place}: ${message}`);
  if (code === '57014' || code === '55P03') {
    return new Fault('UNREACHABLE', `${place}: took too long: ${message}`);
  }
  if (code === '40001' || code === '40P01') return new Fault('UNREACHABLE', `${place}: ${message}`);
  if (/^XX00[12]$/.test(code)) return new Fault('CORRUPT', `${place}: ${message} (${code})`);
  if (code.startsWith('53')) return new Fault('FULL', `${place}: ${message} (${code})`);
  return Object.assign(new Error(message), { code });
}

/**
 * Asks the thread that holds the connection, and waits for its answer: nothing else of this thread
 * runs meanwhile, as with SQLite. Every wait ends: by the server's limit for a statement, or 20 s
 * after it, when the connection is given up. Throws Fault UNREACHABLE where the same may succeed
 * later; an Error after 10 minutes without a connection.
 */
export function openMessenger(access: Access, place: string) {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./session.ts', import.meta.url), {
    workerData: { access, port: port2, flag },
    transferList: [port2],
    execArgv: [],
  });
  worker.unref();
  port.unref();
  let asked = 0;
  let isClosed = false;
  let downSinceMs: number | undefined;
  const waitMs = access.statementTimeoutMs + access.connectTimeoutMs + graceMs;
  const later = openLater();

  let statements = 0;
  const texts = new Set<number>(); // numbers of the statements whose texts were told

  /** The text of a statement is told once. */
  function brief(ask: Ask): Ask {
    if (ask.do !== 'query' || ask.statement === undefined) return ask;
    if (!texts.has(ask.statement)) {
      texts.add(ask.statement);
      return ask;
    }
    const { text: _, ...rest } = ask;
    return rest;
  }
  function post(asks: readonly Ask[]): number {
    const id = ++asked;
    port.postMessage({ id, asks: asks.map(brief) } satisfies Batch);
    return id;
  }
  function receive(id: number): Reply | undefined {
    const deadlineMs = performance.now() + waitMs;
    for (;;) {
      const seen = Atomics.load(flag, 0);
      for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
        const reply = got.message as Reply;
        if (reply.id === id) return reply;
        later.answered(reply); // or a late answer that nobody waits for
      }
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return undefined;
      Atomics.wait(flag, 0, seen, leftMs);
    }
  }

  function mindOutage(error: Error): Error {
    if (!(error instanceof Fault && error.code === 'UNREACHABLE')) return error;
    downSinceMs ??= performance.now();
    const downMs = performance.now() - downSinceMs;
    return downMs < downMaxMs
      ? error
      : new Error(`${error.message}, for ${downMaxMs / 60_000} min`);
  }
  const failed = (failure: Failure): Error => mindOutage(errorOf(failure, place));

  /** Sends it, and waits; the first that has failed of all that was sent has the reason. */
  function wait(asks: readonly Ask[]): Reply {
    if (isClosed) throw new Error(`${place}: is closed`);
    const reply = receive(post(asks));
    if (!reply) {
      post([{ do: 'drop' }]);
      throw mindOutage(new Fault('UNREACHABLE', `${place}: no answer in ${waitMs} ms`));
    }
    const failure = later.failure() ?? reply.failure;
    if (failure) throw failed(failure);
    downSinceMs = undefined;
    return reply;
  }

  /** Sends what waits, and nothing behind it; resolves nothing yet. */
  function send(): void {
    const asks = later.take();
    if (asks.length > 0) later.sent(post(asks));
  }

  return {
    /** A number for a statement that no other has. */
    nextStatement: (): number => ++statements,
    /** Sends what waits, and these behind it; the answer to the last. */
    ask(...asks: readonly [...Query[], Query]): Answer {
      const before = later.take();
      const reply = wait([...before, ...asks]);
      later.known(reply.allChanges);
      return reply;
    },
    /** The same of what is no statement with values. */
    askFor(one: Exclude<Ask, Query>): Answer {
      send();
      return wait([one]);
    },
    /**
     * Sends it with what is asked next, or with more of its kind; tells how many rows it has
     * changed, and waits for that only if somebody wants to know. What fails is thrown by whoever
     * asks next.
     */
    askLater(one: Written): () => number {
      const changes = later.add(one);
      if (later.isFull()) send();
      return () => {
        const known = changes();
        if (known !== undefined) return known;
        this.askFor({ do: 'script', text: '', ...(one.on === undefined ? {} : { on: one.on }) });
        return changes()!;
      };
    },
    /** What waits is never sent: its transaction is undone. */
    forget: (): void => later.forget(),
    /** Ends the connection and the thread. */
    close(): void {
      if (isClosed) return;
      isClosed = true;
      receive(post([{ do: 'close' }]));
      port.close();
      void worker.terminate();
    },
  };
}

/** A value as our code has it: bytes are a Buffer. */
export const given = (value: Value): Value =>
  value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value;
