// Mosquitto for tests. A test that cannot have one says why and is not run.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { connectAsync, type IClientOptions } from 'mqtt';
import { onTestFinished } from 'vitest';
import { freePorts } from '../../cli/port.ts';
import { testFolder } from './folder.ts';
import type { Programs } from './mosquittobox.ts';
import { waitFor } from './plantnet.ts';

const readyTimeoutMs = 30_000;

const listens = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
    setTimeout(() => answer(false), 1_000).unref();
    socket.once('close', () => undefined);
    socket.unref();
  });

export type Mosquitto = Awaited<ReturnType<typeof startMosquitto>>;

/** A broker on a free port of this machine; `more` are further lines of its configuration. */
export async function startMosquitto({ sbin, env }: Programs, more: readonly string[] = []) {
  const folder = testFolder();
  const [port] = await freePorts(1);
  const file = join(folder, 'mosquitto.conf');
  const usual = more.some((line) => line.startsWith('allow_anonymous'))
    ? []
    : ['allow_anonymous true'];
  const lines = [`listener ${port} 127.0.0.1`, 'user root', ...usual, ...more];
  writeFileSync(file, `${lines.join('\n')}\n`);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const program = spawn(join(sbin, 'mosquitto'), ['-c', file], { env, stdio: 'ignore' });
    child = program;
    await waitFor(() => listens(port!), readyTimeoutMs, 'mosquitto to listen');
  }
  async function kill(): Promise<void> {
    const gone = child;
    child = undefined;
    if (!gone || gone.exitCode !== null) return;
    const exit = once(gone, 'exit');
    gone.kill('SIGKILL');
    await exit;
  }
  await start();
  onTestFinished(kill);
  return {
    ...{ port: port!, folder, kill, start },
    url: `mqtt://127.0.0.1:${port}`,
  };
}

/** A file of passwords with this one user. */
export function passwordFile({ bin, env }: Programs, user: string, password: string): string {
  const path = join(testFolder(), 'passwords');
  execFileSync(join(bin, 'mosquitto_passwd'), ['-c', '-b', path, user, password], { env });
  return path;
}

export type Heard = { topic: string; text: string; retain: boolean; about: object };

/** Hears all that the broker tells, from now on. */
export async function listen(url: string, options: IClientOptions = {}) {
  const client = await connectAsync(url, { protocolVersion: 5, ...options });
  onTestFinished(() => client.endAsync(true));
  const heard: Heard[] = [];
  client.on('message', (topic, payload, { retain, properties }) => {
    const about = { ...properties?.userProperties };
    heard.push({ topic, text: payload.toString(), retain, about });
  });
  await client.subscribeAsync('#', { qos: 1 });
  return { heard, close: () => client.endAsync(true) };
}
