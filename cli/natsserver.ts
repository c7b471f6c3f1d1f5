import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../shared/fault.ts';
import type { Permissions } from './permissions.ts';
import { freePorts } from './port.ts';
import { findNatsServer } from './provision.ts';

/** Longest that a server of its own may take until it is ready, ms. */
const readyMaxMs = 15_000;
const pollMs = 20;
const stopTimeoutMs = 10_000;
const portTries = 5;

/** A user by its public NKey; without permissions it may do everything. */
export type User = { nkey: string; permissions?: Permissions };

/** Where a server listens, all on 127.0.0.1; `leaf` is the hub's entrance for leaf nodes. */
export type Ports = { client: number; http: number; leaf: number };

type Configure = (ports: Ports) => Record<string, unknown>;

/** Starts on the given ports, or on free ones, again where another program was quicker. */
export async function startBroker(
  directory: string,
  given: Ports | undefined,
  configure: Configure,
  readyMs = readyMaxMs,
) {
  const binary = await findNatsServer();
  mkdirSync(directory, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const [client, http, leaf] = await freePorts(3);
    const ports = given ?? { client: client!, http: http!, leaf: leaf! };
    const files = { config: join(directory, 'server.conf'), log: join(directory, 'server.log') };
    // The server's configuration language takes JSON as it is.
    writeFileSync(files.config, JSON.stringify(configure(ports), null, 2));
    writeFileSync(files.log, '');
    try {
      return await openBroker({ binary, files, ports, readyMs });
    } catch (error) {
      const taken = error instanceof Fault && error.message.includes('address already in use');
      if (given || !taken || attempt === portTries) throw error;
    }
  }
}

export type Broker = Awaited<ReturnType<typeof openBroker>>;

type Launched = {
  binary: string;
  files: { config: string; log: string };
  ports: Ports;
  readyMs: number;
};

async function openBroker(launched: Launched) {
  const { files, ports } = launched;
  let child = await launch(launched);

  async function stop(): Promise<void> {
    if (!isRunning(child)) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await gone;
    clearTimeout(timer);
  }

  function change(to: (config: Record<string, unknown>) => object): void {
    const config = JSON.parse(readFileSync(files.config, 'utf8')) as Record<string, unknown>;
    writeFileSync(files.config, JSON.stringify(to(config), null, 2));
  }

  return {
    url: `nats://127.0.0.1:${ports.client}`,
    httpUrl: `http://127.0.0.1:${ports.http}`,
    leafPort: ports.leaf,
    ports,
    get pid(): number {
      return child.pid!;
    },
    /** Asks it to end, and makes it after 10 s. Resolves when it has ended. */
    stop,
    /** SIGKILL: what a power cut leaves, but for what the disk had not yet. */
    kill(): void {
      child.kill('SIGKILL');
    },
    /** Lets in these users from now on, at least one, and cuts off all others. */
    letIn(users: readonly User[]): void {
      change((config) => ({ ...config, authorization: { users } }));
      child.kill('SIGHUP');
    },
    /** Takes up these words of its configuration, and reads its files anew. */
    adopt(words: Record<string, unknown>): void {
      change((config) => ({ ...config, ...words }));
      child.kill('SIGHUP');
    },
    /** What it has written since it was first started. */
    log: (): string => readFileSync(files.log, 'utf8'),
    /** Writes its configuration anew, for its next start. */
    change,
    /**
     * Stops it if it runs, and starts it with the same files on the same ports. `readyMs` is for
     * one that has become a member of a cluster, which is ready once there is a leader.
     */
    async restart(readyMs = launched.readyMs): Promise<void> {
      await stop();
      child = await launch({ ...launched, readyMs });
    },
  };
}

const isRunning = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

/**
 * Runs the server until it answers. It has its own process group, so that Ctrl-C reaches it only
 * through us. Throws Fault UNREACHABLE with its last words if it ends first or takes too long.
 */
async function launch({ binary, files, ports, readyMs }: Launched): Promise<ChildProcess> {
  const { config, log } = files;
  const output = openSync(log, 'a');
  const child = spawn(binary, ['-c', config], {
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const failed = once(child, 'error').then(([error]) => error as Error);
  child.unref();
  if (child.pid !== undefined) guard(child);
  const deadlineMs = performance.now() + readyMs;
  while (performance.now() < deadlineMs && child.pid !== undefined && isRunning(child)) {
    if ((await isHealthy(ports.http)) && isRunning(child)) return child;
    await delay(pollMs);
  }
  child.kill('SIGKILL');
  const error = child.pid === undefined ? await failed : undefined;
  const words = error?.message ?? readFileSync(log, 'utf8').trim().split('\n').slice(-3).join('\n');
  throw new Fault('UNREACHABLE', `nats-server with ${config} did not get ready:\n${words}`);
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(2_000);
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Lets no server outlive us, however we end: a shell that waits on a pipe from us, and kills the
 * server when the pipe closes. Only a SIGKILL of ours between the two spawns, or of the shell,
 * leaves one behind.
 */
function guard(child: ChildProcess): void {
  const shell = spawn('/bin/sh', ['-c', 'read -r _; kill -KILL "$1"', 'guard', `${child.pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  child.once('exit', () => shell.kill('SIGKILL'));
}
