// Goal: central starts only on a hub that does not lose what it acknowledged. Method: a real hub
// with another setting; a stand-in where only the version counts.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readCentralConfig } from '../central/config.ts';
import { startCentral } from '../central/main.ts';
import { startHub } from '../cli/broker.ts';
import { testFolder } from './helpers/folder.ts';

const centralAt = (natsUrl: string, hubMonitorUrl: string) =>
  startCentral(
    readCentralConfig({
      ...{ storePath: join(testFolder(), 'ledger.sqlite'), natsUrl, hubMonitorUrl, httpPort: 0 },
      ...{ logLevel: 'silent' },
      erp: { url: 'http://127.0.0.1:9', plant: 'HF01', storageLocation: '0001' },
    }),
  );

test('central refuses a hub that may lose in a power cut what it has acknowledged', async () => {
  const hub = await startHub({ directory: testFolder() });
  onTestFinished(() => hub.stop());
  hub.change(({ jetstream, ...rest }) => {
    return { ...rest, jetstream: { ...(jetstream as object), sync_interval: '2m' } };
  });
  await hub.restart();
  await expect(centralAt(hub.url, hub.httpUrl)).rejects.toMatchObject({
    ...{ code: 'INVALID', message: 'hub: jetstream.sync_interval must be "always"' },
  });
});

test('central refuses a hub that is older than 2.14', async () => {
  const info = { server_id: 'OLD', version: '2.13.9', max_payload: 1024 * 1024, headers: true };
  const old = createServer((socket) => {
    socket.on('error', () => undefined).write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
  });
  old.listen(0, '127.0.0.1');
  await once(old, 'listening');
  onTestFinished(() => void old.close());
  const { port } = old.address() as AddressInfo;
  await expect(centralAt(`nats://127.0.0.1:${port}`, 'http://127.0.0.1:9')).rejects.toMatchObject({
    ...{ code: 'INVALID', message: 'hub: nats-server 2.13.9, must be 2.14 or later' },
  });
});
