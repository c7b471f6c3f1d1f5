// Goal: a program whose kept connection was just closed is asked once more, and one that is gone is
// said to be. Method: servers that break connections off, or refuse.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { read } from '../cli/drive.ts';

/** Serves with these, one for each request, the last of them for all that come after. */
async function serve(...turns: RequestListener[]) {
  let asked = 0;
  const server = createServer((request, response) => {
    turns[Math.min(asked++, turns.length - 1)]!(request, response);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked: () => asked };
}

const breakOff: RequestListener = ({ socket }) => void socket.destroy();
const answer: RequestListener = (_, response) => void response.end('{"at":1}');
const fail: RequestListener = (_, response) => void response.writeHead(503).end();

test('a connection that breaks off is not the end', async () => {
  const { url, asked } = await serve(breakOff, breakOff, answer);
  expect(await read(url, '/v1/status')).toEqual({ at: 1 });
  expect(asked()).toBe(3);
});

test('one that breaks off three times is', async () => {
  const { url, asked } = await serve(breakOff);
  await expect(read(url, '/v1/status')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(asked()).toBe(3);
});

test('an answer that is an error is told at once', async () => {
  const { url, asked } = await serve(fail, answer);
  await expect(read(url, '/v1/status')).rejects.toThrow('/v1/status: HTTP 503');
  expect(asked()).toBe(1);
});
