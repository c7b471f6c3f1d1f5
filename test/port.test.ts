// Goal: a server that was killed finds its port free again, whatever else begins meanwhile on the
// machine. Method: two processes that ask for many ports, one of which ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { freePorts } from '../cli/port.ts';

const many = 120;

/** Another process that holds so many, until it is killed. */
async function other() {
  const script = `
    const { freePorts } = await import('${new URL('../cli/port.ts', import.meta.url).href}');
    console.log(JSON.stringify(await freePorts(${many})));
    setTimeout(() => undefined, 60_000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    ports: JSON.parse(line) as number[],
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('no port is given to two processes, and each can be listened on', async () => {
  const one = await other();
  const own = await freePorts(many);
  expect(new Set([...one.ports, ...own]).size).toBe(2 * many);
  for (const port of [own[0]!, one.ports[0]!]) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  }
  await one.kill();
});

test('ports are none that the system gives to whoever asks for any', async () => {
  const ports = await freePorts(many);
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const [lowest] = range.split(/\s+/).map(Number) as [number];
  expect(Math.max(...ports)).toBeLessThan(Math.max(lowest, 30_000));
});
