import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../../shared/fault.ts';

const bodyBytesMax = 64 * 1024;
const statuses: Partial<Record<Fault['code'], number>> = { UNKNOWN: 404, REFUSED: 409 };

/** What is controlled by the path to it; empty for the one that needs no name. Throws UNKNOWN. */
export type At = (path: readonly string[]) => Readonly<{
  perform(act: string, told: unknown): Promise<void>;
  truth(): unknown;
}>;

/**
 * The control port of machines, at 127.0.0.1: GET /PATH gives the truth of what is there, POST
 * /PATH/ACT does an act and gives the truth after it. A Fault is answered with code and message.
 */
export async function openControl({ port, at }: Readonly<{ port: number; at: At }>) {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: unknown): void => {
      const text = `${JSON.stringify(body)}\n`;
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    };
    try {
      const path = partsOf(request.url ?? '/');
      const act = request.method === 'POST' ? (path.pop() ?? '') : undefined;
      const controlled = at(path);
      if (act !== undefined) await controlled.perform(act, await told(request));
      say(200, controlled.truth());
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      say(statuses[error.code] ?? 400, { code: error.code, message: error.message });
    }
  }
  const server = createServer((request, response) => void answer(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The names in a path. Throws Fault INVALID for one that is no text. */
function partsOf(url: string): string[] {
  try {
    return url.split('/').slice(1).filter(Boolean).map(decodeURIComponent);
  } catch {
    throw new Fault('INVALID', 'path: is no text');
  }
}

async function told(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyBytesMax) throw new Fault('INVALID', `body: at most ${bodyBytesMax} bytes`);
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault('INVALID', 'body: is not JSON');
  }
}
