import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../..');
const readyMaxMs = 30_000;

/** The edge as a program of its own, which can be killed as a power cut would. */
export async function startEdgeProcess(configPath: string, config: object) {
  writeFileSync(configPath, JSON.stringify(config));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    if (child) return;
    const args = [join(root, 'edge/main.ts'), '--config', configPath];
    const own = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child = own;
    const timer = setTimeout(() => own.kill('SIGKILL'), readyMaxMs);
    own.stdout.setEncoding('utf8');
    const [first] = (await Promise.race([once(own.stdout, 'data'), once(own, 'exit')])) as [
      unknown,
    ];
    clearTimeout(timer);
    if (typeof first !== 'string') throw new Error(`the edge did not start: ${String(first)}`);
  }

  /** Ends it at once, whatever it is doing; nothing is closed. */
  async function kill(): Promise<void> {
    const last = child;
    child = undefined;
    if (!last || last.exitCode !== null || last.signalCode !== null) return;
    const gone = once(last, 'exit');
    last.kill('SIGKILL');
    await gone;
  }
  onTestFinished(kill);
  await start();
  return { start, kill };
}
