// Goal: the hub keeps what it acknowledged through a kill, and the link fails as we tell it to.
// Method: a real hub and a real leaf, with our own proxy between them.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as open, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startHub } from '../cli/broker.ts';
import { freePorts } from '../cli/port.ts';
import { startProxy } from '../cli/proxy.ts';
import { hubDomain } from '../shared/subject.ts';
import { type Plantnet, startPlantnet, waitFor } from './helpers/plantnet.ts';

let net: Plantnet;
let connection: NatsConnection;
beforeAll(async () => {
  net = await startPlantnet();
});
afterAll(() => net.close());

beforeEach(async () => {
  connection = await connect({ servers: net.leaf.url, maxReconnectAttempts: -1 });
  const manager = await jetstreamManager(connection, { domain: hubDomain });
  await manager.streams.delete('PLANT').catch(() => undefined);
  await manager.streams.add({ name: 'PLANT', subjects: ['plant.>'] });
});
afterEach(() => connection.close());

/** Publishes through the leaf into the hub's stream, and gives the stream's answer. */
const publish = (timeout = 20_000) =>
  jetstream(connection, { domain: hubDomain, timeout }).publish('plant.line', 'a fact');

async function stored(): Promise<number> {
  const manager = await jetstreamManager(connection, { domain: hubDomain });
  return (await manager.streams.info('PLANT')).state.messages;
}

/** Publishes until it works; a leaf that has just come back knows the hub a moment later. */
const publishAgain = () =>
  waitFor(
    () =>
      publish(500).then(
        () => true,
        () => false,
      ),
    30_000,
    'a publish to be acknowledged',
  );

test('a publish at the leaf is acknowledged by the stream at the hub', async () => {
  expect(await publish()).toMatchObject({ stream: 'PLANT', seq: 1, domain: hubDomain });
  const atHub = await connect({ servers: net.hub.url });
  const manager = await jetstreamManager(atHub);
  expect((await manager.streams.info('PLANT')).state.messages).toBe(1);
  await atHub.close();
});

test('the hub says that it writes to the disk before it answers', async () => {
  const response = await fetch(`${net.hub.httpUrl}/jsz?config=true`);
  expect(await response.json()).toMatchObject({
    config: {
      sync_always: true,
      domain: hubDomain,
      store_dir: join(net.directory, 'hub/jetstream'),
    },
  });
});

test('the leaf keeps no stream of its own', async () => {
  const response = await fetch(`${net.leaf.httpUrl}/jsz`);
  expect(await response.json()).toMatchObject({ disabled: true });
});

test('a hub that is killed and started again has all that it acknowledged', async () => {
  for (let count = 0; count < 50; count++) await publish();
  const { pid } = net.hub;
  net.hub.kill();
  await net.hub.restart();
  expect(net.hub.pid).not.toBe(pid);
  await waitFor(() => stored().then(Boolean, () => false), 30_000, 'the hub to answer again');
  expect(await stored()).toBe(50);
});

test('while the link is cut a publish fails, and once it is healed it works', async () => {
  await publish();
  net.link.cut();
  await expect(publish(300)).rejects.toThrow();
  net.link.heal();
  await publishAgain();
});

test('a link that is reset comes back by itself', async () => {
  net.link.reset();
  await publishAgain();
});

test('a publish into a black hole gets no answer, and is stored when it ends', async () => {
  net.link.freeze();
  await expect(publish(300)).rejects.toThrow();
  net.link.heal();
  await waitFor(async () => (await stored()) === 1, 30_000, 'the late message to be stored');
});

test('a server asked to stop is gone when told so, and starts again in its place', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'broker-'));
  const hub = await startHub({ directory });
  const { pid, ports } = hub;
  await hub.stop();
  await hub.stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  await hub.restart();
  expect(hub.ports).toEqual(ports);
  expect((await fetch(`${hub.httpUrl}/healthz`)).ok).toBe(true);
  await hub.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('a port that is taken is named, with the words of the server', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'broker-'));
  const { client } = net.hub.ports;
  const [http, leaf] = await freePorts(2);
  const start = startHub({ directory, ports: { client, http: http!, leaf: leaf! } });
  await expect(start).rejects.toMatchObject({ name: 'Fault', code: 'UNREACHABLE' });
  await expect(start).rejects.toThrow(new RegExp(`:${client}: bind: address already in use`));
  rmSync(directory, { recursive: true, force: true });
});

test('no server outlives the program that started it, even if that is killed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'broker-'));
  const broker = join(import.meta.dirname, '../cli/broker.ts');
  const code = `
    const { startHub } = await import(${JSON.stringify(broker)});
    const hub = await startHub({ directory: ${JSON.stringify(directory)} });
    console.log(hub.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code]);
  const [output] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(output.toString());
  parent.kill('SIGKILL');
  await waitFor(() => !isAlive(pid), 30_000, 'the server to be gone');
  rmSync(directory, { recursive: true, force: true });
});

/** False for one that has ended and that nobody has asked about yet, too. */
function isAlive(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`]).toString();
    return !state.trim().startsWith('Z');
  } catch {
    return false;
  }
}

test('a cut link breaks and refuses; a frozen one takes all and is silent', async () => {
  const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await once(echo.listen(0, '127.0.0.1'), 'listening');
  const { port } = echo.address() as { port: number };
  const link = await startProxy({ targetPort: port });
  const dial = () => open(link.port, '127.0.0.1').on('error', () => undefined);
  const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

  const socket = dial();
  socket.write('one');
  expect(`${(await once(socket, 'data'))[0]}`).toBe('one');
  link.freeze();
  socket.write('two');
  const late = dial();
  late.write('three');
  const heard: string[] = [];
  socket.on('data', (data) => heard.push(`${data}`));
  late.on('data', (data) => heard.push(`${data}`));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(heard).toEqual([]);
  link.heal();
  await waitFor(() => heard.length === 2, 30_000, 'what was sent meanwhile');
  expect(heard.sort()).toEqual(['three', 'two']);

  link.cut();
  await Promise.all([closed(socket), closed(late)]);
  await closed(dial());
  link.heal();
  const again = dial();
  again.write('four');
  expect(`${(await once(again, 'data'))[0]}`).toBe('four');
  await link.close();
  echo.close();
});
