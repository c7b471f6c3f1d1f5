import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Fault } from '../shared/fault.ts';

/**
 * Ports that no system hands out by itself: Linux gives those from 32,768 on to whoever listens
 * anywhere, and to each connection. A server that is down for a while finds its own free again.
 */
const [first, last] = [15_000, 29_999];
/** Tries for one port, */
const triesMax = 500;
/** and ports that a process keeps for itself: the oldest goes for one more. */
const claimsMax = 512;

const claims: { close(): void }[] = [];

/**
 * Keeps a port from others who ask here, on this machine: by a UDP socket of the same number, which
 * the system closes when this process ends, however it does. Undefined if another has it.
 */
async function claim(port: number) {
  const socket = createSocket('udp4');
  const listening = once(socket, 'listening');
  socket.bind({ port, address: '127.0.0.1', exclusive: true });
  try {
    await listening;
  } catch {
    socket.close();
    return undefined;
  }
  return socket.unref();
}

/** Whether anybody listens there, who has not asked here. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  try {
    await listening;
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

async function freePort(): Promise<number> {
  for (let tried = 0; tried < triesMax; tried++) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    const claimed = await claim(port);
    if (!claimed) continue;
    if (await isFree(port)) {
      claims.push(claimed);
      if (claims.length > claimsMax) claims.shift()!.close();
      return port;
    }
    claimed.close();
  }
  throw new Fault('FULL', `ports: ${triesMax} between ${first} and ${last} are taken`);
}

/**
 * `count` free ports of 127.0.0.1, ours until this process ends or has asked for 512 more: whoever
 * asks here gets others, and the system gives them to nobody, also while the server that they are
 * for is down. Throws Fault FULL where none is found.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let at = 0; at < count; at++) ports.push(await freePort());
  return ports;
}
