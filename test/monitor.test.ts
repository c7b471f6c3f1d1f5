// Goal: whoever is asked how it is cannot hold us up. Method: servers that answer, stall, say too
// much, or nothing that is JSON; and none at all.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { askMonitor } from '../shared/monitor.ts';

const limits = { answerMs: 30_000, bytesMax: 1_000 };
/** Of whoever says nothing: nobody else is hurried. */
const hasty = { ...limits, answerMs: 300 };

async function serve(answer: (response: ServerResponse) => void): Promise<URL> {
  const server = createServer((_request, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/varz`);
}

test('what it answers is read as JSON', async () => {
  const url = await serve((response) => response.end('{"version":"2.15.1"}'));
  expect(await askMonitor(url, limits)).toEqual({ version: '2.15.1' });
});

test.each<[string, (response: ServerResponse) => void]>([
  ['says nothing', () => undefined],
  ['stalls in its answer', (response) => void response.write('{"version":')],
])('one that %s is given up', async (_name, answer) => {
  const url = await serve(answer);
  await expect(askMonitor(url, hasty)).rejects.toThrow(/abort/i);
});

test.each<[string, (response: ServerResponse) => void, RegExp]>([
  ['too much', (response) => void response.end(' '.repeat(1_001)), /more than 1000/],
  ['no JSON', (response) => void response.end('fine'), /JSON/],
])('one that says %s is given up', async (_name, answer, why) => {
  const url = await serve(answer);
  await expect(askMonitor(url, limits)).rejects.toThrow(why);
});

test('nobody is there', async () => {
  const url = new URL('http://127.0.0.1:9/varz');
  await expect(askMonitor(url, limits)).rejects.toThrow(/ECONNREFUSED/);
});
