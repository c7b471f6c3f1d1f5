import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../../shared/fault.ts';

const bodyBytesMax = 64 * 1024;
const statuses: Partial<Record<Fault['code'], number>> = { UNKNOWN: 404, REFUSED: 409 };

type Parts = Readonly<{
  port: number;
  perform(act: string, told: unknown): Promise<void>;
  truth(): unknown;
}>;

/**
 * The control port of a machine, at 127.0.0.1: GET gives its truth, POST /ACT does an act and gives
 * the truth after it. A Fault is answered with its code and message.
 */
export async function openControl({ port, perform, truth }: Parts) {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: unknown): void => {
      const text = `${JSON.stringify(body)}\n`;
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    };
    try {
      if (request.method === 'POST') {
        await perform((request.url ?? '/').slice(1), await told(request));
      }
      say(200, truth());
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
