import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { readEdgeConfig } from '../../edge/config.ts';
import type { Status } from '../../edge/http/status.ts';
import { startEdge } from '../../edge/main.ts';
import { testFolder } from './folder.ts';
import { m01, m02, shop } from './shop.ts';

/** An edge with two lines and no hub in reach, for this test. */
export async function startBox(storePath = join(testFolder(), 'edge.sqlite'), httpPort = 0) {
  const edge = await startEdge(
    readEdgeConfig({
      ...{ storePath, httpPort, natsUrl: 'nats://127.0.0.1:9', logLevel: 'silent' },
      lines: [{ line: m01, lanes: 2 }, { line: m02 }],
    }),
  );
  let open = true;
  const close = async () => {
    if (open) await edge.close();
    open = false;
  };
  onTestFinished(close);
  const ask = async (...commands: object[]) => {
    const reply = await fetch(`${edge.url}/v1/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ commands }),
    });
    const { answers } = (await reply.json()) as { answers: object[] };
    expect(answers).toMatchObject(commands.map(() => ({ status: 'accepted' })));
  };
  return { url: edge.url, storePath, close, ask };
}

/** WO-1 is worked on. */
export const started = [
  shop.release({ operations: [{ operation: '0010', name: 'Turning' }] }),
  shop.start(),
  shop.phase('R1'),
];

/** A way to the edge whose streams tell one word, as `change` leaves it; the second one fails. */
export async function startSilence(url: string, change = (_status: Status) => {}): Promise<string> {
  let streams = 0;
  const server = createServer(async (request, response) => {
    const live = request.url === '/v1/events';
    if (request.url === '/') streams = 0;
    if (live && ++streams === 2) return response.writeHead(503).end();
    const reply = await fetch(url + (live ? '/v1/status' : request.url!));
    const body = await reply.text();
    const type = live ? 'text/event-stream' : reply.headers.get('content-type')!;
    response.writeHead(reply.status, { 'content-type': type });
    if (!live) return response.end(body);
    const status = JSON.parse(body);
    change(status);
    response.write(`data: ${JSON.stringify(status)}\n\n`);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
