import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { expect } from 'vitest';
import type { Connector } from './bench.ts';
import { type AtEnd, declare } from './watch.ts';

type Server = ReturnType<typeof createServer> | ReturnType<typeof createSocket>;

async function listening(server: Server, atEnd: AtEnd): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  atEnd(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const answering = async (atEnd: AtEnd, listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(listener), atEnd)}`;

/** A port of this machine on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createSocket();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

const nowhere: readonly [string, (atEnd: AtEnd) => Promise<string>][] = [
  ['E3: a connection that is refused', async () => `http://127.0.0.1:${await freePort()}`],
  ['E3: a name that DNS does not know', async () => 'http://erp.invalid'],
  [
    'E3: no TLS where TLS is expected',
    async (atEnd) =>
      (await answering(atEnd, (_request, response) => response.end())).replace(/^http/, 'https'),
  ],
];

const garbage = [
  ...['', 'null', '0', '"posted"', '[]', '[null]', '{}', '{"d":null}', '{"d":[]}', '{"d":"x"}'],
  ...[
    '{"result":true}',
    '{"error":null}',
    '{"d":{"results":{}}}',
    '{"value":{}}',
    '<html>',
    '\u0000',
  ],
  ...['{"d":{"results":[null]}}', '['.repeat(20_000), `{"a":"${'x'.repeat(2_000_000)}`],
];

/** Whatever the network and what stands there do: no call rejects, and each one ends. */
export function networkTests(connector: Connector): void {
  const may = declare(connector);
  for (const [what, origin] of nowhere) {
    may(
      `${what} is busy, and a look-up is not answered`,
      ['elsewhere', 'confirmation'],
      async (bench, atEnd) => {
        const posting = await bench.posting('confirmation', 'one');
        const erp = bench.elsewhere(await origin(atEnd));
        expect(await erp.post(posting)).toMatchObject({ kind: 'busy', unreached: true });
        if (connector.cannot.lookup === undefined)
          expect(await erp.lookup(posting)).toBeUndefined();
        expect(await bench.books()).toEqual([]);
      },
    );
  }

  may(
    'nonsense is never success, and finds nothing out',
    ['elsewhere', 'confirmation'],
    async (bench, atEnd) => {
      let text = '';
      const erp = bench.elsewhere(
        await answering(atEnd, (_request, response) => {
          response.writeHead(200, { 'content-type': 'application/json' }).end(text);
        }),
      );
      const posting = await bench.posting('confirmation', 'one');
      for (text of garbage) {
        expect(['busy', 'unknown', 'refused']).toContain((await erp.post(posting)).kind);
        if (connector.cannot.lookup === undefined)
          expect(await erp.lookup(posting)).toBeUndefined();
      }
    },
  );

  may(
    'nonsense in place of a posting’s answer is unknown',
    ['answer', 'confirmation'],
    async (bench) => {
      const posting = await bench.posting('confirmation', 'one');
      for (const text of garbage) {
        await bench.befall({ status: 200, text, committed: false });
        expect(['unknown', 'refused']).toContain((await bench.erp.post(posting)).kind);
      }
      await bench.heal();
      expect(await bench.books()).toEqual([]);
    },
  );

  may(
    'what is no HTTP at all ends the call',
    ['elsewhere', 'confirmation'],
    async (bench, atEnd) => {
      const port = await listening(
        createSocket((socket) => socket.end('220 ready\r\n')),
        atEnd,
      );
      const erp = bench.elsewhere(`http://127.0.0.1:${port}`);
      const posting = await bench.posting('confirmation', 'one');
      expect(['busy', 'unknown']).toContain((await erp.post(posting)).kind);
      if (connector.cannot.lookup === undefined) expect(await erp.lookup(posting)).toBeUndefined();
    },
  );

  may(
    'an answer without an end ends the call',
    ['elsewhere', 'confirmation'],
    async (bench, atEnd) => {
      const origin = await answering(atEnd, (_request, response) => {
        response.writeHead(200);
        const more = () => response.write('x'.repeat(65_536), () => setImmediate(more));
        response.on('close', () => response.destroy());
        response.on('error', () => undefined);
        more();
      });
      const erp = bench.elsewhere(origin);
      const posting = await bench.posting('confirmation', 'one');
      expect(['busy', 'unknown']).toContain((await erp.post(posting)).kind);
      if (connector.cannot.lookup === undefined) expect(await erp.lookup(posting)).toBeUndefined();
    },
  );

  may('silence ends each call within the time-outs', ['mute', 'confirmation'], async (bench) => {
    const posting = await bench.posting('confirmation', 'one');
    await bench.befall('mute');
    expect(['busy', 'unknown']).toContain((await bench.erp.post(posting)).kind);
    if (connector.cannot.lookup === undefined) {
      expect(await bench.erp.lookup(posting)).toBeUndefined();
    }
    await bench.heal();
  });
}
