import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program that should have ended is killed after this time, ms. */
const endMaxMs = 20_000;
const root = join(import.meta.dirname, '../..');

export type Ending = { code: number | null; stdout: string; stderr: string };

/** Runs one of our programs as anybody would, until it ends; a killed one has code null. */
export async function runToEnd(entry: string, ...args: string[]): Promise<Ending> {
  const child = spawn(process.execPath, [join(root, entry), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), endMaxMs);
  const ending: Ending = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ending.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ending.stderr += text;
  });
  [ending.code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return ending;
}
