// Mosquitto for tests: the machine's own, else Debian's package, unpacked into the project's cache
// without root. A test that cannot have one says why and is not run.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { connectAsync, type IClientOptions } from 'mqtt';
import { onTestFinished } from 'vitest';
import { unpackPackages } from '../../cli/debian.ts';
import { freePorts } from '../../cli/port.ts';
import { Fault } from '../../shared/fault.ts';
import { testFolder } from './folder.ts';
import { waitFor } from './plantnet.ts';

const readyTimeoutMs = 30_000;
const root = resolve(process.env['HOLDFAST_CACHE'] || '.cache', 'mosquitto');

/** The broker, and the libraries that it needs, but for those that every machine has. */
async function unpack(folder: string): Promise<void> {
  const [, suite = 'stable'] =
    /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
  await unpackPackages(folder, suite, async (cache) => {
    const no = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'];
    const options = ['--recurse', ...no.map((word) => `--no-${word}`)];
    const all = (await cache('depends', ...options, 'mosquitto')).split('\n');
    const libraries = all.filter((line) => /^lib(?!c6$|c-bin$|gcc|crypt1$)[\w.+-]+$/.test(line));
    return [...new Set(['mosquitto', ...libraries])];
  });
}

async function unpackOnce(): Promise<void> {
  if (existsSync(root)) return;
  mkdirSync(dirname(root), { recursive: true });
  const folder = mkdtempSync(join(dirname(root), 'new-'));
  try {
    await unpack(folder);
    if (!existsSync(root)) renameSync(folder, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Programs = { bin: string; sbin: string; env: NodeJS.ProcessEnv };

/** Where the programs are, or why there are none. */
export async function mosquittoOrWhy(): Promise<Programs | string> {
  try {
    await unpackOnce();
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
  const folders = ['usr/lib', 'lib'].flatMap((lib) => {
    const path = join(root, lib);
    if (!existsSync(path)) return [];
    return [path, ...readdirSync(path).map((name) => join(path, name))];
  });
  const env = { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
  return { bin: join(root, 'usr/bin'), sbin: join(root, 'usr/sbin'), env };
}

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
