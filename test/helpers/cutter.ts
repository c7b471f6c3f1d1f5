// A way to PostgreSQL that is cut at a COMMIT: before the server has heard it, or after it was
// executed and before the answer is heard. In a thread of its own: who asks stands still meanwhile.
import { connect, createServer, type Socket } from 'node:net';
import { MessageChannel, type MessagePort, Worker, workerData } from 'node:worker_threads';

export type How = 'unheard' | 'executed';
const hows: readonly How[] = ['unheard', 'executed'];
/** In the shared cells: which COMMIT from now on is cut, and how; how many were, and the port. */
const cells = { left: 0, how: 1, cuts: 2, port: 3 };

export async function openCutter(url: string) {
  const shared = new Int32Array(new SharedArrayBuffer(16));
  const { port1, port2 } = new MessageChannel();
  const target = Number(new URL(url).port);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { shared, target, port: port2 },
    transferList: [port2],
    execArgv: [],
  });
  await new Promise<void>((resolve) => port1.once('message', () => resolve()));
  const own = new URL(url);
  own.port = `${shared[cells.port]}`;
  port1.unref();
  return {
    url: own.href,
    /** Cuts the `nth` COMMIT from now on, 1 is the next one. */
    cut(nth: number, how: How): void {
      Atomics.store(shared, cells.cuts, 0);
      Atomics.store(shared, cells.how, hows.indexOf(how));
      Atomics.store(shared, cells.left, nth);
    },
    cuts: (): number => Atomics.load(shared, cells.cuts),
    stop: () => worker.terminate(),
  };
}

/** Messages of PostgreSQL's protocol, as they become whole; the first of a client has no type. */
function openFrames(hasType: boolean, told: (type: string, body: Buffer) => boolean) {
  let rest: Buffer = Buffer.alloc(0);
  let isTyped = hasType;
  /** True if one of them is where it is to be cut. */
  return (chunk: Buffer): boolean => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const at = isTyped ? 1 : 0;
      if (rest.length < at + 4) return false;
      const end = at + rest.readInt32BE(at);
      if (rest.length < end) return false;
      const type = isTyped ? String.fromCharCode(rest[0]!) : '';
      const body = rest.subarray(at + 4, end);
      isTyped = true;
      rest = rest.subarray(end);
      if (told(type, body)) return true;
    }
  };
}

const textAt = (body: Buffer, from: number): string =>
  body.toString('latin1', from, body.indexOf(0, from));

function serve(shared: Int32Array, target: number, port: MessagePort): void {
  /** Counts COMMITs; true for the one that is to be cut in this way. */
  const isDue = (how: How): boolean => {
    if (hows[Atomics.load(shared, cells.how)] !== how || Atomics.load(shared, cells.left) === 0) {
      return false;
    }
    if (Atomics.sub(shared, cells.left, 1) !== 1) return false;
    Atomics.add(shared, cells.cuts, 1);
    return true;
  };
  const server = createServer((client: Socket) => {
    const upstream = connect(target, '127.0.0.1');
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    const texts = new Map<string, string>();
    const asked = openFrames(false, (type, body) => {
      if (type === 'P') {
        const name = textAt(body, 0);
        texts.set(name, textAt(body, name.length + 1));
      }
      const isCommit =
        type === 'B' && texts.get(textAt(body, textAt(body, 0).length + 1)) === 'COMMIT';
      return isCommit && isDue('unheard');
    });
    const answered = openFrames(
      true,
      (type, body) => type === 'C' && textAt(body, 0) === 'COMMIT' && isDue('executed'),
    );
    client.on('data', (chunk: Buffer) => (asked(chunk) ? end() : upstream.write(chunk)));
    upstream.on('data', (chunk: Buffer) => (answered(chunk) ? end() : client.write(chunk)));
  });
  server.listen(0, '127.0.0.1', () => {
    Atomics.store(shared, cells.port, (server.address() as { port: number }).port);
    port.postMessage('listens');
  });
}

const given = workerData as { shared?: Int32Array; target: number; port: MessagePort } | null;
if (given?.shared) serve(given.shared, given.target, given.port);
