import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Fault } from '../shared/fault.ts';

/** A program of ours must say that it is ready within this time, ms, */
const readyMaxMs = 120_000;
/** and so much later for each MB of its store, which it reads and checks first. */
const readyMaxMsPerMb = 100;
/** A program must end within this time of being asked to, ms; then it is killed. */
const stopMaxMs = 8_000;

export type Program = {
  url: string;
  pid: number;
  /** SIGKILL: no chance to say goodbye. Resolves when it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

type Parts = {
  name: string;
  entry: string;
  config: unknown;
  directory: string;
  /** What Node is told besides. */
  nodeOptions?: readonly string[];
  /** A command that runs it, as "ip netns exec plant"; it must become the program. */
  under?: readonly string[];
};

/**
 * How an edge's heap is kept small, as in the script "edge" of package.json: left to itself Node
 * lets 150 MB of garbage lie where values come without end. What lives in it is some 50 MB.
 */
export const edgeHeap = [
  '--max-semi-space-size=8',
  '--initial-old-space-size=64',
  '--max-old-space-size=1024',
];

/**
 * Starts one of our programs as a process of its own; resolves once it is ready. Its log goes to
 * `name`.log in the directory. Throws Fault UNREACHABLE, with the log's place, if it does not come.
 */
export async function startProgram(parts: Parts): Promise<Program> {
  const { name, entry, config, directory, nodeOptions = [], under = [] } = parts;
  const file = join(directory, `${name}.json`);
  writeFileSync(file, JSON.stringify(config, null, 2));
  const logPath = join(directory, `${name}.log`);
  const log = openSync(logPath, 'a');
  const path = fileURLToPath(new URL(`../${entry}`, import.meta.url));
  const options = [...(entry === 'edge/main.ts' ? edgeHeap : []), ...nodeOptions];
  const [command, ...args] = [...under, process.execPath, ...options, path, '--config', file];
  const child = spawn(command!, args, {
    stdio: ['ignore', 'pipe', log],
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
  const waitMs = readyMaxMs + storeMb(config) * readyMaxMsPerMb;
  const url = await ready(child, gone, waitMs, `${name}: did not start, see ${logPath}`);
  return {
    url,
    pid: child.pid!,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMaxMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** How large the store is that a program is to open; 0 for none. */
function storeMb(config: unknown): number {
  const { storePath } = config as { storePath?: string };
  return storePath !== undefined && existsSync(storePath) ? statSync(storePath).size / 1e6 : 0;
}

/** The address from the first line that the program prints. */
function ready(
  child: ChildProcess,
  gone: Promise<void>,
  waitMs: number,
  failure: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      child.kill('SIGKILL');
      reject(new Fault('UNREACHABLE', failure));
    };
    const timer = setTimeout(fail, waitMs);
    gone.then(() => {
      clearTimeout(timer);
      fail();
    });
    createInterface({ input: child.stdout! }).once('line', (line) => {
      clearTimeout(timer);
      resolve((JSON.parse(line) as { url: string }).url);
    });
  });
}
