import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it wants of what is told.
export type Alter = (word: any) => unknown;

/**
 * A way to the edge at `url` that passes everything on, and lets the test alter what the streams of
 * a page tell; the last alteration is in force from the next word on. A word for which it returns
 * false is not told.
 */
export async function openAltered(url: string) {
  let alter: Alter = () => undefined;
  const server = createServer((asked, reply) => pass(url, asked, reply, (word) => alter(word)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tell(next: Alter): void {
      alter = next;
    },
  };
}

function pass(url: string, asked: IncomingMessage, reply: ServerResponse, alter: Alter): void {
  const { method, headers } = asked;
  const host = new URL(url).host;
  const own = { ...headers, host, ...(headers.origin && { origin: url }) };
  const forward = request(`${url}${asked.url}`, { method, headers: own }, (answer) => {
    reply.writeHead(answer.statusCode!, answer.headers);
    if (!`${answer.headers['content-type']}`.startsWith('text/event-stream')) {
      answer.pipe(reply);
      return;
    }
    let rest = '';
    answer.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      reply.write(lines.map((line) => `${altered(line, alter)}\n`).join(''));
    });
    answer.on('end', () => reply.end()).on('error', () => reply.destroy());
    reply.on('close', () => answer.destroy());
  });
  forward.on('error', () => reply.destroy());
  asked.pipe(forward);
}

function altered(line: string, alter: Alter): string {
  if (!line.startsWith('data: ')) return line;
  const word: unknown = JSON.parse(line.slice('data: '.length));
  if (alter(word) === false) return ': nothing';
  return `data: ${JSON.stringify(word)}`;
}
