import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../cli/port.ts';
import { Fault } from '../../shared/fault.ts';
import { environment, python } from './packages.ts';

const readyMaxMs = 60_000;
const stopMaxMs = 5_000;
const pollMs = 50;

type Parts = Readonly<{
  root: string;
  modules: string;
  folder: string;
  port?: number;
  /** How often a transaction is tried again that a lock has ended; as often as usual if absent. */
  retries?: number;
}>;

/** The configuration of a server whose databases lie in `folder`; its path. */
export function configure({ root, folder, port = 0, retries = 5 }: Parts): string {
  const path = join(folder, 'trytond.conf');
  mkdirSync(folder, { recursive: true });
  const sections = {
    web: { listen: `127.0.0.1:${port}`, root: join(root, 'usr/share/tryton-sao/www') },
    database: { uri: 'sqlite://', path: folder, retry: retries },
    session: { timeout: 86_400 },
  };
  const lines = Object.entries(sections).flatMap(([name, values]) => [
    `[${name}]`,
    ...Object.entries(values).map(([key, value]) => `${key} = ${value}`),
  ]);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** The interpreter's arguments for one of Tryton's programs. */
export const program = (root: string, name: string): string[] => [
  '-S', // nothing of the machine's own packages
  join(root, 'usr/bin', name),
];

/**
 * Serves the database erp.sqlite of `folder` at `port` of 127.0.0.1, a free one if absent. Resolves
 * once it answers. Throws Fault UNREACHABLE, with the place of its log, if it does not come.
 */
export async function startServer(parts: Parts) {
  const { root, modules, folder } = parts;
  const port = parts.port ?? (await freePorts(1))[0]!;
  const config = configure({ ...parts, port });
  const logPath = join(folder, 'trytond.log');
  const log = openSync(logPath, 'a');
  const child = spawn(python, [...program(root, 'trytond'), '-c', config, '-d', 'erp'], {
    env: environment(root, modules),
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', end);
      resolve();
    });
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(url, child, logPath);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    ...{ url, port, pid: child.pid! },
    /** SIGKILL, in the middle of whatever it does. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await gone;
    },
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMaxMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

async function ready(url: string, child: ChildProcess, logPath: string): Promise<void> {
  const deadlineMs = performance.now() + readyMaxMs;
  const body = JSON.stringify({ id: 1, method: 'common.server.version', params: [] });
  while (performance.now() < deadlineMs && child.exitCode === null) {
    const answered = await fetch(`${url}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(5_000),
    }).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await delay(pollMs);
  }
  throw new Fault('UNREACHABLE', `trytond did not start, see ${logPath}`);
}
