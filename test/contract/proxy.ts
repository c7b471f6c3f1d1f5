import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Trouble } from './bench.ts';

export type Asked = Readonly<{
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}>;
type Answered = Readonly<{
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}>;

/** The troubles that a proxy can bring about before any ERP that speaks HTTP. */
const known = ['cut', 'lost', 'torn', 'truncated', 'late', 'slow', 'mute', 'unread'] as const;
export type ProxyTrouble = (typeof known)[number];
/** What becomes of a posting on its way. */
export type Change = (asked: Asked) => Asked;
export const isProxyTrouble = (trouble: Trouble | Answer): trouble is ProxyTrouble | Answer =>
  typeof trouble === 'object' || (known as readonly string[]).includes(trouble);

type Parts = Readonly<{
  target: string; // origin of the ERP
  /** Whether the ERP commits a posting by this request: the last one, where there are several. */
  carries(asked: Asked): boolean;
  /** Whether it fetches a credential or opens a session. */
  renews(asked: Asked): boolean;
  /** Whether it reads a document back; all that is no posting and renews nothing, if absent. */
  readsBack?(asked: Asked): boolean;
  slowMs: number; // how long what is slow takes
  lateMs: number; // after which what is late reaches the ERP
}>;
export type Proxy = Awaited<ReturnType<typeof openProxy>>;

/** What stands before an ERP and loses, delays or replaces what passes, as it is told. */
export async function openProxy({ target, carries, renews, slowMs, lateMs, ...parts }: Parts) {
  const { readsBack = (asked) => !carries(asked) && !renews(asked) } = parts;
  let trouble: ProxyTrouble | Answer | Change | undefined;
  let renewals = 0;
  let carried: Asked | undefined;
  const closing = new AbortController();
  const pending = new Set<Promise<void>>();

  async function pass(asked: Asked, response: ServerResponse): Promise<void> {
    if (renews(asked)) renewals += 1;
    const isPosting = carries(asked);
    if (isPosting) carried = asked;
    if (trouble === 'mute') return;
    if (trouble === 'unread' && readsBack(asked)) return void response.destroy();
    if (trouble === undefined || !isPosting) return give(response, await forward(target, asked));
    await carry(asked, response, trouble);
  }

  async function carry(
    asked: Asked,
    response: ServerResponse,
    now: ProxyTrouble | Answer | Change,
  ): Promise<void> {
    if (typeof now === 'function') return give(response, await forward(target, now(asked)));
    if (typeof now === 'object') {
      if (now.committed) await forward(target, asked);
      const { status, headers = {}, text } = now;
      return give(response, { status, headers, body: Buffer.from(text) });
    }
    if (now === 'cut') return void response.destroy();
    if (now === 'slow') await delay(slowMs, undefined, { signal: closing.signal });
    if (now === 'late') await delay(lateMs, undefined, { signal: closing.signal });
    const answered = await forward(target, asked);
    const half = answered.body.subarray(0, answered.body.length / 2);
    if (now === 'lost') return void response.destroy();
    if (now === 'truncated') return give(response, { ...answered, body: half });
    if (now !== 'torn') return give(response, answered);
    response.writeHead(answered.status, { 'content-length': `${answered.body.length}` });
    await new Promise<void>((done) => response.write(half, () => done()));
    return void response.destroy();
  }

  const server = createServer((incoming, response) => {
    const passing = read(incoming)
      .then((asked) => pass(asked, response))
      .catch(() => void response.destroy())
      .finally(() => pending.delete(passing));
    pending.add(passing);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    renewals: () => renewals,
    /** The last posting that came by. */
    carried: () => carried,
    befall(next: ProxyTrouble | Answer | Change | undefined): void {
      trouble = next;
    },
    async close(): Promise<void> {
      closing.abort();
      server.closeAllConnections();
      server.close();
      await Promise.all(pending);
    },
  };
}

async function read(incoming: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = 'GET', url: path = '/', headers } = incoming;
  return { method, path, headers, body: Buffer.concat(chunks).toString() };
}

function give(response: ServerResponse, { status, headers, body }: Answered): void {
  const kept = Object.entries(headers).filter(
    ([name]) => !['content-length', 'transfer-encoding', 'connection'].includes(name),
  );
  response.writeHead(status, Object.fromEntries(kept)).end(body);
}

/** Longest that the ERP behind may take, ms. */
const forwardMaxMs = 60_000;

function forward(target: string, { method, path, headers, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, target);
    const timeout = AbortSignal.timeout(forwardMaxMs);
    const { host, ...rest } = headers;
    const options = { method, headers: { ...rest, connection: 'close' }, signal: timeout };
    const out = request(url, options, async (incoming) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        const given = incoming.headers as Record<string, string | string[]>;
        resolve({ status: incoming.statusCode!, headers: given, body: Buffer.concat(chunks) });
      } catch (error) {
        reject(error);
      }
    });
    out.on('error', reject);
    out.end(body === '' ? undefined : body);
  });
}
