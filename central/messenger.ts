import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { Fault } from '../shared/fault.ts';
import type { Access, Ask, Batch, Failure, Reply, Value } from './session.ts';

/** Beyond the limits for a statement and for a connection an answer is waited for so long, ms. */
const graceMs = 5_000;
/** After so long without a connection the process ends, to be started anew, ms. */
const downMaxMs = 10 * 60_000;

/** Most statements that wait to be sent together. */
const togetherMax = 200;

type Query = Extract<Ask, { do: 'query' }>;
export type Answer = Omit<Reply, 'id' | 'failure'>;
export type Messenger = ReturnType<typeof openMessenger>;

/** PostgreSQL's error in our words: its code, and Fault where the same may succeed later. */
function errorOf({ message, code, lost }: Failure, place: string): Error {
  if (lost) return new Fault('UNREACHABLE', `${place}: ${message}`);
  if (code === '57014' || code === '55P03') {
    return new Fault('UNREACHABLE', `${place}: took too long: ${message}`);
  }
  if (code === '40001' || code === '40P01') return new Fault('UNREACHABLE', `${place}: ${message}`);
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

  function receive(id: number): Reply | undefined {
    const deadlineMs = performance.now() + waitMs;
    for (;;) {
      const seen = Atomics.load(flag, 0);
      for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
        const reply = got.message as Reply;
        if (reply.id === id) return reply; // others are late answers that nobody waits for
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

  let later: Ask[] = []; // that nobody waits for yet
  let counts: number[] | undefined; // how many rows each of them has changed, once it is known

  /** Sends what waits, and this behind it; the answer to this. */
  function ask(last: Ask): Answer {
    if (isClosed) throw new Error(`${place}: is closed`);
    const id = ++asked;
    const asks = [...later, last];
    const known = counts;
    [later, counts] = [[], undefined];
    port.postMessage({ id, asks } satisfies Batch);
    const reply = receive(id);
    if (!reply) {
      port.postMessage({ id: ++asked, asks: [{ do: 'drop' }] } satisfies Batch);
      throw mindOutage(new Fault('UNREACHABLE', `${place}: no answer in ${waitMs} ms`));
    }
    if (reply.failure) throw mindOutage(errorOf(reply.failure, place));
    downSinceMs = undefined;
    known?.push(...reply.allChanges);
    return reply;
  }

  /** Sends what waits, and nothing behind it. */
  function flush({ on }: Query): void {
    ask({ do: 'script', text: '', ...(on === undefined ? {} : { on }) });
  }

  return {
    ask,
    /**
     * Sends it with what is asked next; tells how many rows it has changed, and asks for that only
     * if somebody wants to know. What fails is thrown by whoever asks next.
     */
    askLater(one: Query): () => number {
      if (later.length >= togetherMax) flush(one);
      counts ??= [];
      const [own, at] = [counts, later.push(one) - 1];
      return () => {
        if (own.length === 0) flush(one);
        return own[at]!;
      };
    },
    /** What waits is never sent: its transaction is undone. */
    forget(): void {
      [later, counts] = [[], undefined];
    },
    /** Ends the connection and the thread. */
    close(): void {
      if (isClosed) return;
      isClosed = true;
      const id = ++asked;
      port.postMessage({ id, asks: [{ do: 'close' }] } satisfies Batch);
      receive(id);
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
